import type { TimeMs } from './ids.ts';

/** How a request ended. The last two are failures, too. */
export type Outcome = 'success' | 'failed' | 'simulation_failed' | 'approval_timeout';

/** What is kept apart of how requests ended. Every outcome but `success` is also a `failure`. */
export type OutcomeTrail = 'success' | 'failure' | 'simulation_failure' | 'approval_timeout';

/** Moments kept of each kind: the newest. Whatever asks for so many or fewer is answered exactly, over any window. */
export const MAX_OUTCOMES = 256;

/** Base-36 digits of one moment, ms. */
const DIGITS = 9;

/** How an agent's requests ended, at rest. One row per agent; it does not grow beyond its four trails. */
export interface OutcomeRow {
  /** The first outcome that was ever noted. */
  readonly sinceMs: TimeMs;
  /** Failures since the last success, or since the first outcome. */
  readonly streak: number;
  /** Moments of the newest outcomes, rising, 9 base-36 digits each. */
  readonly trails: Readonly<Record<OutcomeTrail, string>>;
}

const TRAILS: readonly OutcomeTrail[] = ['success', 'failure', 'simulation_failure', 'approval_timeout'];
const NO_TRAILS = { success: '', failure: '', simulation_failure: '', approval_timeout: '' } as const;

const TRAILS_OF: Readonly<Record<Outcome, readonly OutcomeTrail[]>> = {
  success: ['success'],
  failed: ['failure'],
  simulation_failed: ['failure', 'simulation_failure'],
  approval_timeout: ['failure', 'approval_timeout'],
};

/** Whether a value is one of the outcomes. */
export function isOutcome(value: unknown): value is Outcome {
  return typeof value === 'string' && Object.hasOwn(TRAILS_OF, value);
}

/** The row after one more outcome at `atMs`; moments never fall. @throws TypeError for a row whose newest moments are none */
export function noteOutcome(row: OutcomeRow | undefined, outcome: Outcome, atMs: TimeMs): OutcomeRow {
  const trails: Record<OutcomeTrail, string> = { ...(row?.trails ?? NO_TRAILS) };
  for (const trail of TRAILS_OF[outcome]) {
    const before = trails[trail];
    const moment = Math.max(atMs, before === '' ? 0 : momentAt(before, before.length - DIGITS));
    trails[trail] = (before + moment.toString(36).padStart(DIGITS, '0')).slice(-MAX_OUTCOMES * DIGITS);
  }
  const streak = outcome === 'success' ? 0 : Math.min(Number.MAX_SAFE_INTEGER, (row?.streak ?? 0) + 1);
  return { sinceMs: row?.sinceMs ?? atMs, streak, trails };
}

/**
 * A stored row as one; undefined for anything odd, which counts as unreadable and never as an empty history. The digits of moments are
 * checked where they are read.
 */
export function parseOutcomes(row: unknown): OutcomeRow | undefined {
  if (typeof row !== 'object' || row === null) return undefined;
  const { sinceMs, streak, trails } = row as Partial<OutcomeRow>;
  if (!Number.isSafeInteger(sinceMs) || !Number.isSafeInteger(streak) || (streak as number) < 0) return undefined;
  if (typeof trails !== 'object' || trails === null) return undefined;
  for (const trail of TRAILS) {
    const text: unknown = trails[trail];
    if (typeof text !== 'string' || text.length % DIGITS !== 0 || text.length > MAX_OUTCOMES * DIGITS) return undefined;
  }
  return row as OutcomeRow;
}

/** How many of a kind lie in the last `windowMs`; at most {@link MAX_OUTCOMES}, which then says "so many or more". @throws TypeError for moments that are none */
export function outcomesIn(row: OutcomeRow | undefined, trail: OutcomeTrail, windowMs: number, nowMs: TimeMs): number {
  const text = row?.trails[trail] ?? '';
  let low = 0;
  let high = text.length / DIGITS;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (momentAt(text, middle * DIGITS) + windowMs > nowMs) high = middle;
    else low = middle + 1;
  }
  return text.length / DIGITS - low;
}

/** Reads one moment: lowercase base-36 digits. */
function momentAt(text: string, at: number): number {
  let value = 0;
  for (let index = at; index < at + DIGITS; index += 1) {
    const code = text.charCodeAt(index);
    const digit = code >= 97 && code <= 122 ? code - 87 : code >= 48 && code <= 57 ? code - 48 : Number.NaN;
    value = value * 36 + digit;
  }
  if (Number.isNaN(value)) throw new TypeError('a moment that is none');
  return value;
}
