import type { AssetId, Effect } from '../../core/index.ts';
import type { RiskContext } from '../risk-context.ts';
import type { MarketFacts, RiskInput } from '../risk-input.ts';
import { isOfNow } from './agreed-price.ts';
import { parseMarket, type ReadMarket } from './parse-market.ts';
import { sizeAgainst } from './size-against.ts';

/** What the market does to one transaction. Ratios are millionths; the worst of the moved assets counts. */
export interface MarketView {
  /** Nothing at all is known, or nothing of these assets; true also for what makes no sense. */
  readonly missing: boolean;
  /** What is known of one of the assets is of another time. */
  readonly stale: boolean;
  readonly volatilityPpm: number;
  /** Too few prices of one of them were seen: the volatility is only the least that it can be. */
  readonly isVolatilityCold: boolean;
  readonly depegPpm: number;
  /** An asset has a declared worth, and nobody can say whether it is worth that. */
  readonly isPegUnknown: boolean;
  readonly spreadPpm: number;
  /** Of what the pools hold of an asset, how much leaves. */
  readonly sharePpm: number;
  /** No pool is known of an asset that leaves. */
  readonly isDepthUnknown: boolean;
  /** How far a trade moves its own price; null where nothing is traded, or where no pool is known. */
  readonly impactPpm: number | null;
  readonly isImpactUnknown: boolean;
  readonly feePpm: number;
  readonly isFeeUnknown: boolean;
}

/** Nothing is known; what is not known raises the score by one signal alone. */
const NOTHING: MarketView = Object.freeze({
  missing: true,
  stale: false,
  volatilityPpm: 0,
  isVolatilityCold: false,
  depegPpm: 0,
  isPegUnknown: false,
  spreadPpm: 0,
  sharePpm: 0,
  isDepthUnknown: false,
  impactPpm: null,
  isImpactUnknown: false,
  feePpm: 0,
  isFeeUnknown: false,
});
const FACTS_FRESH_FOR_MS = 600_000;
const ONE_PPM = 1_000_000;

/** The last one: the signals of one assessment follow each other. */
let last: { readonly context: RiskContext; readonly view: MarketView } | undefined;

/** The market as this transaction meets it: made once per assessment. O(effects × pools of what they move). */
export function marketView(context: RiskContext): MarketView {
  if (context.input.market === undefined) return NOTHING;
  if (last?.context !== context) last = { context, view: viewOf(context.input) };
  return last.view;
}

function viewOf(input: RiskInput): MarketView {
  const { market, nowMs } = input;
  if (market === undefined || typeof market !== 'object' || market === null) return NOTHING;
  if (!('assets' in market)) return viewOfFacts(market, nowMs);
  const known = parseMarket(market);
  return known === undefined ? NOTHING : viewOfMarket(known, input);
}

/** Facts that were put together elsewhere: at most ten minutes away, and numbers, none of them negative. */
function viewOfFacts({ atMs, dailyVolatility, priceImpact }: MarketFacts, nowMs: number): MarketView {
  const isFresh = Math.abs(nowMs - atMs) <= FACTS_FRESH_FOR_MS && dailyVolatility >= 0 && (priceImpact === null || priceImpact >= 0);
  if (!isFresh) return NOTHING;
  return {
    ...NOTHING,
    missing: false,
    volatilityPpm: dailyVolatility * ONE_PPM,
    impactPpm: priceImpact === null ? null : priceImpact * ONE_PPM,
  };
}

/** What moves: money that leaves or comes, and what others may take. By the bytes it is ours, whoever of us pays. */
interface Moved {
  readonly out: ReadonlyMap<AssetId, bigint>;
  readonly in: ReadonlyMap<AssetId, bigint>;
  readonly all: ReadonlySet<AssetId>;
  readonly fees: ReadonlySet<AssetId>;
}

function movedBy({ effects, wallet }: RiskInput): Moved {
  const [out, into, all, fees] = [new Map<AssetId, bigint>(), new Map<AssetId, bigint>(), new Set<AssetId>(), new Set<AssetId>()];
  const ours = ({ source }: Effect, account: string): boolean => source === 'bytes' || account === wallet;
  for (const effect of effects) {
    if ((effect.kind === 'outflow' || effect.kind === 'inflow') && ours(effect, effect.account) && effect.amount > 0n) {
      const totals = effect.kind === 'outflow' ? out : into;
      totals.set(effect.asset, (totals.get(effect.asset) ?? 0n) + effect.amount);
      all.add(effect.asset);
    } else if (effect.kind === 'allowance' && ours(effect, effect.owner) && effect.amount !== 0n) all.add(effect.asset);
    else if (effect.kind === 'fee' && ours(effect, effect.account) && effect.max > 0n) fees.add(effect.asset);
  }
  return { out, in: into, all, fees };
}

function viewOfMarket(market: ReadMarket, input: RiskInput): MarketView {
  const { nowMs } = input;
  const moved = movedBy(input);
  const isFresh = (atMs: number): boolean => isOfNow(atMs, nowMs, market.maxAgeMs);
  const conditions = [...moved.all].map((asset) => market.assets.get(asset));
  const known = conditions.flatMap((condition) => (condition !== undefined && isFresh(condition.atMs) ? [condition] : []));
  const fees = [...moved.fees].map((asset) => market.fees.get(asset));
  const freshFees = fees.flatMap((fee) => (fee !== undefined && isFresh(fee.atMs) ? [fee] : []));
  const near = new Set([...moved.all].flatMap((asset) => market.pools.get(asset) ?? []));
  const most = (ratios: readonly number[]): number => ratios.reduce((worst, ratio) => Math.max(worst, ratio), 0);
  return {
    missing: conditions.includes(undefined),
    stale: conditions.some((condition) => condition !== undefined && !isFresh(condition.atMs)),
    volatilityPpm: most(known.map(({ volatilityPpm }) => volatilityPpm)),
    isVolatilityCold: known.some(({ cold }) => cold),
    depegPpm: most(known.map(({ depegPpm }) => depegPpm ?? 0)),
    isPegUnknown: known.some(({ depegPpm }) => depegPpm === null),
    spreadPpm: most(known.map(({ spreadPpm }) => spreadPpm)),
    ...sizeAgainst(
      [...near].filter(({ atMs }) => isFresh(atMs)),
      moved,
    ),
    feePpm: most(freshFees.map(({ ratioPpm }) => ratioPpm)),
    isFeeUnknown: freshFees.length < fees.length || freshFees.some(({ cold }) => cold),
  };
}
