import { isMeterAccount, type Judgement } from '../../authz/index.ts';
import type { Decision } from '../../core/decision.ts';
import type { AgentId } from '../../core/ids.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { Reason, ReasonCode } from '../../core/reason.ts';
import type { Command, Json } from '../../core/store.ts';
import { docKey } from '../directory.ts';

/** A rule's own denials are no failures: it would keep itself going. */
const BY_HISTORY: ReadonlySet<ReasonCode> = new Set<ReasonCode>(['temporal_rule_triggered', 'temporal_history_unavailable']);

/** Writes down how a request of an agent ended, for rules over history. */
export const noted = (agent: AgentId, outcome: Outcome): Command => ({ kind: 'outcome.note', agent, outcome });

/** What a judged decision leaves in the agent's history: a denial is a failure, anything else has not ended yet. */
export function outcomeOf({ agent, verdict, reports, reasons }: Decision): readonly Command[] {
  if (verdict !== 'denied') return [];
  const denying = reports.filter((report) => report.verdict === 'deny');
  const told = denying.length === 0 ? reasons.slice(0, 1) : denying.flatMap((report) => report.reasons);
  if (told.every(({ code }) => BY_HISTORY.has(code))) return [];
  return [noted(agent, denying.some(({ layer }) => layer === 'simulation') ? 'simulation_failed' : 'failed')];
}

/**
 * The items that rules asked a person to look at: one for each rule of an agent, whose version says how often it was since somebody
 * closed it.
 */
export function openReviews({ id, agent, requestId, at }: Decision, { reviews }: Pick<Judgement, 'reviews'>): readonly Command[] {
  return reviews.map(({ rule, label, found, limit }) => ({
    kind: 'doc.put',
    key: docKey.review(agent, rule),
    value: { agent, rule, label, found, limit, decisionId: id, requestId, atMs: at } satisfies Json,
  }));
}

/** Whether the store refused room on a counter of a rule over history: another request took it since the rules were judged. */
export function metByRule({ facts }: Reason): boolean {
  const account = facts?.['account'];
  return typeof account === 'string' && isMeterAccount(account);
}

/** A refusal of the store, by a rule over history as the rule would have told it. */
export function asTold(refusal: Reason): Reason {
  if (!metByRule(refusal)) return refusal;
  return { ...refusal, code: 'temporal_rule_triggered', message: 'A rule over the agent’s history matches.', retryable: true };
}
