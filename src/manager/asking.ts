import { renderEffects } from '../approvals/index.ts';
import { keptRun } from '../authz/index.ts';
import type { ApprovalRecord, ApprovalRequest } from '../core/approval.ts';
import type { Decision } from '../core/decision.ts';
import { sha256Hex, toHex } from '../core/digest.ts';
import type { ReasonCode } from '../core/reason.ts';
import type { House } from './boot.ts';
import type { Prepared } from './pipeline/prepared.ts';
import type { Satisfaction } from './pipeline/satisfaction.ts';

/** What a text for people is made of: the effects, and what the request itself is bound to. */
type Rendered = Pick<Decision, 'effects' | 'signature'> & Partial<Pick<Decision, 'facts'>>;

/** The text a person approves; fees appear as their bound. */
export function renderDecision(house: House, { effects, signature, facts }: Rendered, feeBound: bigint): string {
  const expect = facts === undefined ? null : keptRun({ facts })?.expect;
  return renderEffects(effects, house.chains.allTokens, { feeCeiling: feeBound, signature, expect });
}

/** How long people may take, ms: the shorter of what deployment and policy say. */
function patienceMs({ config, policies }: House, { agent, policy }: Decision): number {
  const own = policies.lastOf(agent);
  const { ttlMs } = config.approvals;
  return own?.digest === policy ? Math.min(ttlMs, own.approvalTimeoutMs ?? ttlMs) : ttlMs;
}

/** Opens the approval of an escalated decision; its id is the decision's id. */
export async function openApproval(house: House, decision: Decision, prepared: Prepared): Promise<ApprovalRecord> {
  const nowMs = house.host.clock.nowMs();
  const rendered = renderDecision(house, decision, prepared.feeBound);
  const escalations = decision.reports.filter((report) => report.verdict === 'escalate').flatMap((report) => report.reasons);
  const rules = new Set(escalations.flatMap(({ rule }) => (rule === undefined ? [] : [rule])));
  const request: ApprovalRequest = {
    v: 1,
    id: decision.id,
    tenant: decision.tenant,
    agent: decision.agent,
    requestId: decision.requestId,
    decisionId: decision.id,
    wallet: prepared.request.wallet,
    actionDigest: prepared.actionDigest,
    effectsDigest: sha256Hex(rendered),
    rendered,
    satisfies: [...new Set(escalations.map(({ code }) => code))],
    ...(rules.size === 0 ? {} : { rules: [...rules].sort() }),
    ...(decision.quorum === undefined ? {} : { quorum: decision.quorum }),
    policy: decision.policy,
    registry: decision.registry,
    createdAtMs: nowMs,
    expiresAtMs: nowMs + patienceMs(house, decision),
    nonce: toHex(house.host.random.bytes(16)),
  };
  return house.approvals.open(request);
}

/** What an approved record may satisfy of this action; whether it does is checked when the effects are known. */
export function satisfactionOf(house: House, record: ApprovalRecord, prepared: Prepared): Satisfaction | undefined {
  const { request, state } = record;
  if (state !== 'approved') return undefined;
  return {
    approvalId: request.id,
    codes: new Set<ReasonCode>(request.satisfies),
    rules: new Set(request.rules ?? []),
    confirm: (decision) =>
      house.approvals.use(request.id, {
        agent: decision.agent,
        requestId: decision.requestId,
        actionDigest: prepared.actionDigest,
        effectsDigest: sha256Hex(renderDecision(house, decision, prepared.feeBound)),
        policy: decision.policy,
        registry: decision.registry,
        quorum: decision.quorum,
      }),
  };
}
