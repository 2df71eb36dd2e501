import { habitsIn, SHADOW_WINDOW_MS, shadowCell, shadowCounter } from '../../../authz/index.ts';
import type { Authority, Authorization } from '../../../core/authority.ts';
import type { Decision } from '../../../core/decision.ts';
import { CastellanError } from '../../../core/errors.ts';
import type { SecurityEvent } from '../../../core/event.ts';
import { newId } from '../../../core/id.ts';
import type { AccountId } from '../../../core/ids.ts';
import { type Command, type Json, type RequestRow, type Store, storeKey } from '../../../core/store.ts';
import { HABIT_MODEL_VERSION, parseScoreRecord, type ScoreRecord, thresholdOf } from '../../../risk/index.ts';
import type { Host } from '../../config.ts';
import { docKey, docValue, docVersion } from '../../directory.ts';
import type { Journal } from '../../journal.ts';
import { applyFeedback } from './apply-feedback.ts';
import { feedbackFacts } from './feedback-facts.ts';
import { type FeedbackVerdict, feedbackKey, type KeptFeedback, parseFeedback } from './kept-feedback.ts';

/** What a word about a decision came to. */
export interface FeedbackResult {
  readonly decisionId: string;
  readonly agentId: string;
  readonly verdict: FeedbackVerdict;
  /** `unchanged`: the same was said before. `refused`: it was called fraud before, which stays. */
  readonly status: 'recorded' | 'replaced' | 'unchanged' | 'refused';
  /** The least odds of the model, as a logarithm, from which a person is asked; before and after. */
  readonly threshold: { readonly before: number; readonly after: number };
  /** Accounts that a fraud paid or gave rights to: nobody listed them, `addToBlacklist` would. Empty for what is legitimate. */
  readonly proposed: readonly AccountId[];
}

/** What feedback stands on. */
export interface FeedbackParts {
  readonly host: Host;
  readonly tenant: string;
  readonly store: Store;
  readonly journal: Journal;
  readonly authority: Pick<Authority, 'require'>;
  readonly findDecision: (id: string) => Promise<Decision | undefined>;
}

const ATTEMPTS = 16;

/** All that one attempt goes by. */
interface Read {
  readonly decision: Decision;
  readonly verdict: FeedbackVerdict;
  readonly prior: KeptFeedback | undefined;
  readonly record: ScoreRecord | undefined;
  readonly rows: readonly (Json | undefined)[];
}

/**
 * Records what people say of a decision, once. "Legitimate" needs the operators where the manager is owned, "fraud" nobody.
 * @throws REQUEST_INVALID for an unknown decision or word, AUTHORITY_REQUIRED, STORE_UNAVAILABLE
 */
export async function giveFeedback(
  parts: FeedbackParts,
  decisionId: string,
  verdict: FeedbackVerdict,
  { authorization }: { readonly authorization?: Authorization | undefined } = {},
): Promise<FeedbackResult> {
  if (verdict !== 'legitimate' && verdict !== 'fraud') throw invalid('verdict', 'The verdict is legitimate or fraud.');
  if (typeof decisionId !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(decisionId))
    throw invalid('decisionId', 'The id of a decision is needed.');
  const decision = await parts.findDecision(decisionId);
  if (decision === undefined) throw invalid('decisionId', 'The log holds no such decision.');
  const keys = [
    storeKey.doc(feedbackKey(decisionId)),
    storeKey.doc(docKey.threshold(decision.agent)),
    storeKey.request(decision.agent, decision.requestId),
  ];
  let isAllowed = verdict === 'fraud';
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const rows = await parts.store.get(keys);
    const prior = parseFeedback(docValue<Json>(rows[0]));
    const record = parseScoreRecord(docValue<Json>(rows[1]));
    const read = { decision, verdict, prior, record, rows };
    if (prior?.verdict === verdict) return resultOf(read, 'unchanged', record);
    if (prior?.verdict === 'fraud') return resultOf(read, 'refused', record);
    if (!isAllowed) await parts.authority.require('risk.feedback', feedbackFacts(decisionId), authorization);
    isAllowed = true;
    const result = await recordWord(parts, read);
    if (result !== undefined) return result;
  }
  throw new CastellanError('STORE_UNAVAILABLE', { message: 'Other writers changed the same records too often', retryable: true });
}

/** The document, the record, the counter and the log entry in one step; undefined where others were faster. */
async function recordWord(parts: FeedbackParts, read: Read): Promise<FeedbackResult | undefined> {
  const { decision, verdict, prior, record, rows } = read;
  const [said, stored, request] = rows;
  const at = parts.host.clock.nowMs();
  const row = request as unknown as RequestRow | undefined;
  const isSettled = row?.state === 'final' && row.decisionId === decision.id;
  const applied = applyFeedback({ record, decision, verdict, prior, isSettled, atMs: at });
  const kept: KeptFeedback = { v: 1, verdict, atMs: at, taught: applied.taught };
  const result = resultOf(read, prior === undefined ? 'recorded' : 'replaced', applied.record);
  const event: SecurityEvent = {
    v: 1,
    id: newId(parts.host.random, at),
    tenant: parts.tenant,
    at,
    agent: decision.agent,
    severity: 'warning',
    type: 'permission_changed',
    details: {
      action: 'risk_feedback',
      decisionId: decision.id,
      requestId: decision.requestId,
      verdict,
      replaces: prior?.verdict ?? null,
      thresholdBefore: result.threshold.before,
      thresholdAfter: result.threshold.after,
      proposed: result.proposed,
    },
  };
  const step = await parts.journal.apply([
    { kind: 'doc.put', key: feedbackKey(decision.id), value: kept, ifVersion: docVersion(said) },
    { kind: 'doc.put', key: docKey.threshold(decision.agent), value: applied.record as unknown as Json, ifVersion: docVersion(stored) },
    ...shadowCommands(decision, verdict),
    parts.journal.command(event),
  ]);
  if (step.ok) return result;
  if (step.reason.code === 'version_conflict') return undefined;
  throw new CastellanError('STORE_UNAVAILABLE', { message: step.reason.message, details: { reason: step.reason.code } });
}

function resultOf({ decision, verdict, record }: Read, status: FeedbackResult['status'], after: ScoreRecord | undefined): FeedbackResult {
  return {
    decisionId: decision.id,
    agentId: decision.agent,
    verdict,
    status,
    threshold: { before: thresholdOf(record, HABIT_MODEL_VERSION), after: thresholdOf(after, HABIT_MODEL_VERSION) },
    proposed: verdict === 'fraud' ? partiesOf(decision) : [],
  };
}

/** Whom a transaction paid or gave rights to, each once. */
function partiesOf({ effects, wallet }: Decision): readonly AccountId[] {
  const found = effects.flatMap((effect): (AccountId | null)[] => {
    if (effect.kind === 'outflow') return [effect.counterparty];
    if (effect.kind === 'allowance') return [effect.spender];
    return effect.kind === 'operator' ? [effect.operator] : [];
  });
  return [...new Set(found)].filter((account): account is AccountId => account !== null && account !== wallet).sort();
}

/** Counts the word for the model in the shadow, where one judged the decision. */
function shadowCommands(decision: Decision, verdict: FeedbackVerdict): readonly Command[] {
  const habits = habitsIn(decision);
  const cell = habits === undefined ? undefined : shadowCell(habits);
  if (habits?.shadow === undefined || cell === undefined) return [];
  const key = shadowCounter(habits.shadow.model, verdict, cell);
  return [{ kind: 'rate.take', key, windowMs: SHADOW_WINDOW_MS, max: null, cooldownMs: 0 }];
}

function invalid(field: string, message: string): CastellanError {
  return new CastellanError('REQUEST_INVALID', { message, details: { field } });
}
