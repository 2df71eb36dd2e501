import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { CastellanError, isCastellanError } from '../../src/core/index.ts';

const source = (name: string): string => readFileSync(new URL(`../../src/core/${name}.ts`, import.meta.url), 'utf8');
/** The literals of one union as they stand in the source. */
const union = (name: string, type: string): string[] => {
  const text = source(name);
  const from = text.indexOf(`export type ${type} =`);
  return [...text.slice(from, text.indexOf(';', from)).matchAll(/'([^']+)'/g)].map((match) => match[1] as string);
};

describe('the closed unions', () => {
  it.each([
    ['errors', 'ErrorCode', /^[A-Z]+(_[A-Z]+)*$/, 40],
    ['reason', 'ReasonCode', /^[a-z]+(_[a-z]+)*$/, 90],
    ['event', 'SecurityEventType', /^[a-z]+(_[a-z]+)*$/, 19],
  ] as const)('%s: each %s is unique and well spelled', (name, type, spelling, atLeast) => {
    const codes = union(name, type);
    expect(codes.length).toBeGreaterThanOrEqual(atLeast);
    expect(new Set(codes).size).toBe(codes.length);
    for (const code of codes) expect(code).toMatch(spelling);
  });
});

describe('CastellanError', () => {
  const CANARY = 'canary-5f1b2c';
  const inner = Object.assign(new Error(`message ${CANARY}`), { seed: `field ${CANARY}`, nested: { seed: CANARY } });
  const error = new CastellanError('STORE_UNAVAILABLE', {
    message: 'The store does not answer.',
    details: { store: 'sqlite' },
    retryable: true,
    cause: inner,
  });

  it('says code, message, details and whether to retry', () => {
    expect(error).toBeInstanceOf(Error);
    expect(error.message).toBe('STORE_UNAVAILABLE: The store does not answer.');
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'CastellanError',
      code: 'STORE_UNAVAILABLE',
      message: 'The store does not answer.',
      details: { store: 'sqlite' },
      retryable: true,
    });
    expect(inspect(error)).toBe('CastellanError [STORE_UNAVAILABLE] The store does not answer.\n  store: sqlite');
    expect(new CastellanError('INTERNAL', { message: 'm' }).retryable).toBe(false);
  });

  it('keeps the cause for a debugger only', () => {
    expect(error.getCause()).toBe(inner);
    const shown = [
      inspect(error),
      inspect(error, { showHidden: true, depth: null }),
      inspect(error, { customInspect: false, showHidden: true, depth: null }),
      inspect({ wrapped: [error] }, { depth: null }),
      inspect(new Error('outer', { cause: error }), { customInspect: false, depth: null }),
      JSON.stringify({ error }),
      String(error),
      format('%s %o %j', error, error, error),
      error.stack,
      inspect(structuredClone(error), { depth: null }),
    ];
    for (const text of shown) expect(text).not.toContain(CANARY);
  });

  it('keeps it when nobody catches the error', () => {
    const core = fileURLToPath(new URL('../../src/core/errors.ts', import.meta.url));
    const script = `import { CastellanError } from ${JSON.stringify(core)};
      const cause = Object.assign(new Error('${CANARY}'), { seed: '${CANARY}' });
      throw new CastellanError('INTERNAL', { message: 'uncaught', cause });`;
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    expect(run.status).not.toBe(0);
    expect(run.stderr).toContain('uncaught');
    // The script itself is not printed for `-e`; only the error is.
    expect(run.stderr).not.toContain(CANARY);
  });

  it('is told apart by its brand, across copies', () => {
    expect(isCastellanError(error)).toBe(true);
    expect(isCastellanError({ [Symbol.for('castellan.error')]: true })).toBe(true);
    for (const other of [new Error('x'), null, undefined, 'CastellanError', { code: 'INTERNAL' }])
      expect(isCastellanError(other)).toBe(false);
  });
});
