/** The one door to time. */
export interface Clock {
  /** Wall clock, ms since the epoch. */
  nowMs(): number;
  /** Monotonic ms, fractional; only differences mean anything. */
  monotonicMs(): number;
  /** Runs once after at least `delayMs`; the handle cancels. Never keeps the process alive. */
  schedule(delayMs: number, task: () => void): { cancel(): void };
  /** Keeps the process alive until the returned function is called: timers do not, and work under way may wait on nothing else. */
  hold?(): () => void;
}
