import type { CompiledPolicy } from '../../authz/index.ts';
import type { Authority, Authorization } from '../../core/authority.ts';
import type { Token } from '../../core/chain-adapter.ts';
import type { Effect } from '../../core/effect.ts';
import { CastellanError } from '../../core/errors.ts';
import type { AccountId, ChainId } from '../../core/ids.ts';
import type { MarketSnapshot } from '../../core/market.ts';
import type { PriceSource } from '../../core/price.ts';
import { type Json, type Store, storeKey } from '../../core/store.ts';
import {
  assessRisk,
  detectAnomaly,
  type ListLook,
  parseScreening,
  type RiskAssessment,
  type RiskFacts,
  type RiskInput,
  type RiskWeights,
  type ScreeningEntry,
  screenKey,
} from '../../risk/index.ts';
import type { Host } from '../config.ts';
import { docKey, docValue } from '../directory.ts';
import type { Journal } from '../journal.ts';
import type { TokenList } from '../policies/capability-facts.ts';
import { type KeptAgent, readAgentState } from '../policies/kept-agent.ts';
import type { PolicyBook } from '../policy-book.ts';
import { type AgentRequest, parseAgentRequest } from '../request.ts';
import { type AgentHabits, habitsOf, readHabits } from './agent-habits.ts';
import type { ReadAssessedFacts } from './assessed-facts.ts';
import { type Blacklist, type BlacklistDetails, createBlacklist } from './blacklist.ts';
import { explainAssessment } from './explain-assessment.ts';
import type { AnomalyResult, FraudCheck, TransactionAssessment } from './risk-answers.ts';
import { copyHistory, readHistory, type TransactionHistory } from './risk-history.ts';
import { type RiskRequest, readRiskRequest } from './risk-request.ts';
import { createListDesk, createScreeningRoom, type ListDesk, NO_LISTS, type ScreeningRoom } from './screening/index.ts';

/** A request whose risk is asked about: as agents write them, with the agent that it would be of. */
export type RiskQuestion = AgentRequest;

/** Scores, compares and screens. What it answers is advice: the gate judges anew, and by nothing that a caller hands in. */
export interface RiskEngine {
  /**
   * Scores a request against the agent's stored profile, or against a profile trained from `history` alone.
   * @throws REQUEST_INVALID naming what is wrong in request or history
   */
  assessTransaction(request: RiskQuestion, history?: TransactionHistory): Promise<TransactionAssessment>;
  /** Compares amount, pace and interval with the agent's habits. @throws REQUEST_INVALID */
  detectAnomalies(request: RiskQuestion, history?: TransactionHistory): Promise<AnomalyResult>;
  /** Looks for known patterns of fraud. @throws REQUEST_INVALID */
  checkFraudPatterns(request: RiskQuestion, history?: TransactionHistory): Promise<FraudCheck>;
  /** Lists an account; see {@link Blacklist.add}. @throws ADDRESS_INVALID, REQUEST_INVALID */
  addToBlacklist(address: string, details: BlacklistDetails): Promise<readonly ScreeningEntry[]>;
  /** Takes an account off the list, by the owners. False where it was not on it. @throws ADDRESS_INVALID, AUTHORITY_REQUIRED */
  removeFromBlacklist(address: string, options?: { readonly authorization?: Authorization }): Promise<boolean>;
  /** Whether an address is on the stored list; what the lists in memory say, `screening.screen` tells. @throws ADDRESS_INVALID */
  isBlacklisted(address: string): Promise<boolean>;
  /** The configured screening lists. */
  readonly screening: ScreeningRoom;
}

/** What the risk engine stands on. */
export interface RiskParts {
  readonly host: Host;
  readonly tenant: string;
  readonly store: Store;
  readonly journal: Journal;
  readonly authority: Pick<Authority, 'require'>;
  readonly chains: TokenList;
  /** Absent where there are no agents: then a history is needed, and amounts count in the token that is moved. */
  readonly policies?: Pick<PolicyBook, 'policyOf'> | undefined;
  readonly price?: PriceSource | undefined;
  /** What was seen of the market last; undefined where nothing was. */
  readonly market?: (() => Promise<MarketSnapshot | undefined> | MarketSnapshot | undefined) | undefined;
  readonly settings: {
    readonly maxRiskScore: number;
    readonly anomalyThreshold: number;
    readonly weights: RiskWeights;
    /** False: patterns do not score. Asking for them still answers. Default true. */
    readonly fraudDetectionEnabled?: boolean;
  };
  /** The facts for the patterns of fraud that the gate goes by; absent where there is no gate. */
  readonly facts?: ReadAssessedFacts | undefined;
  /** Screening lists in memory. Absent: none. */
  readonly lists?: ListDesk | undefined;
  /** The decoded effects of what only the chain's own codec can read; undefined where it cannot. */
  readonly decode?: ((request: RiskRequest, agent: KeptAgent) => Promise<readonly Effect[] | undefined>) | undefined;
}

/** Everything that a question is judged by. */
interface Judged {
  readonly request: RiskRequest;
  readonly effects: readonly Effect[];
  readonly habits: AgentHabits;
  readonly nowMs: number;
  readonly outflow: bigint | null;
  readonly market: MarketSnapshot | undefined;
  readonly policy: CompiledPolicy | undefined;
  readonly facts?: RiskFacts | undefined;
  readonly listed: (account: AccountId) => ScreeningEntry | undefined;
  readonly lists: ListLook | undefined;
}

function movedBy(effects: readonly Effect[]): ReadonlyMap<string, bigint> {
  const totals = new Map<string, bigint>();
  for (const effect of effects) if (effect.kind === 'outflow') totals.set(effect.asset, (totals.get(effect.asset) ?? 0n) + effect.amount);
  return totals;
}

/** Every account that an assessment asks the block list about, by letting it ask. */
function screenedBy(assess: (listed: (account: AccountId) => undefined) => void): readonly AccountId[] {
  const found = new Set<AccountId>();
  assess((account) => {
    found.add(account);
    return undefined;
  });
  return [...found];
}

/** Creates the engine. */
export function createRisk(parts: RiskParts): RiskEngine {
  const { store, chains, settings } = parts;
  const desk = parts.lists ?? createListDesk({ ...parts, config: NO_LISTS });
  const blacklist: Blacklist = createBlacklist({ ...parts, chainIds: chains.ids });

  async function worth(unit: string, asset: string, amount: bigint): Promise<bigint | null> {
    if (asset === unit || amount === 0n) return amount;
    const price = await parts.price?.price(asset as Token['asset'], unit);
    if (typeof price !== 'object' || price.denominator <= 0n || price.numerator <= 0n) return null;
    return (amount * price.numerator + price.denominator - 1n) / price.denominator;
  }

  async function judge(input: unknown, given: TransactionHistory | undefined): Promise<Judged> {
    // Before anything is waited for: what the caller changes later has no effect.
    const form = parseAgentRequest(input);
    const history = given === undefined ? undefined : copyHistory(given);
    const agentId = form.ok ? form.value.agentId : undefined;
    if (history === undefined && (parts.policies === undefined || (form.ok && agentId === undefined)))
      throw new CastellanError('REQUEST_INVALID', {
        message: 'Nothing is known to compare with: name an agent of a manager, or hand in a history.',
        details: { field: 'history' },
      });
    const state = parts.policies === undefined || agentId === undefined ? undefined : await readAgentState(store, agentId);
    const agent = state?.agent;
    const policy = agentId === undefined ? undefined : parts.policies?.policyOf(agentId, state?.policyRow);
    const request = readRiskRequest(form, agent?.wallets ?? [], chains);
    const isOpaque = request.action.kind === 'calls' || request.action.kind === 'transaction';
    const decoded = isOpaque && agent !== undefined ? await parts.decode?.(request, agent) : undefined;
    const effects = decoded ?? request.effects;
    const totals = movedBy(effects);
    const [moved] = totals.keys();
    const unit = policy?.unit.id ?? moved ?? '';
    const hostMs = parts.host.clock.nowMs();
    // Only a history of the caller's own may be looked at from a moment of the caller's own.
    const nowMs = history === undefined ? hostMs : (request.atMs ?? hostMs);
    const habits =
      history === undefined
        ? await readHabits(store, request.parsed.agentId ?? '', policy, nowMs)
        : await habitsFrom(history, request.chain, unit, nowMs);
    let outflow: bigint | null = 0n;
    for (const [asset, amount] of totals) {
      const value = await worth(unit, asset, amount);
      outflow = value === null || outflow === null ? null : outflow + value;
    }
    const market = await parts.market?.();
    await desk.opened();
    const lists = desk.look(hostMs);
    const base = { request, effects, habits, nowMs, outflow, market, policy, lists };
    const accounts = screenedBy((listed) => void score({ ...base, listed }));
    const rows = await store.get(accounts.map((account) => storeKey.doc(docKey.screen(account))));
    const screened = new Map(accounts.map((account, index) => [screenKey(account), docValue<Json>(rows[index])]));
    // Whether a listing is in force is a matter of our own time, whatever moment the request names.
    const listed = (account: AccountId): ScreeningEntry | undefined => {
      const entry = parseScreening(screened.get(screenKey(account)), account);
      const isOver = entry !== undefined && entry.expiresMs !== null && entry.expiresMs <= hostMs;
      return entry === undefined || isOver ? undefined : { ...entry, expiresMs: null };
    };
    // Of a history of the caller's own nothing is known but what it says.
    const isOurs = history === undefined && policy !== undefined && agentId !== undefined;
    const facts = isOurs ? await parts.facts?.({ agentId, policy, effects, wallet: request.wallet, accounts, nowMs }) : undefined;
    return { ...base, facts, listed };
  }

  async function habitsFrom(history: readonly unknown[], chain: ChainId, unit: string, nowMs: number): Promise<AgentHabits> {
    const { profile, attempts } = await readHistory(history, {
      chain,
      token: (name) => chains.tokens(chain).find(({ asset, symbol }) => asset === name || symbol === name),
      worth: async ({ asset }, amount) => (await worth(unit, asset, amount)) ?? 0n,
    });
    return habitsOf(profile, attempts, nowMs);
  }

  const score = (judged: Judged, fraudPatterns = true): RiskAssessment => assessRisk(inputOf(judged, fraudPatterns));

  function inputOf(judged: Judged, fraudPatterns: boolean): RiskInput {
    const { request, effects, habits, nowMs, outflow, market, policy, facts, listed, lists } = judged;
    const most = policy?.unitCap.windows.find(({ windowMs }) => windowMs === 0)?.limit;
    return {
      effects,
      wallet: request.wallet,
      nowMs,
      profile: habits.profile,
      listed,
      lists,
      allowListed: (account) =>
        policy !== undefined && (policy.destinations.has(account) || policy.contracts.has(account) || policy.spenders.has(account)),
      allowList: policy?.named,
      amountsInUnit: { outflow, perTransaction: most === undefined ? null : BigInt(most), lastDay: habits.lastDay },
      market,
      weights: settings.weights,
      declaredConfidence: request.parsed.context?.confidence,
      fraudPatterns,
      scores: habits.scores,
      alarmsLately: habits.alarmsLately,
      ...facts,
    };
  }

  return Object.freeze<RiskEngine>({
    async assessTransaction(input, history) {
      const judged = inputOf(await judge(input, history), settings.fraudDetectionEnabled ?? true);
      const found = assessRisk(judged);
      const { patterns: _patterns, ...assessment } = found;
      const isBlocked = !(assessment.score <= 80 && assessment.score <= settings.maxRiskScore) || assessment.vetoes.length > 0;
      return { ...assessment, isBlocked, ...explainAssessment(judged, found, settings.maxRiskScore) };
    },
    async detectAnomalies(input, history) {
      const { habits, nowMs, outflow } = await judge(input, history);
      const { profile, attemptsLast10s, attemptsLastMinute } = habits;
      const { anomalyThreshold } = settings;
      const found = detectAnomaly({ profile, nowMs, unitAmount: outflow, attemptsLast10s, attemptsLastMinute, anomalyThreshold });
      const { isAnomaly, type, deviationScore, details, caution } = found;
      return { isAnomaly, type, deviationScore, details: { ...details, caution } };
    },
    async checkFraudPatterns(input, history) {
      const { patterns } = score(await judge(input, history));
      return {
        matchedPatterns: patterns.map(({ id, name: title, confidence, recommendedAction, evidence }) => ({
          id,
          name: id,
          title,
          confidence,
          recommendedAction,
          evidence,
        })),
      };
    },
    addToBlacklist: async (address, details) => blacklist.add(address, details),
    removeFromBlacklist: async (address, options) => blacklist.remove(address, options),
    isBlacklisted: async (address) => blacklist.has(address),
    screening: createScreeningRoom(desk, parts),
  });
}
