import { habitsIn } from '../../../authz/index.ts';
import type { Decision } from '../../../core/decision.ts';
import { emptyScoreRecord, HABIT_MODEL_VERSION, learnScore, MOST_LEAN, type ScoreRecord, unlearnScore } from '../../../risk/index.ts';
import type { FeedbackVerdict, KeptFeedback } from './kept-feedback.ts';
import { teachesOnSettling } from './learn-scores.ts';

/** A word about a decision, and all that it is judged by. */
export interface FeedbackInput {
  readonly record: ScoreRecord | undefined;
  readonly decision: Pick<Decision, 'facts' | 'approvals'>;
  readonly verdict: FeedbackVerdict;
  readonly prior: KeptFeedback | undefined;
  /** The transaction is final, so that settling has taught whatever it teaches. */
  readonly isSettled: boolean;
  readonly atMs: number;
}

/** What a word comes to. */
export interface AppliedFeedback {
  readonly record: ScoreRecord;
  /** See {@link KeptFeedback}. */
  readonly taught: boolean;
}

/**
 * The agent's record after a word. "Legitimate" teaches the score of an alarm, once, and takes back one step of what frauds made the agent more sensitive by.
 * "Fraud" takes back what the decision taught and makes the agent more sensitive by one step. Pure.
 */
export function applyFeedback({ record, decision, verdict, prior, isSettled, atMs }: FeedbackInput): AppliedFeedback {
  const habits = habitsIn(decision);
  const before = record ?? emptyScoreRecord(HABIT_MODEL_VERSION);
  const hasTaught = prior?.taught === true || (isSettled && teachesOnSettling(decision));
  if (verdict === 'fraud') {
    const undone =
      habits !== undefined && hasTaught ? unlearnScore(before, { model: habits.model, odds: habits.odds, told: habits.alarm }) : before;
    return { record: { ...undone, lean: Math.min(MOST_LEAN, undone.lean + 1) }, taught: false };
  }
  const calmer = { ...before, lean: Math.max(0, before.lean - 1) };
  if (habits?.alarm !== true || hasTaught) return { record: calmer, taught: hasTaught && !isSettled };
  return { record: learnScore(calmer, { model: habits.model, odds: habits.odds, atMs, told: true }), taught: true };
}
