import { type CompiledPolicy, isCondition, type Judge, type JudgeInput, type Judgement, judgeKeys } from '../../authz/index.ts';
import { accountChain } from '../../core/account.ts';
import { nativeAssetId } from '../../core/asset.ts';
import type { SimulationReport, Token } from '../../core/chain-adapter.ts';
import type { Effect } from '../../core/effect.ts';
import { isCastellanError } from '../../core/errors.ts';
import { type HaltState, NO_HALT } from '../../core/halt.ts';
import type { AccountId, Digest } from '../../core/ids.ts';
import type { PriceSource } from '../../core/price.ts';
import type { Reason } from '../../core/reason.ts';
import type { ActionRequest } from '../../core/request.ts';
import { type Store, storeKey } from '../../core/store.ts';
import type { Host } from '../config.ts';
import { Denied } from '../pipeline/denied.ts';
import { type StopParts, stopReason } from '../pipeline/stop-reason.ts';
import type { PolicyBook } from '../policy-book.ts';
import type { LooksAtLists } from '../risk/screening/index.ts';
import { NotPlainData } from '../snapshot.ts';
import { type CapabilityContext, type CapabilityFacts, readFacts, type TokenList } from './capability-facts.ts';
import { purposeOfWord, TYPE_OF } from './capability-words.ts';
import { type KeptAgent, readAgentState } from './kept-agent.ts';
import { type SupposedAction, supposedActions } from './supposed-actions.ts';

export type { CapabilityContext } from './capability-facts.ts';

/** What checking needs. */
export interface CapabilityParts extends StopParts, LooksAtLists {
  readonly host: Host;
  readonly tenant: string;
  readonly store: Store;
  readonly policies: Pick<PolicyBook, 'policyOf'>;
  readonly judge: Judge;
  readonly chains: TokenList;
  readonly price?: PriceSource | undefined;
  readonly decisionTimeoutMs: number;
}

/** Whether something may be done. `allowed` is a plain yes: what a person has to decide is none. */
export interface CapabilityAnswer {
  readonly allowed: boolean;
  /** A sentence; null for a yes. */
  readonly reason: string | null;
  /** The rule or limit that says no, or what kind of no it is; null for a yes. */
  readonly violatedRule: string | null;
  /** True where a person could allow it. */
  readonly requiresApproval: boolean;
  /** Everything that stands against it. */
  readonly reasons: readonly Reason[];
}

const YES: CapabilityAnswer = Object.freeze({ allowed: true, reason: null, violatedRule: null, requiresApproval: false, reasons: [] });
const NO_DIGEST = '0'.repeat(64) as Digest;

function no(reasons: readonly Reason[], requiresApproval = false): CapabilityAnswer {
  const [first] = reasons;
  return {
    allowed: false,
    reason: first?.message ?? 'Nothing allows this.',
    violatedRule: first?.rule ?? first?.code ?? 'layer_missing',
    requiresApproval,
    reasons,
  };
}

const refused = (code: Reason['code'], message: string): CapabilityAnswer => no([{ code, message, retryable: false }]);

const SHOWN: ReadonlySet<Effect['kind']> = new Set<Effect['kind']>(['outflow', 'inflow', 'allowance', 'operator']);

/** The question does not ask the chain: that just what is asked about would happen there is supposed. */
const supposed = (effects: readonly Effect[]): SimulationReport => ({
  success: true,
  wouldRevert: false,
  gasEstimate: '0',
  coverageLevel: 'basic',
  caveats: ['state_may_diverge'],
  effects: effects.map((effect): Effect => ({ ...effect, source: 'simulation' })).filter(({ kind }) => SHOWN.has(kind)),
  warnings: [],
  errors: [],
  block: { number: '0', hash: '', timestampMs: 0 },
});

async function judge(
  parts: CapabilityParts,
  agent: KeptAgent,
  policy: CompiledPolicy,
  type: string,
  facts: CapabilityFacts,
  action: SupposedAction,
  wallet: AccountId,
): Promise<Judgement> {
  const nowMs = parts.host.clock.nowMs();
  const { chain, context } = facts;
  const request: ActionRequest = {
    id: 'supposed',
    tenant: parts.tenant,
    agentId: agent.id,
    userId: agent.user,
    wallet,
    chain,
    type,
    action: { kind: 'calls', calls: [] },
    declared: { asset: action.asset, amount: action.amount, destination: null },
    context,
    feeCeiling: null,
    notAfterMs: null,
    narrow: null,
    receivedAtMs: nowMs,
    bodyDigest: NO_DIGEST,
  };
  // Every transaction costs a fee: the most that is said, the most that may be, or at least something.
  const fee = { asset: nativeAssetId(chain), ceiling: facts.fee ?? policy.maxFee ?? 1n, params: {} };
  const tx = { chain, wallet, payload: new Uint8Array(), payloadDigest: NO_DIGEST, slot: 0, fee, validUntilMs: null };
  const decoded = { effects: action.effects, calls: [], complete: true };
  const keys = judgeKeys({ request, tx, decoded, policy });
  await parts.lists?.opened();
  const tokens: readonly Token[] = [...policy.tokens.values()];
  const input: JudgeInput = {
    request,
    tx,
    decoded,
    policy,
    rows: { keys, values: await parts.store.get(keys) },
    simulate: () => supposed(decoded.effects),
    satisfied: new Set(),
    tokens,
    price: parts.price,
    lists: parts.lists?.look(nowMs),
    nowMs,
    deadlineMs: nowMs + parts.decisionTimeoutMs,
  };
  return parts.judge.judge(input);
}

/** A pair names what comes back, too: the gate only sees what leaves, so the list of tokens is asked here. */
function pairReason({ pair }: CapabilityFacts, { rules }: CompiledPolicy): Reason | undefined {
  for (const rule of rules) {
    const [only] = rule.when;
    if (rule.id !== 'tokens' || only === undefined || !isCondition(only) || !Array.isArray(only.value)) continue;
    const listed = only.value as readonly string[];
    if (pair.some(({ asset }) => !listed.includes(asset))) return { code: rule.code, message: rule.label, rule: rule.id, retryable: false };
  }
  return undefined;
}

async function answer(parts: CapabilityParts, agentId: string, word: string, context: unknown): Promise<CapabilityAnswer> {
  const purpose = purposeOfWord(word);
  if (purpose === undefined) return refused('request_malformed', 'This is no capability.');
  const { capability } = purpose;
  const nowMs = parts.host.clock.nowMs();
  const { agent, policyRow } = await readAgentState(parts.store, agentId);
  const [haltRow] = await parts.store.get([storeKey.halt()]);
  const stop = stopReason(parts, (haltRow as HaltState | undefined) ?? NO_HALT, agentId, nowMs);
  if (stop !== undefined) return no([stop]);
  if (agent === undefined || agent.removedMs !== undefined) return refused('agent_unknown', 'No such agent is registered.');
  const policy = parts.policies.policyOf(agentId, policyRow);
  if (policy === undefined) return refused('policy_missing', 'No policy is stored for this agent.');
  const facts = readFacts(context, [...new Set(agent.wallets.map(accountChain))], parts.chains);
  // Whether there is a wallet is not the question.
  const wallet = agent.wallets.find((account) => accountChain(account) === facts.chain) ?? (`${facts.chain}:nobody` as AccountId);
  let worst: CapabilityAnswer = YES;
  // What a trade brings back, a question does not tell: whether it is enough is asked of the request.
  const asked = { ...policy, maxSlippage: null };
  for (const action of supposedActions(purpose, facts, policy, wallet, nowMs)) {
    const { verdict, reasons } = await judge(parts, agent, asked, TYPE_OF[capability], facts, action, wallet);
    if (verdict === 'denied') return no(reasons);
    if (verdict === 'escalated') worst = no(reasons, true);
  }
  const unlisted = pairReason(facts, policy);
  if (unlisted !== undefined) return no([unlisted]);
  const isWhole = facts.amount !== null && facts.tokens.length > 0;
  if (worst.allowed && !isWhole && (capability === 'transfers' || capability === 'approvals'))
    return refused('request_malformed', 'Nothing stands against it as such; whether it is allowed depends on token and amount.');
  return worst;
}

/**
 * Puts an action that fits the facts before the gate's own judges: its stops, rules, limits with the room in use, rates,
 * lists and habits. Where several actions fit, each has to pass; what the facts leave open counts against them. Records and
 * consumes nothing.
 *
 * Fails closed: a question that cannot be read is answered with no. What the chain would say is not asked.
 */
export async function checkCapability(
  parts: CapabilityParts,
  agentId: string,
  capability: string,
  context: CapabilityContext = {},
): Promise<CapabilityAnswer> {
  try {
    return await answer(parts, agentId, capability, context);
  } catch (error) {
    if (error instanceof Denied) return no([error.reason]);
    if (error instanceof NotPlainData) return refused('request_malformed', 'The question is no plain data.');
    if (isCastellanError(error) && error.code !== 'STORE_UNAVAILABLE' && error.code !== 'STORE_CORRUPT')
      return refused('request_malformed', error.shortMessage);
    throw error;
  }
}
