import {
  type AccountId,
  type AssetId,
  assetContract,
  type Capability,
  type DecodedTransaction,
  type Effect,
  type Operation,
} from '../core/index.ts';
import type { JudgedTerms } from './judged-terms.ts';

/** An amount of one asset. */
export interface AssetAmount {
  readonly asset: AssetId;
  readonly amount: bigint;
}

/** One way by which value leaves: each leaf on its own. */
export interface Outflow extends AssetAmount {
  /** Null where the effects do not tell. */
  readonly counterparty: AccountId | null;
  readonly leaf: string;
  /** The call that this value is sent along with, to the very contract that it calls. */
  readonly call: OpaqueCall | null;
  readonly simulated: boolean;
}

/** A call that a rule has to allow for itself: the effects beside it may not be all it does. */
export interface OpaqueCall {
  readonly contract: AccountId | null;
  readonly selector: string | null;
  /** False where not even the method is known. */
  readonly decoded: boolean;
  readonly leaf: string;
  /** The protocol whose registered deployment the contract is, and what its method is for; null where no decoder says so. */
  readonly protocol: string | null;
  readonly capability: Capability | null;
  readonly operation: Operation | null;
  /** Name of the method and its arguments as text; null where the bytes do not tell. */
  readonly method: string | null;
  readonly args: Readonly<Record<string, string>> | null;
}

type EffectOf<K extends Effect['kind']> = Extract<Effect, { kind: K }>;
type Flow = Extract<Effect, { kind: 'outflow' | 'inflow' }>;

/** What a transaction can cost and change, summed from its effects. Inflows never offset anything. */
export interface Exposure {
  readonly outflows: readonly Outflow[];
  readonly allowances: readonly EffectOf<'allowance'>[];
  readonly calls: readonly OpaqueCall[];
  /** Operators granted, delegations, control changes, deployments, hazards: never about an amount. */
  readonly powers: readonly EffectOf<'operator' | 'delegation' | 'control' | 'deploy' | 'hazard'>[];
  readonly fee: AssetAmount;
  /** Outflows by asset. */
  readonly outTotals: readonly AssetAmount[];
  /** Outflows and limited allowances by asset: what limits count. */
  readonly spendTotals: readonly AssetAmount[];
  /** Every foreign account that the effects name, token contracts included. */
  readonly parties: readonly AccountId[];
}

const OF_NO_PROTOCOL = { protocol: null, capability: null, operation: null, method: null, args: null } as const;

/** A protocol is only what the bytes show; a method that is not known is of none. */
function callOf(effect: EffectOf<'call'>): OpaqueCall {
  const { contract, selector, method, leaf, source, protocol, capability, operation, args } = effect;
  const decoded = method !== null;
  if (!decoded || source !== 'bytes') return { contract, selector, decoded, leaf, ...OF_NO_PROTOCOL };
  const known = { protocol: protocol ?? null, capability: capability ?? null, operation: operation ?? null };
  return { contract, selector, decoded, leaf, ...known, method: method === '' ? null : method, args };
}

function haveSameArgs(left: OpaqueCall['args'], right: OpaqueCall['args']): boolean {
  if (left === right) return true;
  if (left === null || right === null) return false;
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => left[name] === right[name]);
}

/** Collects what {@link exposureOf} sums. */
class Sums {
  readonly wallet: AccountId;
  readonly outflows: Flow[] = [];
  readonly allowances: EffectOf<'allowance'>[] = [];
  readonly calls: OpaqueCall[] = [];
  readonly powers: Exposure['powers'][number][] = [];
  readonly parties: AccountId[] = [];
  feeMax = 0n;

  constructor(wallet: AccountId) {
    this.wallet = wallet;
  }

  party(account: AccountId | null): void {
    if (account !== null && account !== this.wallet && !this.parties.includes(account)) this.parties.push(account);
  }

  call(found: OpaqueCall): void {
    this.party(found.contract);
    // A call that is understood never hides one at the same place that is not.
    const same = this.calls.some(
      (call) =>
        call.leaf === found.leaf &&
        call.contract === found.contract &&
        call.selector === found.selector &&
        call.decoded === found.decoded &&
        call.protocol === found.protocol &&
        call.capability === found.capability &&
        call.operation === found.operation &&
        haveSameArgs(call.args, found.args),
    );
    if (!same) this.calls.push(found);
  }

  /** Simulated effects of other accounts are theirs; whatever the bytes themselves do is ours. */
  ours(effect: Effect, account: AccountId): boolean {
    return effect.source === 'bytes' || account === this.wallet;
  }

  add(effect: Effect): void {
    switch (effect.kind) {
      case 'outflow':
        if (this.ours(effect, effect.account)) this.outflows.push(effect);
        this.party(effect.counterparty);
        this.party(tokenContract(effect.asset));
        break;
      case 'inflow':
        this.party(effect.counterparty);
        this.party(tokenContract(effect.asset));
        break;
      case 'fee':
        // A contract's fees are its sender's: they count all the same.
        if (this.ours(effect, effect.account)) this.feeMax += effect.max;
        break;
      case 'allowance':
        if (this.ours(effect, effect.owner)) this.allowances.push(effect);
        this.party(effect.spender);
        this.party(tokenContract(effect.asset));
        break;
      case 'call':
        this.call(callOf(effect));
        break;
      case 'unknown':
        this.call({ contract: effect.contract, selector: effect.selector, decoded: false, leaf: effect.leaf, ...OF_NO_PROTOCOL });
        break;
      case 'operator':
        if (effect.approved && this.ours(effect, effect.owner)) this.powers.push(effect);
        this.party(effect.operator);
        this.party(effect.collection);
        break;
      case 'delegation':
        if (this.ours(effect, effect.account)) this.powers.push(effect);
        this.party(effect.delegate);
        break;
      case 'control':
        if (this.ours(effect, effect.account)) this.powers.push(effect);
        this.party(effect.to);
        break;
      case 'deploy':
        this.powers.push(effect);
        break;
      case 'hazard':
        if (this.ours(effect, effect.account)) this.powers.push(effect);
        break;
      case 'message':
        break;
      default:
        throw new TypeError(`an effect of no known kind: ${String((effect as { kind: unknown }).kind)}`);
    }
  }
}

/**
 * Sums effects. The wallet's outflows count, and those that the bytes take from other accounts (`transferFrom`); simulated
 * effects of other accounts are theirs. The fee is the larger of what the bytes and the quote allow.
 * @throws TypeError for an effect of an unknown kind or a negative amount
 */
export function exposureOf(effects: readonly Effect[], tx: JudgedTerms): Exposure {
  const sums = new Sums(tx.wallet);
  for (const effect of effects) sums.add(effect);
  const { outflows, allowances, calls, powers, parties } = sums;
  const outTotals: { asset: AssetId; amount: bigint }[] = [];
  for (const { asset, amount } of outflows) addTo(outTotals, asset, amount);
  let spendTotals = outTotals;
  if (allowances.length > 0) {
    spendTotals = outTotals.map((total) => ({ ...total }));
    for (const { asset, amount } of allowances) if (amount !== 'unlimited' && amount !== 0n) addTo(spendTotals, asset, amount);
  }
  return {
    outflows: outflows.map((effect) => toOutflow(effect, calls)),
    allowances,
    calls,
    powers,
    fee: { asset: tx.fee.asset, amount: sums.feeMax > tx.fee.ceiling ? sums.feeMax : tx.fee.ceiling },
    outTotals,
    spendTotals,
    parties,
  };
}

/** The last one: keys and judgement of one request follow each other. */
let last: { readonly decoded: DecodedTransaction; readonly tx: JudgedTerms; readonly exposure: Exposure } | undefined;

/** The exposure of the decoded bytes. */
export function decodedExposure(decoded: DecodedTransaction, tx: JudgedTerms): Exposure {
  if (last?.decoded === decoded && last.tx === tx) return last.exposure;
  const exposure = exposureOf(decoded.effects, tx);
  last = { decoded, tx, exposure };
  return exposure;
}

function toOutflow(effect: Flow, calls: readonly OpaqueCall[]): Outflow {
  const simulated = effect.source === 'simulation';
  const to = effect.counterparty;
  // What a simulation cannot attribute went to nobody who is listed.
  const call = calls.find(({ contract, leaf }) => contract !== null && contract === to && (simulated || leaf === effect.leaf));
  return {
    asset: effect.asset,
    amount: effect.amount,
    counterparty: effect.counterparty,
    leaf: effect.leaf,
    call: call ?? null,
    simulated,
  };
}

/** Contracts of assets seen lately; dropped whole when full, because any transaction can name new ones. */
const contracts = new Map<AssetId, AccountId | null>();
const MAX_CONTRACTS = 4_096;

function tokenContract(asset: AssetId): AccountId | null {
  let contract = contracts.get(asset);
  if (contract === undefined) {
    contract = assetContract(asset);
    if (contracts.size >= MAX_CONTRACTS) contracts.clear();
    contracts.set(asset, contract);
  }
  return contract;
}

function addTo(totals: { asset: AssetId; amount: bigint }[], asset: AssetId, amount: bigint): void {
  if (amount < 0n) throw new TypeError('an effect with a negative amount');
  for (const total of totals) {
    if (total.asset === asset) {
      total.amount += amount;
      return;
    }
  }
  totals.push({ asset, amount });
}
