/** Failed attempts to get in, counted over all callers: on the loopback everybody has the same address. */
export interface Attempts {
  /** True once there were so many that no more are told of in this window. */
  isClosed(nowMs: number): boolean;
  /** Counts one. True where it is to be told: the first, and each that closes the door. */
  failed(nowMs: number): boolean;
  /** So many in the present window. */
  count(nowMs: number): number;
}

const WINDOW_MS = 60_000;
/** Guesses a minute. A token has 256 bits: this is against a flood of log entries, and tells that somebody tries. */
const MOST = 10;

/** Counts failed attempts in a window of one minute, from its first on. */
export function createAttempts(most: number = MOST): Attempts {
  let sinceMs = Number.NEGATIVE_INFINITY;
  let failures = 0;
  const inWindow = (nowMs: number): number => (nowMs - sinceMs < WINDOW_MS ? failures : 0);
  return {
    isClosed: (nowMs) => inWindow(nowMs) >= most,
    count: inWindow,
    failed(nowMs) {
      if (inWindow(nowMs) === 0) {
        sinceMs = nowMs;
        failures = 0;
      }
      failures += 1;
      return failures === 1 || failures === most;
    },
  };
}
