import { refusalCommands } from '../../authz/index.ts';
import type { Decision } from '../../core/decision.ts';
import type { HaltState } from '../../core/halt.ts';
import type { AccountId, Digest } from '../../core/ids.ts';
import type { Reason } from '../../core/reason.ts';
import { type RequestRow, type Store, storeKey } from '../../core/store.ts';
import type { AgentRecord } from '../directory.ts';
import type { DecideParts } from './decide.ts';
import { type DecisionFrame, decisionEvents, refusalDecision } from './decision-record.ts';

/** Who asked for what, as far as it is known before anything is built. */
export interface Asked {
  readonly agentId: string;
  readonly agent: AgentRecord | undefined;
  readonly requestId: string;
  readonly bodyDigest: Digest;
  readonly halt: HaltState;
  /** The caller's own name for its session. */
  readonly session?: string | undefined;
}

/** The row of a request as the store has it now. */
export async function readRequest(parts: { readonly store: Store }, agentId: string, requestId: string): Promise<RequestRow | undefined> {
  const [row] = await parts.store.get([storeKey.request(agentId, requestId)]);
  return row as RequestRow | undefined;
}

function deniedRow({ agentId, agent, requestId, bodyDigest }: Asked, decision: Decision): RequestRow {
  return {
    agent: agentId,
    requestId,
    bodyDigest,
    actionDigest: bodyDigest,
    payloadDigest: null,
    decisionId: decision.id,
    logIndex: -1,
    state: 'denied',
    wallet: (agent?.wallets[0] ?? '') as AccountId,
    slot: null,
    lines: [],
    dueMs: 0,
    permit: null,
    feeLines: [],
    feeCeiling: '0',
    payload: null,
    sealed: null,
    txHash: null,
    updatedMs: decision.at,
  };
}

/** A recorded refusal; or the row of this very request, where another process has taken it on meanwhile. */
export type Refused = { readonly decision: Decision } | { readonly moved: RequestRow };

/**
 * Denies a request before it became bytes, and records that unless nothing is to be recorded. Nobody is told no about what
 * another process is paying at that moment.
 */
export async function refuseEarly(
  parts: DecideParts,
  asked: Asked,
  reason: Reason,
  { dryRun, prior }: { readonly dryRun: boolean; readonly prior?: RequestRow | undefined },
): Promise<Refused> {
  const { host, tenant, software } = parts;
  const frame: DecisionFrame = { host, tenant, software, registry: parts.registryDigest(), epoch: asked.halt.epoch };
  const { requestId, bodyDigest, session } = asked;
  const facts = { agent: asked.agentId, user: asked.agent?.user ?? 'unknown', requestId, bodyDigest, session };
  const decision = refusalDecision(frame, facts, reason);
  if (dryRun) return { decision };
  const entries = () => decisionEvents(frame, decision).map((event) => parts.journal.command(event));
  // A row that a person may still answer outlives what passes: only the refusal itself is recorded then.
  // Whoever is nobody's agent is counted nowhere: names are free.
  const counted = asked.agent === undefined ? [] : refusalCommands(decision);
  const keeps = asked.agent === undefined || reason.code === 'request_id_reused' || (reason.retryable && prior?.state === 'escalated');
  const noted = keeps
    ? undefined
    : await parts.journal.apply([{ kind: 'ledger.note', request: deniedRow(asked, decision) }, ...counted, ...entries()]);
  if (noted?.ok === true) return { decision };
  const moved = noted?.reason.code === 'version_conflict' ? await readRequest(parts, asked.agentId, asked.requestId) : undefined;
  // The row that was there before is known to who refuses.
  if (moved !== undefined && (moved.state !== prior?.state || moved.updatedMs !== prior.updatedMs)) return { moved };
  await parts.journal.apply([...counted, ...entries()]);
  return { decision };
}
