import { habitsIn } from '../../../authz/index.ts';
import type { Decision } from '../../../core/decision.ts';
import { type Command, type Json, type Store, storeKey } from '../../../core/store.ts';
import { emptyScoreRecord, HABIT_MODEL_VERSION, learnScore, parseScoreRecord, type ScoreRecord } from '../../../risk/index.ts';
import { docKey, docValue, docVersion } from '../../directory.ts';
import { feedbackKey, parseFeedback } from './kept-feedback.ts';

/** Whether settling a decision taught, or will teach, the score that it had: an alarm that nobody answered does not. */
export function teachesOnSettling(decision: Pick<Decision, 'facts' | 'approvals'>): boolean {
  const habits = habitsIn(decision);
  return habits !== undefined && (!habits.alarm || decision.approvals.length > 0);
}

/**
 * The command that teaches an agent's record a settled payment; null where people called it fraud, so that nothing may learn from it. Written with every payment,
 * scored or not: a word of people that comes at the same moment refuses one of the two steps, which is then made again.
 */
export async function scoreCommands(store: Store, decision: Decision, atMs: number): Promise<readonly Command[] | null> {
  const key = docKey.threshold(decision.agent);
  const [row, said] = await store.get([storeKey.doc(key), storeKey.doc(feedbackKey(decision.id))]);
  const word = parseFeedback(docValue<Json>(said));
  if (word?.verdict === 'fraud') return null;
  const stored = docValue<Json>(row);
  const record = parseScoreRecord(stored);
  // A record that cannot be read is left as it is: it counts as none.
  if (stored !== undefined && record === undefined) return [];
  const learnt = word?.taught === true ? record : lessonOf(record, decision, atMs);
  const next = learnt ?? emptyScoreRecord(HABIT_MODEL_VERSION);
  const value = { ...next, settled: next.settled + 1 };
  return [{ kind: 'doc.put', key, value: value as unknown as Json, ifVersion: docVersion(row) }];
}

function lessonOf(record: ScoreRecord | undefined, decision: Decision, atMs: number): ScoreRecord | undefined {
  const habits = habitsIn(decision);
  if (habits === undefined || !teachesOnSettling(decision)) return record;
  return learnScore(record, { model: habits.model, odds: habits.odds, atMs, told: habits.alarm });
}
