/** Worked out once, when the file is loaded: only tests that are loaded with a change of it can notice that. */
export const LIMIT = 3 + 4;
const UNREAD = 1 + 1;

/** What its tests look at. */
export function lesser(a: number, b: number): number {
  return a < b ? a : b;
}

/** How far it was counted. */
export const count = { calls: 0 };

/** Counts; without its limit it never ends, and nobody waits for what stops it. */
export function countOn(end: number): void {
  count.calls += 1;
  if (count.calls < end) queueMicrotask(() => countOn(end));
}

/** Comes at once, or never. */
export const soon = (): Promise<void> => new Promise((resolve) => resolve());

/** What no test runs. */
export const forgotten = (): number => UNREAD - 1;
