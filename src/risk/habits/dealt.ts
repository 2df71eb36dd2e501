const SECONDS_PER_DAY = 86_400;
const WEEK_DAYS = 7;
/** Bits of the steps, one of whether everything was given, and the day above them. */
const STEP_BITS = 0b111;
const GAVE_ALL = 0b1000;
const DAY_SHIFT = 4;
const MOST_DAYS = 2 ** 12 - 1;

/** Nothing of worth; one day, which is kept; a second within a week of it; a second later than that, which is kept; three days, from first to last a week. */
const STEP = { none: 0, once: 1, twiceInWeek: 2, twice: 3, trusted: 4 } as const;

/**
 * One word of what was of worth between a wallet and a party, after one more day of it. Each day counts once, and one that is over never.
 *
 * @param word - before; 0 for nothing
 * @param first - when the wallet itself did anything first, seconds: days are counted from there, up to eleven years
 */
export function addDealt(word: number, first: number, seconds: number): number {
  const day = Math.min(MOST_DAYS, Math.max(0, Math.floor(seconds / SECONDS_PER_DAY) - Math.floor(first / SECONDS_PER_DAY)));
  const kept = word >>> DAY_SHIFT;
  const made = (step: number, its: number): number => (its << DAY_SHIFT) | (word & GAVE_ALL) | step;
  switch (word & STEP_BITS) {
    case STEP.none:
      return made(STEP.once, day);
    case STEP.once:
      if (day <= kept) return word;
      return day - kept < WEEK_DAYS ? made(STEP.twiceInWeek, kept) : made(STEP.twice, day);
    case STEP.twiceInWeek:
      return day - kept < WEEK_DAYS ? word : made(STEP.trusted, kept);
    case STEP.twice:
      return day <= kept ? word : made(STEP.trusted, kept);
    default:
      return word;
  }
}

/** The word once a right without a bound was given. */
export function addGaveAll(word: number): number {
  return word | GAVE_ALL;
}

/** Something of worth was dealt in on at least three days, the last at least a week after the first. */
export function isTrusted(word: number): boolean {
  return (word & STEP_BITS) === STEP.trusted;
}

/** A right without a bound was given. */
export function gaveAll(word: number): boolean {
  return (word & GAVE_ALL) !== 0;
}
