import { canonicalize } from '../../core/canonical.ts';
import type { Decision } from '../../core/decision.ts';
import { taggedDigest } from '../../core/digest.ts';
import { type HaltState, NO_HALT } from '../../core/halt.ts';
import { newId } from '../../core/id.ts';
import type { Reason } from '../../core/reason.ts';
import type { ActionRequest } from '../../core/request.ts';
import type { SignatureOrder } from '../../core/signature-order.ts';
import { type RequestRow, storeKey } from '../../core/store.ts';
import { type AgentRecord, docKey, docValue } from '../directory.ts';
import type { ParsedAgentRequest, RequestForm } from '../request.ts';
import { bodyDigestOf } from './body-digest.ts';
import { type Decided, type DecideOptions, type DecideParts, decide } from './decide.ts';
import { type Asked, readRequest, refuseEarly } from './early-refusal.ts';
import type { Lanes } from './lanes.ts';
import { type PrepareParts, prepare } from './prepare.ts';
import { prepareReplacement } from './prepare-replacement.ts';
import { prepareSignature } from './prepare-signature.ts';
import type { Prepared } from './prepared.ts';
import type { Replacing, ReplacingBytes } from './replacement-place.ts';
import { chainOf, type Resolved, resolveRequest, resolveSignature } from './resolve.ts';
import { resolveNames } from './resolve-names.ts';
import type { Satisfaction } from './satisfaction.ts';
import { DISABLED, haltReason } from './stop-reason.ts';

/** How often a run is repeated after colliding with another commit before the collision is recorded as a denial. */
const MAX_RUNS = 6;

/** What submitting needs. */
export interface SubmitParts extends DecideParts, PrepareParts {
  readonly lanes: Lanes;
}

/** Options of one submission. */
export interface SubmitOptions {
  readonly dryRun?: boolean;
  /** Bytes to be signed exactly as they are. */
  readonly exact?: Uint8Array;
  /** What to sign, where it is no transaction. */
  readonly order?: SignatureOrder;
  /** What the request is to take the place of. */
  readonly replacing?: Replacing | ReplacingBytes;
  /** Session told beside the request; no part of its body. */
  readonly session?: string;
  /** Approval that answers the escalation of an earlier run, given what was prepared now. */
  readonly satisfy?: (prepared: Prepared, row: RequestRow) => Promise<Satisfaction | undefined>;
  /** Whether the parties of a wallet that asks for their approvals have given them for this very request. */
  readonly partiesApproved?: boolean;
  /** The most that fees may reach, base units, where somebody has seen that already. */
  readonly feeBound?: bigint;
  readonly simulate?: DecideOptions['simulate'];
}

/** A new decision, or the row that an earlier submission of the same request left. */
export type Submitted =
  | {
      readonly kind: 'decided';
      readonly requestId: string;
      readonly decision: Decision;
      readonly row: RequestRow | null;
      readonly request: ActionRequest | null;
      readonly prepared: Prepared | null;
    }
  | { readonly kind: 'prior'; readonly requestId: string; readonly row: RequestRow };

async function refuse(parts: SubmitParts, asked: Asked, reason: Reason, options: SubmitOptions, prior?: RequestRow): Promise<Submitted> {
  const refused = await refuseEarly(parts, asked, reason, { dryRun: options.dryRun === true, prior });
  if ('moved' in refused) return { kind: 'prior', requestId: asked.requestId, row: refused.moved };
  const { decision } = refused;
  return { kind: 'decided', requestId: asked.requestId, decision, row: null, request: null, prepared: null };
}

/** A row whose request may be judged again: nothing was ever signed for it. */
const mayRunAgain = (row: RequestRow, nowMs: number): boolean =>
  row.sealed === null &&
  row.txHash === null &&
  (row.permit === null || row.permit.redeemedBy === null) &&
  (row.state === 'escalated' || row.state === 'released' || (row.state === 'held' && row.dueMs < nowMs));

async function run(
  parts: SubmitParts,
  asked: Asked,
  request: ActionRequest,
  prior: RequestRow | undefined,
  options: SubmitOptions,
): Promise<Submitted> {
  const left = await giveBack(parts, prior, options);
  if (left !== undefined) return left;
  const feeBound = prior?.state === 'escalated' ? BigInt(prior.feeCeiling) : options.feeBound;
  const { action } = request;
  for (let attempt = 1; ; attempt++) {
    const prepared: Resolved<Prepared> =
      action.kind === 'signature'
        ? await prepareSignature(parts, { ...request, action })
        : options.replacing !== undefined
          ? await prepareReplacement(parts, { ...request, action }, options.replacing, feeBound)
          : await prepare(
              parts,
              { ...request, action },
              {
                ...(options.dryRun === true ? { dryRun: true } : {}),
                ...(options.exact === undefined ? {} : { exact: options.exact }),
                ...(feeBound === undefined ? {} : { feeBound }),
              },
            );
    if (!prepared.ok) return (await movedOn(parts, asked, options)) ?? refuse(parts, asked, prepared.reason, options, prior);
    const satisfaction = prior === undefined ? undefined : await options.satisfy?.(prepared.value, prior);
    const decided: Decided = await decide(parts, prepared.value, {
      ...(satisfaction === undefined ? {} : { satisfaction }),
      ...(options.dryRun === true ? { dryRun: true } : {}),
      ...(options.partiesApproved === true ? { partiesApproved: true } : {}),
      ...(options.simulate === undefined ? {} : { simulate: options.simulate }),
      last: attempt >= MAX_RUNS,
    });
    if (decided.kind === 'decided')
      return { kind: 'decided', requestId: request.id, decision: decided.decision, row: decided.row, request, prepared: prepared.value };
    const moved = await movedOn(parts, asked, options);
    if (moved !== undefined) return moved;
  }
}

/** Where another process has taken this very request on meanwhile, its row: no answer of ours may deny what is being paid. */
async function movedOn(parts: SubmitParts, asked: Asked, options: SubmitOptions): Promise<Submitted | undefined> {
  const row = options.dryRun === true ? undefined : await readRequest(parts, asked.agentId, asked.requestId);
  if (row === undefined || row.bodyDigest !== asked.bodyDigest || mayRunAgain(row, parts.nowMs())) return undefined;
  return { kind: 'prior', requestId: row.requestId, row };
}

/** Frees what a hold that is over still has, so that its request can be decided again; somebody who redeems first has it. */
async function giveBack(parts: SubmitParts, prior: RequestRow | undefined, options: SubmitOptions): Promise<Submitted | undefined> {
  if (prior?.state !== 'held' || options.dryRun === true) return undefined;
  const freed = await parts.journal.apply([{ kind: 'ledger.expire', agent: prior.agent, requestId: prior.requestId }]);
  if (freed.ok) return undefined;
  const row = await readRequest(parts, prior.agent, prior.requestId);
  return { kind: 'prior', requestId: prior.requestId, row: row ?? prior };
}

/**
 * Takes a request from the agent's words to a recorded decision. The same id with the same body leads back to what was
 * decided; with another body it is refused. Every "no" is a recorded decision; nothing odd is thrown at the agent.
 */
export async function submit(parts: SubmitParts, agentId: string, parsed: RequestForm, options: SubmitOptions = {}): Promise<Submitted> {
  const nowMs = parts.host.clock.nowMs();
  const requestId = (parsed.ok ? parsed.value.id : undefined) ?? newId(parts.host.random, nowMs);
  const bodyDigest = parsed.ok
    ? bodyDigestOf(parsed.value, options)
    : taggedDigest('castellan.malformed.v1', canonicalize(parsed.problems));
  const rows = await parts.store.get([storeKey.doc(docKey.agent(agentId)), storeKey.request(agentId, requestId), storeKey.halt()]);
  const agent = docValue<AgentRecord>(rows[0]);
  const prior = rows[1] as RequestRow | undefined;
  const session = options.session ?? (parsed.ok ? parsed.value.context?.sessionId : undefined);
  const asked: Asked = { agentId, agent, requestId, bodyDigest, session, halt: (rows[2] as HaltState | undefined) ?? NO_HALT };
  if (agent === undefined || agent.removedMs !== undefined)
    return refuse(parts, asked, { code: 'agent_unknown', message: 'No such agent is registered.', retryable: false }, options);
  if (!parsed.ok) return refuse(parts, asked, malformed(parsed.problems), options);
  if (prior !== undefined && prior.bodyDigest !== bodyDigest) {
    return refuse(
      parts,
      asked,
      { code: 'request_id_reused', message: 'This request id was used for another body.', retryable: false },
      options,
    );
  }
  if (!parts.enabled) return refuse(parts, asked, DISABLED, options, prior);
  if (prior !== undefined && options.dryRun !== true && !mayRunAgain(prior, nowMs)) return { kind: 'prior', requestId, row: prior };
  if (prior?.state === 'escalated' && options.satisfy === undefined && options.dryRun !== true)
    return { kind: 'prior', requestId, row: prior };
  return resolveAndRun(parts, asked, parsed.value, agent, prior, options, nowMs);
}

async function resolveAndRun(
  parts: SubmitParts,
  asked: Asked,
  parsed: ParsedAgentRequest,
  agent: AgentRecord,
  prior: RequestRow | undefined,
  options: SubmitOptions,
  nowMs: number,
): Promise<Submitted> {
  // One that only this process knows of yet is looked for when the decision is made, and again before signing and sending.
  const stop = haltReason(asked.halt, asked.agentId, nowMs);
  if (stop !== undefined) return refuse(parts, asked, stop, options, prior);
  const named = await resolveNames(parsed, chainOf(parsed, agent, parts.chains), parts.chains);
  if (!named.ok) return refuse(parts, asked, named.reason, options, prior);
  const naming = { parsed: named.value.parsed, id: asked.requestId, tenant: parts.tenant, agent, chains: parts.chains, nowMs };
  const resolved: Resolved<ActionRequest> = options.order === undefined ? resolveRequest(naming) : resolveSignature(naming, options.order);
  if (!resolved.ok) return refuse(parts, asked, resolved.reason, options, prior);
  const { session } = asked;
  const context = { ...resolved.value.context, ...(session === undefined ? {} : { sessionId: session }) };
  const request: ActionRequest = { ...resolved.value, context, names: named.value.names, bodyDigest: asked.bodyDigest };
  return parts.lanes.run(request.wallet, () => run(parts, asked, request, prior, options));
}

function malformed(problems: readonly string[]): Reason {
  return {
    code: 'request_malformed',
    message: `The request has ${problems.length} wrong field(s): ${problems.join('; ').slice(0, 500)}`,
    retryable: false,
  };
}
