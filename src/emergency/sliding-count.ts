import type { TimeMs } from '../core/ids.ts';

/** Counts events per key in a sliding window, up to a threshold. */
export interface SlidingCount {
  /** Counts one event; true where it is the one that fills the window. The count of that key then starts anew. */
  add(key: string, atMs: TimeMs): boolean;
  /** Starts a key anew: what happened before `atMs` counts no more, even if it is told later. */
  reset(key: string, atMs: TimeMs): void;
  /** Keys held. */
  readonly size: number;
}

interface Window {
  /** Times of the newest events, rising; never more than the threshold. */
  times: number[];
  sinceMs: TimeMs;
}

/**
 * Keeps the newest `threshold` times of each of the `maxKeys` keys that were last counted: memory is bounded by their
 * product. Events may come out of order. Times in the future have to be cut by the caller.
 */
export function createSlidingCount(threshold: number, windowMs: number, maxKeys: number): SlidingCount {
  const windows = new Map<string, Window>();
  const touch = (key: string): Window => {
    const window = windows.get(key) ?? { times: [], sinceMs: Number.NEGATIVE_INFINITY };
    windows.delete(key);
    windows.set(key, window);
    if (windows.size > maxKeys) windows.delete(windows.keys().next().value as string);
    return window;
  };
  return {
    get size() {
      return windows.size;
    },
    add(key, atMs) {
      const window = touch(key);
      if (atMs < window.sinceMs) return false;
      let place = window.times.length;
      while (place > 0 && (window.times[place - 1] as number) > atMs) place -= 1;
      window.times.splice(place, 0, atMs);
      const oldestMs = (window.times.at(-1) as number) - windowMs;
      while ((window.times[0] as number) < oldestMs || window.times.length > threshold) window.times.shift();
      if (window.times.length < threshold) return false;
      window.times = [];
      return true;
    },
    reset(key, atMs) {
      const window = touch(key);
      window.times = window.times.filter((timeMs) => timeMs >= atMs);
      window.sinceMs = atMs;
    },
  };
}
