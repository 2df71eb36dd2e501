/** Scores of the model that are told apart: quarter steps of the odds' logarithm, from {@link LEAST_LEVEL} on. */
export const LEVELS = 80;
/** What is below it counts as an action, and at no level. */
export const LEAST_LEVEL = -16;
/** Between two levels. */
export const LEVEL_STEP = 0.25;
/** Actions that a record weighs at most: of more the older fade. */
export const MOST_ACTIONS = 4_096;
/** Settled actions below which an agent has no rates of its own. */
export const PERSONAL_FROM = 40;
/** Times that people may call fraud what the model let pass and still be told from once more. */
export const MOST_LEAN = 3;

/**
 * The model's scores of what an agent did, settled and unflagged: JSON-safe, versioned, of a bounded size. Stored as the document `threshold/<agent>`.
 */
export type ScoreRecord = {
  readonly v: 1;
  /** The model whose scores these are; those of another are not compared. */
  readonly model: string;
  /** Settled payments that were looked at, scored or not. */
  readonly settled: number;
  /** Scored actions, at most {@link MOST_ACTIONS}. */
  readonly count: number;
  /** Of those, how many came at each level; `first` is the lowest at which any did. */
  readonly first: number;
  readonly counts: readonly number[];
  /** The level that a tenth of the agent's actions reach: quick to fall, slow to rise. Null below {@link PERSONAL_FROM} actions. */
  readonly usual: number | null;
  /** When that was last looked at, ms. */
  readonly usualMs: number;
  /** How often people called fraud what was let pass, less what they called legitimate since; halves the rate each time. */
  readonly lean: number;
  /** The last UTC day on which people's words raised the threshold, and how many did. */
  readonly told: { readonly day: number; readonly times: number };
};

/** The record of an agent that settled nothing yet. */
export function emptyScoreRecord(model: string): ScoreRecord {
  return { v: 1, model, settled: 0, count: 0, first: 0, counts: [], usual: null, usualMs: 0, lean: 0, told: { day: 0, times: 0 } };
}

/** The level of a score, rounded down; −1 below the lowest. */
export function levelOf(odds: number): number {
  return Math.max(-1, Math.min(LEVELS - 1, Math.floor((odds - LEAST_LEVEL) / LEVEL_STEP)));
}

/** The lowest score of a level. */
export function oddsOf(level: number): number {
  return LEAST_LEVEL + level * LEVEL_STEP;
}

/** How many actions reached at least a level. O(levels). */
export function reached({ first, counts }: Pick<ScoreRecord, 'first' | 'counts'>, level: number): number {
  let sum = 0;
  for (let at = Math.max(0, level - first); at < counts.length; at += 1) sum += counts[at] as number;
  return sum;
}
