import type { Turns } from '../kernel/turns.ts';

/** Turns of the event loop, one for each that waits, in order. */
export interface AnswerTurns {
  /** Resolves in a turn that nobody else has. */
  next(): Promise<void>;
}

/**
 * Answers that arrive together are given out one batch a turn: what the callers of the first one ask next is on its way to the server while
 * those of the second one go on. Else both sides would work by turns, each waiting for the other.
 */
export function createAnswerTurns(turns: Turns): AnswerTurns {
  const waiting: (() => void)[] = [];
  let running = false;
  const run = (): void => {
    const next = waiting.shift();
    running = next !== undefined;
    if (next === undefined) return;
    next();
    turns.next(run);
  };
  return {
    next: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        if (!running) run();
      }),
  };
}
