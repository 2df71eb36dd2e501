import type { AssetId, NoPrice, Price, TimeMs } from '../../core/index.ts';
import type { AssetAmount } from '../exposure.ts';
import type { Unpriced, Valuation } from '../judge-memo.ts';
import type { LayerContext } from '../layer.ts';

/** A rate of the unit's smallest parts per base unit of an asset. */
interface Rate {
  readonly asset: AssetId;
  readonly rate: Price | Unpriced;
}

/**
 * Values everything that the effects under judgement cost, once per judgement, and goes on with it: at once where every
 * price is at hand, later where the price source takes its time.
 */
export function withValuation<T>(context: LayerContext, judge: (valuation: Valuation) => T): T | Promise<T> {
  const known = context.memo.valuation;
  if (known !== undefined) return judge(known);
  const { policy, exposure } = context;
  const assets: AssetId[] = [];
  for (const { asset } of exposure.spendTotals) if (asset !== policy.unit.id) assets.push(asset);
  if (exposure.fee.amount > 0n && exposure.fee.asset !== policy.unit.id && !assets.includes(exposure.fee.asset))
    assets.push(exposure.fee.asset);
  if (assets.length === 0) return judge(remember(context, []));
  const rates = assets.map((asset) => rateOf(context, asset));
  if (rates.some((rate) => rate instanceof Promise)) return Promise.all(rates).then((settled) => judge(remember(context, settled)));
  return judge(remember(context, rates as Rate[]));
}

function remember(context: LayerContext, rates: readonly Rate[]): Valuation {
  const { policy, exposure } = context;
  const worthOf = ({ asset, amount }: AssetAmount): bigint | Unpriced => {
    if (asset === policy.unit.id || amount === 0n) return amount;
    return worthAt(rates.find((known) => known.asset === asset)?.rate ?? 'no_source', amount);
  };
  const outflow = sumOf(exposure.outTotals, worthOf);
  const valuation: Valuation = {
    outflow,
    spend:
      exposure.allowances.length === 0
        ? outflow
        : exposure.allowances.some(({ amount }) => amount === 'unlimited')
          ? null
          : sumOf(exposure.spendTotals, worthOf),
    worthOf,
  };
  context.memo.valuation = valuation;
  return valuation;
}

/** What an amount is worth at a rate: rounded up, so never in the favour of whoever spends it. */
export function worthAt(rate: Price | Unpriced, amount: bigint): bigint | Unpriced {
  return typeof rate === 'string' ? rate : (amount * rate.numerator + rate.denominator - 1n) / rate.denominator;
}

function sumOf(totals: readonly AssetAmount[], worthOf: Valuation['worthOf']): bigint | null {
  let sum = 0n;
  for (const total of totals) {
    const value = worthOf(total);
    if (typeof value === 'string') return null;
    sum += value;
  }
  return sum;
}

/** The price is a fact: `<numerator>/<denominator>`, or why there is none. `unit` is that of the limits unless a cap has its own. */
export function rateOf(context: LayerContext, asset: AssetId, unit: string = context.policy.unit.id): Rate | Promise<Rate> {
  const { nowMs, settings } = context;
  const read = (price: Price | NoPrice | undefined): string => priceText(price, nowMs, settings.maxPriceAgeMs);
  const name = unit === context.policy.unit.id ? `price.${asset}` : `price.${asset}@${unit}`;
  const text = context.factLater(name, (state) => {
    if (state.price === undefined) return 'no_source';
    const price = state.price.price(asset, unit);
    return price instanceof Promise ? price.then(read, () => 'no_price') : read(price);
  });
  return text instanceof Promise ? text.then((settled) => ({ asset, rate: readRate(settled) })) : { asset, rate: readRate(text) };
}

/** How far a source's clock may be ahead. */
const MAX_PRICE_LEAD_MS = 10_000;

/** One that stands still has no age. */
function isFresh({ atMs }: Price, nowMs: TimeMs, maxAgeMs: number): boolean {
  return atMs === 0 || (Number.isSafeInteger(atMs) && nowMs - atMs <= maxAgeMs && atMs - nowMs <= MAX_PRICE_LEAD_MS);
}

function priceText(price: Price | NoPrice | undefined, nowMs: TimeMs, maxAgeMs: number): string {
  if (price === 'stale' || price === 'divergent') return price;
  if (typeof price !== 'object' || price === null) return 'no_price';
  const { numerator, denominator } = price;
  if (typeof numerator !== 'bigint' || typeof denominator !== 'bigint' || numerator <= 0n || denominator <= 0n) return 'no_price';
  if (!isFresh(price, nowMs, maxAgeMs)) return 'stale';
  return `${numerator}/${denominator}`;
}

function readRate(text: string): Price | Unpriced {
  const [numerator, denominator] = text.split('/');
  if (numerator !== undefined && denominator !== undefined)
    return { numerator: BigInt(numerator), denominator: BigInt(denominator), atMs: 0 };
  return text === 'no_source' || text === 'stale' || text === 'divergent' ? text : 'no_price';
}
