import type { Clock } from '../clock.ts';
import { CastellanError } from '../errors.ts';
import type { TimeMs } from '../ids.ts';

/**
 * The greatest height that at least `needed` endpoints have reached; null where too few told one. Whoever is further is asked
 * what it has at this height, so that being late or early alone is no contradiction.
 *
 * @param told - newest height by endpoint; null where it told none
 */
export function sharedHeight(told: readonly (number | null)[], needed: number): number | null {
  const known = told.filter((height) => height !== null).sort((a, b) => b - a);
  return known[needed - 1] ?? null;
}

/** A newest block as one endpoint tells it. */
export interface ToldHead {
  readonly height: number;
  readonly timestampMs: TimeMs;
}

/** Blocks by which an endpoint may be late, whatever time lies between them: one that came while we asked, and two of slack. */
const LATE_BLOCKS = 3;
/** Time by which it may be late however many blocks that are, ms. */
const LATE_MS = 60_000;

/**
 * Refuses a head that all share only because one of them is stuck: what is true there is true no longer. Whoever claims to be far
 * ahead ends the read, too, for who is right cannot be told.
 * @throws CHAIN_RESPONSE_INVALID with `details.reason` `head_behind`
 */
export function checkLag(shared: ToldHead, newest: ToldHead): void {
  const blocks = newest.height - shared.height;
  const lateMs = newest.timestampMs - shared.timestampMs;
  if (blocks <= LATE_BLOCKS || lateMs <= LATE_MS) return;
  throw new CastellanError('CHAIN_RESPONSE_INVALID', {
    message: 'An endpoint is too far behind the others.',
    details: { reason: 'head_behind', blocks, lateMs },
    retryable: true,
  });
}

/**
 * Refuses a newest block that is older than `maxHeadAgeMs`: the chain stands still, or the endpoint does.
 *
 * @param maxHeadAgeMs - null where the age of blocks says nothing, as on a local chain that waits for work
 * @throws CHAIN_RESPONSE_INVALID with `details.reason` `head_stale`
 */
export function checkHeadAge(timestampMs: TimeMs, maxHeadAgeMs: number | null, clock: Clock): void {
  const ageMs = clock.nowMs() - timestampMs;
  if (maxHeadAgeMs === null || ageMs <= maxHeadAgeMs) return;
  throw new CastellanError('CHAIN_RESPONSE_INVALID', {
    message: 'The newest block is too old.',
    details: { reason: 'head_stale', ageMs, maxHeadAgeMs },
    retryable: true,
  });
}
