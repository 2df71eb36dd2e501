import type { Store } from '../../core/store.ts';
import type { ManualClock } from '../manual-clock.ts';

/** What the suite needs of a test runner; vitest, jest and node:test wrappers fit. */
export interface SuiteRunner {
  /** Groups tests. */
  describe(name: string, body: () => void): unknown;
  /** Registers a test. */
  it(name: string, body: () => Promise<void>): unknown;
  /** Makes an assertion that throws where it does not hold. */
  expect(value: unknown): { toBe(expected: unknown): void; toEqual(expected: unknown): void; toMatchObject(expected: object): void };
}

/** One property that every store has. */
export interface StoreCheck {
  readonly name: string;
  run(scene: { readonly store: Store; readonly clock: ManualClock; readonly expect: SuiteRunner['expect'] }): Promise<void>;
}
