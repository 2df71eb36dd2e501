import type { AssetCondition, AssetId, FeeCondition, MarketPrice, MarketReading, MarketSnapshot, TimeMs } from '../../core/index.ts';
import { type AgreedPrice, agreedPrice, isOfNow } from './agreed-price.ts';
import { apartPpm, type Worth } from './depeg.ts';
import { type FeeTrack, feeRatio, parseFeeTrack, trackFee } from './usual-fee.ts';
import { parseVolatility, trackPrice, type VolatilityTrack, volatilityOf } from './volatility.ts';

/** What is kept of an asset, under `market/<asset>`. */
export type MarketTrack = { readonly v: 1; readonly price?: VolatilityTrack; readonly fee?: FeeTrack };

/** What following the market takes and gives. */
export interface Followed {
  readonly snapshot: MarketSnapshot;
  /** By asset; those that something was learned of are new objects. */
  readonly tracks: ReadonlyMap<AssetId, MarketTrack>;
  /** What assets may be valued at, exactly: a median for each asset and unit, never of what one trade can move. */
  readonly prices: readonly AgreedPrice[];
}

/** Terms of a deployment. */
export interface FollowTerms {
  readonly nowMs: TimeMs;
  readonly maxAgeMs: number;
  readonly pegs: ReadonlyMap<AssetId, Worth>;
}

/** Reads what the store holds of an asset; undefined for anything else, which begins anew. */
export function parseMarketTrack(value: unknown): MarketTrack | undefined {
  if (typeof value !== 'object' || value === null || (value as { v?: unknown }).v !== 1) return undefined;
  const price = parseVolatility((value as MarketTrack).price);
  const fee = parseFeeTrack((value as MarketTrack).fee);
  return { v: 1, ...(price === undefined ? {} : { price }), ...(fee === undefined ? {} : { fee }) };
}

/** Puts readings together: a median for each asset, what is learned of its volatility, pools as they are, and fees by what is usual. Pure. */
export function followMarket(readings: readonly MarketReading[], before: ReadonlyMap<AssetId, MarketTrack>, terms: FollowTerms): Followed {
  const tracks = new Map(before);
  const prices: AgreedPrice[] = [];
  const assets: AssetCondition[] = [];
  for (const [asset, told] of groupedBy(
    readings.flatMap((reading) => reading.prices),
    ({ asset }) => asset,
  )) {
    const byUnit = [...groupedBy(told, ({ unit }) => unit).values()].flatMap((some) => agreed(some, terms));
    const valuing = told.filter(({ isSpot }) => isSpot !== true);
    for (const some of groupedBy(valuing, ({ unit }) => unit).values()) prices.push(...agreed(some, terms));
    const condition = conditionOf(asset, byUnit, tracks, terms);
    if (condition !== undefined) assets.push(condition);
  }
  const pools = readings.flatMap((reading) =>
    reading.pools.map(({ assets: pair, reserves, feePpm, atMs, place }) => ({
      assets: pair,
      reserves: [reserves[0].toString(), reserves[1].toString()] as const,
      feePpm,
      atMs,
      ...(place === undefined ? {} : { place }),
    })),
  );
  const fees: FeeCondition[] = readings.flatMap((reading) =>
    reading.fees.map((fee): FeeCondition => {
      const track = tracks.get(fee.asset);
      // What is usual is what it was before this price.
      const { ppm, cold } = feeRatio(fee, track?.fee);
      const teaches = fee.usual === undefined && isOfNow(fee.atMs, terms.nowMs, terms.maxAgeMs);
      const learned = teaches ? trackFee(track?.fee, fee.price, fee.atMs) : track?.fee;
      if (learned !== undefined) tracks.set(fee.asset, { v: 1, ...track, fee: learned });
      return { asset: fee.asset, atMs: fee.atMs, ratioPpm: ppm, cold };
    }),
  );
  return { snapshot: { v: 2, maxAgeMs: terms.maxAgeMs, assets, pools, fees }, tracks, prices };
}

function agreed(prices: readonly MarketPrice[], { nowMs, maxAgeMs }: FollowTerms): readonly AgreedPrice[] {
  const found = agreedPrice(prices, nowMs, maxAgeMs);
  return found === undefined ? [] : [found];
}

/** One asset: by the unit of its declared worth where it has one, else by the unit that comes first. */
function conditionOf(
  asset: AssetId,
  prices: readonly AgreedPrice[],
  tracks: Map<AssetId, MarketTrack>,
  { pegs, nowMs, maxAgeMs }: FollowTerms,
): AssetCondition | undefined {
  const peg = pegs.get(asset);
  const inUnit = prices.find(({ price }) => price.unit === peg?.unit);
  const chosen = inUnit ?? prices.toSorted((a, b) => (a.price.unit < b.price.unit ? -1 : 1))[0];
  if (chosen === undefined) return undefined;
  const { price, spreadPpm } = chosen;
  const track = tracks.get(asset);
  // What is late, or early by its own fault, teaches nothing: it would stand in the way of what is of now.
  const learned = isOfNow(price.atMs, nowMs, maxAgeMs) ? trackPrice(track?.price, price.unit, price) : track?.price;
  if (learned !== undefined) tracks.set(asset, { v: 1, ...track, price: learned });
  const tracked = volatilityOf(learned);
  return {
    asset,
    atMs: price.atMs,
    volatilityPpm: Math.max(tracked.ppm, price.volatilityPpm ?? 0),
    cold: tracked.cold && price.volatilityPpm === undefined,
    ...(peg === undefined ? {} : { depegPpm: inUnit === undefined ? null : apartPpm(inUnit.price, peg) }),
    spreadPpm,
  };
}

function groupedBy<T>(all: readonly T[], keyOf: (one: T) => string): ReadonlyMap<AssetId, readonly T[]> {
  const groups = new Map<AssetId, T[]>();
  for (const one of all) {
    const key = keyOf(one) as AssetId;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return groups;
}
