import type { AssetId, Capability, Price, Reason } from '../../../core/index.ts';
import type { AssetAmount } from '../../exposure.ts';
import type { Unpriced } from '../../judge-memo.ts';
import { type LayerContext, reason } from '../../layer.ts';
import { type Rates, withRates } from '../../limits/rates.ts';
import { callCapability } from '../items/items.ts';
import { groupOf, isKnownAsset } from './returns.ts';

/** Millionths of the whole: how slippage is compared. */
const MILLIONTHS = 1_000_000n;
/** Parts of the unit's smallest part that worths are counted in, so that rounding decides nothing about small trades. */
const FINER = 10n ** 18n;

/** What trades give and get: everything that leaves beside them, and the least that is promised. */
interface Trades {
  readonly given: readonly AssetAmount[];
  readonly promised: readonly AssetAmount[];
  /** A call that no decoder reads, and no expectation bounds: what it takes and gives is anybody's guess. */
  readonly isOpen: boolean;
}

/** The trades of a request; undefined where it makes none. */
function tradesOf(context: LayerContext, counted: readonly Capability[]): Trades | undefined {
  const { exposure, policy, nowMs, request, decoded } = context;
  const calls = exposure.calls.filter((call) => counted.includes(callCapability(policy, call, nowMs)));
  if (calls.length === 0) return undefined;
  const groups = new Set(calls.map(({ leaf }) => groupOf(leaf)));
  const left = exposure.outflows.filter(({ leaf, call }) => groups.has(groupOf(leaf)) || (call !== null && calls.includes(call)));
  const { expect } = request;
  const isUnread = calls.some(({ protocol }) => protocol === null);
  // What another call brings, such as a stake that is taken out, is the wallet's own and no return of a trade.
  const beside = exposure.calls.filter((call) => !calls.includes(call));
  const isAlone = beside.every((call) => callCapability(policy, call, nowMs) === 'approvals');
  // What the request expects is held against the simulation, whatever the bytes are: of the whole transaction, so of trades alone.
  if (isAlone && expect != null && expect.recipient === request.wallet && expect.in.length > 0) {
    const promised = expect.in.filter(({ bound, asset }) => bound !== 'most' && isKnownAsset(context, asset));
    const isBounded = expect.out?.every(({ bound }) => bound !== 'least') === true;
    return { given: isBounded ? (expect.out ?? []) : left, promised, isOpen: !isBounded && isUnread };
  }
  const promised = decoded.effects.flatMap((effect): readonly AssetAmount[] => {
    const isOurs = effect.kind === 'inflow' && effect.source === 'bytes' && effect.account === request.wallet;
    const isReturn = groups.has(groupOf(effect.leaf)) && !beside.some(({ leaf }) => leaf === effect.leaf);
    return isOurs && isReturn && isKnownAsset(context, effect.asset) ? [effect] : [];
  });
  return { given: left, promised, isOpen: isUnread };
}

/**
 * Values what the request's trades give and get, and goes on with it: at once where every price is at hand.
 * @param counted what kinds of calls are bounded; with none no price is asked for
 */
export function withTrades<T>(
  context: LayerContext,
  counted: readonly Capability[],
  judge: (trades: TradeWorth | null) => T,
): T | Promise<T> {
  const trades = tradesOf(context, counted);
  if (trades === undefined) return judge(null);
  const assets = [...trades.given, ...trades.promised].filter(({ amount }) => amount > 0n).map(({ asset }) => asset);
  return withRates(context, assets, (rates) => judge(worthOf(trades, rates, context.policy.unit.id)));
}

/** What trades give at most and get at least, in finer parts of the unit; or what keeps it from being told. */
export type TradeWorth =
  | { readonly kind: 'known'; readonly given: bigint; readonly promised: bigint }
  | { readonly kind: 'open' }
  | { readonly kind: 'unpriced'; readonly asset: AssetId; readonly why: Unpriced };

function worthOf({ given, promised, isOpen }: Trades, rates: Rates, unit: string): TradeWorth {
  if (isOpen) return { kind: 'open' };
  const sum = (flows: readonly AssetAmount[], round: (amount: bigint, rate: Pick<Price, 'numerator' | 'denominator'>) => bigint) => {
    let total = 0n;
    for (const { asset, amount } of flows) {
      if (amount === 0n) continue;
      const rate = asset === unit ? { numerator: 1n, denominator: 1n } : (rates.get(asset) ?? 'no_price');
      if (typeof rate === 'string') return { kind: 'unpriced', asset, why: rate } as const;
      total += round(amount * FINER, rate);
    }
    return total;
  };
  const out = sum(given, (amount, { numerator, denominator }) => (amount * numerator + denominator - 1n) / denominator);
  if (typeof out !== 'bigint') return out;
  const back = sum(promised, (amount, { numerator, denominator }) => (amount * numerator) / denominator);
  if (typeof back !== 'bigint') return back;
  return { kind: 'known', given: out, promised: back };
}

/**
 * What stands against trades whose slippage may be `most` millionths: the worth of the least that comes back against the worth of
 * the most that leaves, at the prices of the unit. Null where nothing does.
 */
export function slippageReason(trades: TradeWorth | null, most: bigint | null, rule: string): Reason | null {
  if (trades === null || most === null) return null;
  if (trades.kind === 'open')
    return reason('slippage_not_declared', 'Slippage is bounded, and neither the bytes nor the request say what comes back.', { rule });
  if (trades.kind === 'unpriced')
    return reason('price_unavailable', 'Slippage is bounded, and a side of the trade has no price.', {
      rule,
      unit: trades.asset,
      retryable: trades.why !== 'no_source',
    });
  const { given, promised } = trades;
  if (given === 0n || promised * MILLIONTHS >= given * (MILLIONTHS - most)) return null;
  if (promised === 0n) return reason('slippage_not_declared', 'The trade names no least amount that comes back to the wallet.', { rule });
  return reason('slippage_exceeded', 'The least that comes back is worth less than the policy’s slippage allows.', {
    rule,
    limit: most.toString(),
    requested: (((given - promised) * MILLIONTHS + given - 1n) / given).toString(),
    unit: 'millionths',
  });
}

/** Files what stands against trades: a bound that cannot be checked is told instead, where the deployment says that it may be. */
export function settleSlippage({ settings }: LayerContext, found: Reason | null, denials: Reason[], unenforced: string[]): void {
  if (found === null) return;
  if (settings.allowUnenforced && found.code !== 'slippage_exceeded') unenforced.push(found.rule ?? 'maxSlippage');
  else denials.push(found);
}
