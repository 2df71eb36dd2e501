import { canonicalize } from '../../core/canonical.ts';
import type { Decision } from '../../core/decision.ts';
import type { Effect } from '../../core/effect.ts';
import type { SecurityEvent } from '../../core/event.ts';
import type { Json } from '../../core/store.ts';
import type { Verdict } from '../../core/verdict.ts';
import { asOutsideEvent, type OutsideParty } from '../outside/outside-event.ts';

/** An event in the words of an audit trail: who did what to what, and how it ended. */
export interface EventDescription {
  /** Who says so: `outside` entries are claims of other programs, and never castellan's decisions. */
  readonly source: 'castellan' | 'outside';
  /** `transaction_authorized`, `transaction_escalated` or `transaction_denied` for a decision, else the event's type; `outside.<name>` for an outside event. */
  readonly eventType: string;
  readonly actor: OutsideParty;
  readonly action: string;
  readonly resource: OutsideParty | null;
  readonly outcome: string;
  readonly details: { readonly [name: string]: Json };
  readonly context: { readonly [name: string]: Json };
}

type Details = { readonly [name: string]: Json };

/** Names of decisions in an audit trail, by verdict. */
export const DECISION_NAMES: Readonly<Record<Verdict, string>> = {
  approved: 'transaction_authorized',
  escalated: 'transaction_escalated',
  denied: 'transaction_denied',
};
/** What every outside event's name begins with; no own name does. */
export const OUTSIDE_PREFIX = 'outside.';

/** Effects by what they mean for the owner, the gravest first; the first that a decision holds names its action. */
const ACTIONS: readonly (readonly [Effect['kind'], string])[] = [
  ['control', 'control_change'],
  ['delegation', 'delegation'],
  ['operator', 'operator_approval'],
  ['allowance', 'allowance'],
  ['deploy', 'deploy'],
  ['outflow', 'transfer'],
  ['unknown', 'unknown'],
  ['call', 'contract_call'],
  ['message', 'message'],
];
const OUTCOMES: { readonly [Type in SecurityEvent['type']]?: string } = {
  policy_rejected: 'denied',
  approval_requested: 'pending',
  execution_success: 'success',
  execution_failed: 'failure',
};

/** Describes an event. */
export function describeEvent(event: SecurityEvent): EventDescription {
  const outside = asOutsideEvent(event);
  if (outside !== undefined) {
    const { eventType, redacted, ...claimed } = outside.details;
    return { ...claimed, source: 'outside', eventType: OUTSIDE_PREFIX + eventType };
  }
  if (event.type === 'decision_made') return describeDecision(event.decision);
  const details: Details = event.details;
  if (event.type === 'emergency_changed') {
    const { change } = event;
    return {
      source: 'castellan',
      eventType: event.type,
      actor: { type: 'operator', id: change.by },
      action: change.kind,
      resource: 'agent' in change ? { type: 'agent', id: change.agent } : null,
      outcome: 'success',
      details: { ...details, reason: change.reason, epoch: event.epoch },
      context: {},
    };
  }
  return {
    source: 'castellan',
    eventType: event.type,
    actor: actorOf(event, details),
    action: textOf(details, 'action') ?? event.type,
    resource: resourceOf(details),
    outcome: textOf(details, 'state') ?? OUTCOMES[event.type] ?? 'recorded',
    details,
    context: idsOf(details),
  };
}

/** What a decision does, by its decoded effects; never by the agent's words. */
export function actionOf(effects: readonly Effect[]): string {
  const kinds = new Set(effects.map(({ kind }) => kind));
  const action = ACTIONS.find(([kind]) => kinds.has(kind))?.[1] ?? 'none';
  if (action !== 'transfer') return action;
  // What the payee gets is an inflow, too: a swap is one where the payer gets something.
  const payers = new Set(effects.flatMap((effect) => (effect.kind === 'outflow' ? [effect.account] : [])));
  return effects.some((effect) => effect.kind === 'inflow' && payers.has(effect.account)) ? 'swap' : action;
}

function describeDecision(decision: Decision): EventDescription {
  const { agent, wallet, verdict, requestId, id, effects, session, signature } = decision;
  return {
    source: 'castellan',
    eventType: DECISION_NAMES[verdict],
    actor: { type: 'agent', id: agent },
    action: actionOf(effects),
    resource: wallet === null ? null : { type: 'wallet', id: wallet },
    outcome: verdict,
    details: {
      user: decision.user,
      chain: decision.chain,
      riskScore: decision.riskScore,
      reasons: decision.reasons.map(({ code }) => code),
      unenforced: decision.unenforced,
      approvals: decision.approvals,
      effects: JSON.parse(canonicalize(effects)) as Json,
      ...(signature === undefined ? {} : { signature: { standard: signature.standard, summary: signature.summary } }),
    },
    context: { requestId, decisionId: id, ...(session === undefined ? {} : { sessionId: session }) },
  };
}

function actorOf(event: SecurityEvent, details: Details): OutsideParty {
  const approver = textOf(details, 'approver');
  if (approver !== undefined) return { type: 'approver', id: approver };
  return event.agent === null ? { type: 'system', id: 'castellan' } : { type: 'agent', id: event.agent };
}

function resourceOf(details: Details): OutsideParty | null {
  for (const [name, type] of [
    ['account', 'wallet'],
    ['keyId', 'key'],
    ['approvalId', 'approval'],
    ['txHash', 'transaction'],
  ] as const) {
    const id = textOf(details, name);
    if (id !== undefined) return { type, id };
  }
  return null;
}

function idsOf(details: Details): Details {
  return Object.fromEntries(
    (['requestId', 'decisionId', 'sessionId'] as const).flatMap((name) => {
      const id = textOf(details, name);
      return id === undefined ? [] : [[name, id]];
    }),
  );
}

function textOf(details: Details, name: string): string | undefined {
  const value = Object.hasOwn(details, name) ? details[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}
