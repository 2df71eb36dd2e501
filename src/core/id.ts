import { toHex } from './digest.ts';
import { CastellanError } from './errors.ts';
import type { TimeMs } from './ids.ts';
import type { Random } from './random.ts';

/** 12 hex digits of ms reach the year 10889. */
const MAX_MS = 2 ** 48 - 1;

/** Ids of one millisecond start in the lower half of the upper 32 bits and rise by up to this much: room for 500,000. */
const MAX_STRIDE = 4_096;

// Many ids share a millisecond, and spelling a large number in hex is most of an id's cost.
let lastMs = -1;
let lastPrefix = '';
let lastHigh = 0;

/**
 * A fresh id that sorts by time: 12 lowercase hex digits of `nowMs`, then 16 that are random for the first of a
 * millisecond and rise in random strides for the others of this process. Rows keyed by it are inserted at the end of an
 * ordered index, and a log sees at a glance that it is new.
 * @throws INTERNAL where the time is no time, or the source of randomness gives too little
 */
export function newId(random: Random, nowMs: TimeMs): string {
  const first = nowMs !== lastMs;
  if (first) {
    if (!(nowMs >= 0 && nowMs <= MAX_MS)) throw new CastellanError('INTERNAL', { message: 'An id needs a time in ms since the epoch.' });
    lastPrefix = Math.trunc(nowMs).toString(16).padStart(12, '0');
    lastMs = nowMs;
  }
  const drawn = random.bytes(8);
  if (drawn.length !== 8) {
    lastMs = -1;
    throw new CastellanError('INTERNAL', { message: 'The source of randomness gave another number of bytes than asked.' });
  }
  const low = ((drawn[0] as number) << 8) | (drawn[1] as number);
  const next = lastHigh + 1 + (low % MAX_STRIDE);
  // Used up: a random one again, which still is an id of its own and merely sorts where it falls.
  lastHigh = first || next >= 2 ** 32 ? low * 2 ** 15 + ((drawn[2] as number) << 7) : next;
  drawn[0] = lastHigh >>> 24;
  drawn[1] = lastHigh >>> 16;
  drawn[2] = lastHigh >>> 8;
  drawn[3] = lastHigh;
  return lastPrefix + toHex(drawn);
}
