import { expect } from 'vitest';
import { type ErrorCode, isCastellanError } from '../../src/core/index.ts';

/** Expects a typed error of this code from a synchronous call. */
export function expectCode(code: ErrorCode, call: () => unknown): void {
  let answer: unknown;
  try {
    answer = call();
  } catch (error) {
    expect(isCastellanError(error) ? error.code : error).toBe(code);
    return;
  }
  expect.fail(`expected ${code}, got ${String(answer)}`);
}
