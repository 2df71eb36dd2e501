import { type CompiledPolicy, type Judge, type Judgement, judgeKeys, refusalCommands } from '../../authz/index.ts';
import type { SimulationReport, Token } from '../../core/chain-adapter.ts';
import type { Decision } from '../../core/decision.ts';
import { toHex } from '../../core/digest.ts';
import { type HaltState, NO_HALT } from '../../core/halt.ts';
import type { MarketSnapshot } from '../../core/market.ts';
import { PERMIT_TTL_MS, type PermitTerms } from '../../core/permit.ts';
import type { PriceSource } from '../../core/price.ts';
import type { Reason, ReasonCode } from '../../core/reason.ts';
import { type Command, type LedgerCap, type RequestRow, type Store, storeKey } from '../../core/store.ts';
import type { LayerName } from '../../core/verdict.ts';
import type { Host } from '../config.ts';
import { docKey, docValue, type WalletRecord } from '../directory.ts';
import type { Journal } from '../journal.ts';
import type { PolicyBook } from '../policy-book.ts';
import type { LooksAtLists } from '../risk/screening/index.ts';
import { readPinned } from './contract-pins.ts';
import { type DecisionFrame, decisionEvents, judgedDecision, overruled, refusalDecision, requestRow } from './decision-record.ts';
import type { LookUpParts } from './look-up.ts';
import { asTold, metByRule, openReviews, outcomeOf } from './outcomes.ts';
import { placeOf, slotCommands } from './place.ts';
import { judgedTerms, type Prepared, signable } from './prepared.ts';
import { answersAll, type Satisfaction } from './satisfaction.ts';
import type { Simulator } from './simulator.ts';
import { seekFacts } from './sought-facts.ts';
import { type StopParts, stopReason } from './stop-reason.ts';

const NOTHING: ReadonlySet<ReasonCode> = new Set();

/** What deciding needs. */
export interface DecideParts extends StopParts, LooksAtLists {
  readonly host: Host;
  readonly store: Store;
  readonly journal: Journal;
  readonly judge: Judge;
  readonly tenant: string;
  readonly software: string;
  readonly registryDigest: () => string;
  /** Reads the registry again; rejects where its chain is broken. */
  readonly refreshRegistry: () => Promise<void>;
  readonly policies: Pick<PolicyBook, 'policyOf' | 'lastOf'>;
  readonly tokens: readonly Token[];
  readonly price?: PriceSource | undefined;
  /** What was seen of the market last, beside this decision; undefined where nothing was. */
  readonly market?: (() => MarketSnapshot | undefined) | undefined;
  readonly decisionTimeoutMs: number;
  readonly simulator: Simulator;
  /** Where facts about fraud are looked up; null where nobody looks for it. */
  readonly lookUps: LookUpParts | null;
  /** Told of every judgement that stands; never waited for. */
  readonly onJudged?: ((decision: Decision, policy: CompiledPolicy) => void) | undefined;
  /** What the deployment switched off outside the layers; stands in every decision. */
  readonly unenforced: readonly string[];
  /** False where nothing is signed without an approval of the wallet's parties, whatever the wallet's own record says. */
  readonly platformManaged?: boolean | undefined;
}

/** What deciding came to: a recorded decision, or a collision with somebody else's commit that a fresh run resolves. */
export type Decided =
  | { readonly kind: 'decided'; readonly decision: Decision; readonly row: RequestRow; readonly simulation: SimulationReport | null }
  | { readonly kind: 'again'; readonly reason: Reason };

/** Options of one run. */
export interface DecideOptions {
  readonly satisfaction?: Satisfaction;
  /** Judges and answers; records nothing and holds nothing. */
  readonly dryRun?: boolean;
  /** Whether the parties of a wallet that asks for their approvals have given them. */
  readonly partiesApproved?: boolean;
  /** Records a collision as a denial instead of asking for another run. */
  readonly last?: boolean;
  /** Replaces the chain's simulation, for measuring. */
  readonly simulate?: (signal: AbortSignal) => Promise<SimulationReport>;
}

const LAYER_OF_COMMAND: Partial<Record<Command['kind'], LayerName>> = { 'ledger.reserve': 'limits', 'rate.take': 'rate_limit' };
const COLLISIONS: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'slot_taken',
  'policy_changed',
  'registry_changed',
  'epoch_changed',
  'version_conflict',
]);

function refusedEarly(
  parts: DecideParts,
  prepared: Prepared,
  halt: HaltState,
  policy: CompiledPolicy | undefined,
  nowMs: number,
): Reason | undefined {
  const { request } = prepared;
  const stop = stopReason(parts, halt, request.agentId, nowMs);
  if (stop !== undefined) return stop;
  if (policy === undefined) return { code: 'policy_missing', message: 'No policy is stored for this agent.', retryable: false };
  if (request.notAfterMs !== null && request.notAfterMs < nowMs)
    return { code: 'request_malformed', message: 'The request is past its own notAfter.', retryable: false };
  return undefined;
}

function notOwner({ request }: Prepared, wallet: WalletRecord | undefined): Reason | undefined {
  if (wallet === undefined) return { code: 'wallet_unknown', message: 'The wallet is not registered.', retryable: false };
  if (wallet.agent !== request.agentId)
    return { code: 'agent_not_wallet_owner', message: 'The wallet is another agent’s.', retryable: false };
  return undefined;
}

/** A wallet whose parties are asked signs nothing by itself; where the key is the user's own, signing is asking. */
function notApproved(parts: DecideParts, wallet: WalletRecord | undefined, options: DecideOptions): Reason | undefined {
  const asks = parts.platformManaged === false || wallet?.platformManaged === false;
  if (!asks || wallet?.mode === 'non-custodial' || options.partiesApproved === true || options.dryRun === true) return undefined;
  return {
    code: 'party_approval_required',
    message: 'This wallet signs only what its parties approved: prepareTransaction, requestApproval, signTransaction.',
    retryable: false,
  };
}

async function recordRefusal(
  parts: DecideParts,
  frame: DecisionFrame,
  prepared: Prepared,
  decision: Decision,
  judgement: Judgement | undefined,
  options: DecideOptions,
): Promise<Decided> {
  const row = requestRow(decision, prepared, null);
  const entries = decisionEvents(frame, decision).map((event) => parts.journal.command(event));
  const counted = [...(judgement?.rates ?? []).filter((command) => command.max === null), ...refusalCommands(decision)];
  // What a person allowed outlives a refusal that passes by itself: the row stays escalated.
  const keeps = options.satisfaction !== undefined && decision.verdict === 'denied' && decision.reasons[0]?.retryable === true;
  const noted: readonly Command[] = keeps ? [] : [{ kind: 'ledger.note', request: row }];
  const history = judgement === undefined ? [] : [...outcomeOf(decision), ...openReviews(decision, judgement)];
  const result = await parts.journal.apply([...noted, ...counted, ...history, ...entries]);
  if (result.ok)
    return { kind: 'decided', decision, row: { ...row, logIndex: result.logIndex ?? -1 }, simulation: judgement?.simulation ?? null };
  // The row is no longer what it was: somebody decided this very request meanwhile, and that stands.
  if (result.reason.code === 'version_conflict' && options.last !== true) return { kind: 'again', reason: result.reason };
  const denial = overruled(decision, result.reason, null);
  await parts.journal.apply(decisionEvents(frame, denial).map((event) => parts.journal.command(event)));
  return { kind: 'decided', decision: denial, row: { ...row, state: 'denied' }, simulation: judgement?.simulation ?? null };
}

/**
 * Judges a prepared request by the eight layers and records the outcome: reserve, take rate and slot, append the entry and
 * issue the permit in one all-or-nothing step. Where the step is refused, a second one records the denial.
 */
export async function decide(parts: DecideParts, prepared: Prepared, options: DecideOptions = {}): Promise<Decided> {
  const { request, decoded } = prepared;
  const tx = judgedTerms(prepared);
  await parts.lists?.opened();
  const head = [storeKey.halt(), storeKey.doc(docKey.policy(request.agentId)), storeKey.doc(docKey.wallet(request.wallet))];
  // The policy names the rows to read: the one last seen is nearly always still the one in force, so one read is enough.
  const guess = parts.policies.lastOf(request.agentId);
  let keys = guess === undefined ? [] : judgeKeys({ request, tx, decoded, policy: guess });
  let rows = await parts.store.get([...head, ...keys]);
  const policy = parts.policies.policyOf(request.agentId, rows[1]);
  if (policy !== undefined && policy !== guess) {
    keys = judgeKeys({ request, tx, decoded, policy });
    rows = [...rows.slice(0, head.length), ...(await parts.store.get(keys))];
  }
  const halt = (rows[0] as HaltState | undefined) ?? NO_HALT;
  const wallet = docValue<WalletRecord>(rows[2]);
  const nowMs = parts.host.clock.nowMs();
  const frame: DecisionFrame = {
    host: parts.host,
    tenant: parts.tenant,
    software: parts.software,
    registry: parts.registryDigest(),
    epoch: halt.epoch,
  };
  const early = refusedEarly(parts, prepared, halt, policy, nowMs) ?? notOwner(prepared, wallet) ?? notApproved(parts, wallet, options);
  if (early !== undefined || policy === undefined || wallet === undefined) {
    const facts = {
      agent: request.agentId,
      user: request.userId,
      requestId: request.id,
      bodyDigest: request.bodyDigest,
      prepared,
      policy: policy?.digest ?? 'none',
      session: request.context.sessionId,
    };
    const decision = refusalDecision(
      frame,
      facts,
      early ?? { code: 'policy_missing', message: 'No policy is stored for this agent.', retryable: false },
    );
    if (options.dryRun === true) return { kind: 'decided', decision, row: requestRow(decision, prepared, null), simulation: null };
    return recordRefusal(parts, frame, prepared, decision, undefined, options);
  }
  const place = placeOf(prepared);
  const sought = seekFacts(parts, prepared, policy, options.simulate);
  const [contracts, lookedUp] = await Promise.all([readPinned(prepared, policy), sought.lookedUp]);
  const judgement = await parts.judge
    .judge({
      request,
      tx,
      decoded,
      ...(prepared.kind === 'signature' ? { signature: prepared.reading } : {}),
      ...(place === undefined ? {} : { place }),
      ...(contracts === undefined ? {} : { contracts }),
      ...(lookedUp === undefined ? {} : { lookedUp }),
      policy,
      rows: { keys, values: rows.slice(head.length) },
      read: (more) => parts.store.get(more),
      simulate: sought.simulate,
      satisfied: options.satisfaction?.codes ?? NOTHING,
      tokens: parts.tokens,
      price: parts.price,
      market: parts.market?.(),
      lists: parts.lists?.look(nowMs),
      nowMs,
      deadlineMs: nowMs + parts.decisionTimeoutMs,
    })
    .finally(() => sought.end());
  const { satisfaction, ...anew } = options;
  // Somebody said yes to less than what asks for a person by now: people are asked again, about all of it at once.
  if (satisfaction !== undefined && !answersAll(satisfaction, judgement)) return decide(parts, prepared, anew);
  const approvals = satisfaction === undefined ? [] : [satisfaction.approvalId];
  const decision = judgedDecision({ ...frame, unenforced: parts.unenforced }, prepared, policy, judgement, nowMs, approvals);
  if (options.dryRun === true)
    return { kind: 'decided', decision, row: requestRow(decision, prepared, null), simulation: judgement.simulation };
  const decided =
    decision.verdict === 'approved'
      ? await approve(parts, frame, prepared, { decision, judgement, policy, wallet }, options)
      : await recordRefusal(parts, frame, prepared, decision, judgement, options);
  if (decided.kind === 'decided') parts.onJudged?.(decided.decision, policy);
  return decided;
}

/** What an approval is made of: the decision that says yes, and what it stands on. */
interface Approving {
  readonly decision: Decision;
  readonly judgement: Judgement;
  readonly policy: CompiledPolicy;
  readonly wallet: WalletRecord;
}

/** No payment fails over a warning: where others were faster every time, what the last run saw is logged as it was seen. */
function unwarned(caps: readonly LedgerCap[]): readonly LedgerCap[] {
  return caps.map(({ account, windows }) => ({ account, windows: windows.map(({ warn: _warn, ...window }) => window) }));
}

/** The deciding step of a yes: all of it, or none of it and a recorded denial. */
async function approve(
  parts: DecideParts,
  frame: DecisionFrame,
  prepared: Prepared,
  approving: Approving,
  options: DecideOptions,
): Promise<Decided> {
  const { request } = prepared;
  const { decision, judgement, policy, wallet } = approving;
  const use = await options.satisfaction?.confirm(decision);
  if (use?.ok === false) {
    if (use.reason === 'approval_used' && options.last !== true)
      return { kind: 'again', reason: { code: use.reason, message: 'The approval was used meanwhile.', retryable: false } };
    const moved: Reason = { code: use.reason, message: 'The approval does not fit what would be signed now.', retryable: false };
    return recordRefusal(parts, frame, prepared, overruled(decision, moved, null), judgement, options);
  }
  const dueMs = decision.at + PERMIT_TTL_MS;
  const permit: PermitTerms = {
    secret: toHex(parts.host.random.bytes(16)),
    payloadDigest: signable(prepared).payloadDigest,
    actionDigest: prepared.actionDigest,
    keyId: wallet.keyId,
    policy: policy.digest,
    registry: decision.registry,
    epoch: decision.epoch,
    expiresAtMs: Math.min(dueMs, request.notAfterMs ?? dueMs),
    approvals: use?.approvals ?? [],
    approvalsExpireAtMs: use?.expiresAtMs ?? null,
    redeemedBy: null,
  };
  const row = requestRow(decision, prepared, { judgement, dueMs });
  const { agentId: agent, id: requestId } = request;
  const commands: Command[] = [
    { kind: 'ledger.reserve', request: row, caps: options.last === true ? unwarned(judgement.caps) : judgement.caps },
    ...judgement.rates,
    ...slotCommands(prepared, dueMs),
    { kind: 'permit.issue', agent, requestId, permit },
    ...(use?.consume ?? []),
    ...openReviews(decision, judgement),
    ...decisionEvents(frame, decision).map((event) => parts.journal.command(event)),
  ];
  const result = await parts.journal.apply(commands);
  if (result.ok)
    return { kind: 'decided', decision, row: { ...row, permit, logIndex: result.logIndex ?? -1 }, simulation: judgement.simulation };
  if ((metByRule(result.reason) || COLLISIONS.has(result.reason.code)) && options.last !== true) {
    // Another process changed it. Where its chain cannot be followed, what we know stays too old, and everything is denied.
    if (result.reason.code === 'registry_changed') await parts.refreshRegistry().catch(() => undefined);
    return { kind: 'again', reason: result.reason };
  }
  const refused = commands[result.command]?.kind;
  const layer = metByRule(result.reason) ? 'policy' : refused === undefined ? null : (LAYER_OF_COMMAND[refused] ?? null);
  return recordRefusal(parts, frame, prepared, overruled(decision, asTold(result.reason), layer), judgement, options);
}
