import { toHex } from './digest.ts';
import { CastellanError } from './errors.ts';
import type { TimeMs } from './ids.ts';
import type { Random } from './random.ts';

/** 12 hex digits of ms reach the year 10889. */
const MAX_MS = 2 ** 48 - 1;

// Many ids share a millisecond, and spelling a large number in hex is most of an id's cost.
let lastMs = -1;
let lastPrefix = '';

/**
 * A fresh id that sorts by time: 12 lowercase hex digits of `nowMs`, then 16 of randomness. Rows keyed by it are
 * inserted at the end of an ordered index.
 * @throws INTERNAL where the time is no time, or the source of randomness gives too little
 */
export function newId(random: Random, nowMs: TimeMs): string {
  if (nowMs !== lastMs) {
    if (!(nowMs >= 0 && nowMs <= MAX_MS)) throw new CastellanError('INTERNAL', { message: 'An id needs a time in ms since the epoch.' });
    lastPrefix = Math.trunc(nowMs).toString(16).padStart(12, '0');
    lastMs = nowMs;
  }
  const drawn = random.bytes(8);
  if (drawn.length !== 8)
    throw new CastellanError('INTERNAL', { message: 'The source of randomness gave another number of bytes than asked.' });
  return lastPrefix + toHex(drawn);
}
