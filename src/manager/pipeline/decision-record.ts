import type { CompiledPolicy, Judgement } from '../../authz/index.ts';
import type { Decision } from '../../core/decision.ts';
import type { SecurityEvent } from '../../core/event.ts';
import { newId } from '../../core/id.ts';
import type { Digest } from '../../core/ids.ts';
import type { Reason } from '../../core/reason.ts';
import type { RequestRow } from '../../core/store.ts';
import { LAYERS, type LayerName, type LayerReport } from '../../core/verdict.ts';
import type { Host } from '../config.ts';
import { judgedTerms, type Prepared, signable } from './prepared.ts';

const SKIPPED: Reason = { code: 'skipped', message: 'Not judged: the request was refused already.', retryable: false };

/** What every decision of a moment shares. */
export interface DecisionFrame {
  readonly host: Host;
  readonly tenant: string;
  readonly software: string;
  readonly registry: string;
  readonly epoch: number;
  /** What the deployment switched off outside the layers. */
  readonly unenforced?: readonly string[];
}

/** Who asked for what, as far as it is known when a request is refused early. */
export interface RefusalFacts {
  readonly agent: string;
  readonly user: string;
  readonly requestId: string;
  readonly bodyDigest: Digest;
  readonly prepared?: Prepared;
  readonly policy?: string;
  readonly session?: string | undefined;
}

/** Names that the request was written with. */
function namesOf(prepared: Prepared | undefined): Pick<Decision, 'names'> {
  const names = prepared?.request.names;
  return names === undefined || names.length === 0 ? {} : { names };
}

/** Says of what is no transaction that it is a signature. */
function signatureOf(prepared: Prepared | undefined): Pick<Decision, 'signature'> {
  return prepared?.kind === 'signature' ? { signature: prepared.kept } : {};
}

/** Decision about a request that never reached the layers: eight reports, none passed. */
export function refusalDecision(frame: DecisionFrame, facts: RefusalFacts, reason: Reason): Decision {
  const at = frame.host.clock.nowMs();
  const { prepared } = facts;
  return {
    v: 1,
    id: newId(frame.host.random, at),
    tenant: frame.tenant,
    at,
    requestId: facts.requestId,
    bodyDigest: facts.bodyDigest,
    agent: facts.agent,
    user: facts.user,
    ...(facts.session === undefined ? {} : { session: facts.session }),
    wallet: prepared?.request.wallet ?? null,
    chain: prepared?.request.chain ?? null,
    payloadDigest: prepared === undefined ? null : signable(prepared).payloadDigest,
    actionDigest: prepared?.actionDigest ?? null,
    effects: prepared?.decoded.effects ?? [],
    ...signatureOf(prepared),
    ...namesOf(prepared),
    verdict: 'denied',
    reasons: [reason],
    reports: LAYERS.map(
      (layer): LayerReport => ({ layer, passed: false, verdict: 'skipped', score: null, reasons: [SKIPPED], durationMs: 0 }),
    ),
    facts: {},
    signals: [],
    unenforced: [],
    riskScore: 100,
    policy: facts.policy ?? 'none',
    policyVersionId: facts.policy ?? 'none',
    registry: frame.registry,
    epoch: frame.epoch,
    software: frame.software,
    approvals: [],
  };
}

/** Decision that the eight layers came to. */
export function judgedDecision(
  frame: DecisionFrame,
  prepared: Prepared,
  policy: CompiledPolicy,
  judgement: Judgement,
  at: number,
  approvals: readonly string[],
): Decision {
  const { request } = prepared;
  return {
    v: 1,
    id: newId(frame.host.random, at),
    tenant: frame.tenant,
    at,
    requestId: request.id,
    bodyDigest: request.bodyDigest,
    agent: request.agentId,
    user: request.userId,
    ...(request.context.sessionId === undefined ? {} : { session: request.context.sessionId }),
    ...(request.context.trust === undefined ? {} : { trust: request.context.trust }),
    wallet: request.wallet,
    chain: request.chain,
    payloadDigest: signable(prepared).payloadDigest,
    actionDigest: prepared.actionDigest,
    effects: judgement.effects,
    ...signatureOf(prepared),
    ...namesOf(prepared),
    verdict: judgement.verdict,
    reasons: judgement.reasons,
    reports: judgement.reports,
    facts: judgement.facts,
    ...(judgement.input === undefined
      ? {}
      : { input: { ...judgement.input, payload: Buffer.from(signable(prepared).payload).toString('base64') } }),
    ...(judgement.quorum === undefined ? {} : { quorum: judgement.quorum }),
    signals: judgement.signals,
    unenforced: [...judgement.unenforced, ...(frame.unenforced ?? [])],
    riskScore: judgement.riskScore,
    policy: policy.digest,
    policyVersionId: policy.digest,
    registry: frame.registry,
    epoch: frame.epoch,
    software: frame.software,
    approvals,
  };
}

/** The same decision, turned into a denial by the store: the layer that the refused command belongs to says so. */
export function overruled(decision: Decision, reason: Reason, layer: LayerName | null): Decision {
  return {
    ...decision,
    ...(decision.input === undefined ? {} : { input: { ...decision.input, overruled: { layer, verdict: decision.verdict } } }),
    verdict: 'denied',
    reasons: [reason, ...decision.reasons],
    // Nothing was reserved, so nothing crossed the mark of a cap.
    signals: decision.signals.filter(({ type }) => type !== 'cap_warning'),
    reports: decision.reports.map((report) =>
      report.layer === layer ? { ...report, passed: false, verdict: 'deny', reasons: [reason, ...report.reasons] } : report,
    ),
    approvals: [],
  };
}

/** The row that a decision leaves: with room, slot and payload where it is a yes. */
export function requestRow(
  decision: Decision,
  prepared: Prepared,
  held: { readonly judgement: Judgement; readonly dueMs: number } | null,
): RequestRow {
  return {
    agent: prepared.request.agentId,
    requestId: prepared.request.id,
    bodyDigest: prepared.request.bodyDigest,
    actionDigest: prepared.actionDigest,
    payloadDigest: signable(prepared).payloadDigest,
    decisionId: decision.id,
    logIndex: -1,
    state: held !== null ? 'held' : decision.verdict === 'escalated' ? 'escalated' : 'denied',
    wallet: prepared.request.wallet,
    slot: held !== null && prepared.kind === 'transaction' ? prepared.tx.slot : null,
    lines: held?.judgement.lines ?? [],
    dueMs: held?.dueMs ?? 0,
    permit: null,
    feeLines: held?.judgement.feeLines ?? [],
    feeCeiling: (held === null ? prepared.feeBound : judgedTerms(prepared).fee.ceiling).toString(),
    payload: held === null ? null : Buffer.from(signable(prepared).payload).toString('base64'),
    sealed: null,
    txHash: null,
    updatedMs: decision.at,
    ...signatureOf(prepared),
    ...namesOf(prepared),
    ...placeOf(prepared),
  };
}

/** Whose place of the sequence it is to take. */
function placeOf(prepared: Prepared): Pick<RequestRow, 'replaces'> {
  if (prepared.kind === 'signature' || prepared.rivals === undefined) return {};
  return { replaces: { requestId: prepared.rivals.first.requestId, by: prepared.rivals.by } };
}

/** Events that go into the log with a decision: itself, its rejection, and what its layers noticed. */
export function decisionEvents(frame: DecisionFrame, decision: Decision): readonly SecurityEvent[] {
  const base = { v: 1, tenant: decision.tenant, at: decision.at, agent: decision.agent } as const;
  const events: SecurityEvent[] = [
    { ...base, id: decision.id, type: 'decision_made', severity: decision.verdict === 'approved' ? 'info' : 'warning', decision },
  ];
  if (decision.verdict === 'denied') {
    const details = {
      decisionId: decision.id,
      requestId: decision.requestId,
      reason: decision.reasons[0]?.code ?? 'layer_missing',
      reasons: decision.reasons.map(({ code }) => code),
    };
    events.push({ ...base, id: newId(frame.host.random, decision.at), type: 'policy_rejected', severity: 'warning', details });
  }
  for (const signal of decision.signals) {
    const severity = signal.type === 'fraud_detected' ? 'critical' : 'warning';
    events.push({
      ...base,
      id: newId(frame.host.random, decision.at),
      type: signal.type,
      severity,
      details: { ...signal.details, decisionId: decision.id },
    });
  }
  return events;
}
