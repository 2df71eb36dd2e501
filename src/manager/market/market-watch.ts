import type { Clock } from '../../core/clock.ts';
import type { Deadlines } from '../../core/deadline.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import type { AssetId } from '../../core/ids.ts';
import type { MarketData, MarketReading, MarketSnapshot } from '../../core/market.ts';
import type { NoPrice, Price, PriceSource } from '../../core/price.ts';
import type { Store } from '../../core/store.ts';
import { type AgreedPrice, followMarket, readReading, type Worth } from '../../risk/index.ts';
import { createMarketTracks } from './market-tracks.ts';

/** What watching the market takes. */
export interface MarketWatchParts {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly store: Store;
  readonly sources: readonly MarketData[];
  readonly pegs: ReadonlyMap<AssetId, Worth>;
  readonly timeoutMs: number;
  readonly maxAgeMs: number;
}

/** Looks at the market beside decisions. What it saw last is what decisions are judged by, as old as it is. */
export interface MarketWatch {
  /** Asks every source once. @throws CHAIN_UNAVAILABLE naming what could not be read, once what could stands */
  refresh(signal: AbortSignal): Promise<void>;
  /** What was seen last; undefined before anything was. The same object until something new was seen. */
  snapshot(): MarketSnapshot | undefined;
  /** What was seen last, for valuing assets: at once, and never of a single pool. */
  readonly prices: PriceSource;
}

/** Sources further apart than this, in millionths, have no price that anything may be valued by. */
const MAX_SPREAD_PPM = 10_000;
const MAX_TOLD = 8;

/** One source: what it said last, and whether it is still being asked. */
interface Asked {
  readonly source: MarketData;
  isBusy: boolean;
  last: MarketReading | undefined;
}

/** What stands still gets no older: a source that fails does not leave it behind. */
function ageing({ prices, pools, fees }: MarketReading): MarketReading {
  const ages = ({ atMs }: { readonly atMs: number }): boolean => atMs > 0;
  return { prices: prices.filter(ages), pools: pools.filter(ages), fees: fees.filter(ages) };
}

/** Makes the watch. Fails closed: what no source says any more gets stale, and then missing. */
export function createMarketWatch(parts: MarketWatchParts): MarketWatch {
  const { clock, deadlines, timeoutMs, maxAgeMs, pegs } = parts;
  const asked = parts.sources.map((source): Asked => ({ source, isBusy: false, last: undefined }));
  const tracks = createMarketTracks(parts.store);
  let snapshot: MarketSnapshot | undefined;
  let prices: ReadonlyMap<string, AgreedPrice> = new Map();

  /** Never rejects: the reading that counts now, and what went wrong. */
  async function ask(one: Asked, ended: AbortSignal): Promise<{ readonly reading?: MarketReading; readonly faults: readonly string[] }> {
    const { source, last } = one;
    const failed = (why: string) => ({ ...(last === undefined ? {} : { reading: ageing(last) }), faults: [why] });
    // One that hangs is not asked a second time meanwhile.
    if (one.isBusy) return failed('source_busy');
    one.isBusy = true;
    try {
      const answer = await deadlines.within(timeoutMs, async (signal) => {
        try {
          return await source.read(AbortSignal.any([signal, ended]));
        } finally {
          one.isBusy = false;
        }
      });
      const reading = readReading(answer);
      if (reading === undefined) return failed('source_malformed');
      one.last = reading;
      return { reading, faults: reading.faults ?? [] };
    } catch (error) {
      return failed(isCastellanError(error) ? `source_failed ${error.code}` : 'source_failed');
    }
  }

  return {
    async refresh(signal) {
      const answers = await Promise.all(asked.map((one) => ask(one, signal)));
      const readings = answers.flatMap(({ reading }) => (reading === undefined ? [] : [reading]));
      const nowMs = clock.nowMs();
      const assets = readings.flatMap((reading) => [...reading.prices, ...reading.fees].map(({ asset }) => asset));
      const followed = followMarket(readings, await tracks.load(assets, nowMs), { nowMs, maxAgeMs, pegs });
      snapshot = followed.snapshot;
      prices = new Map(followed.prices.map((agreed) => [`${agreed.price.asset} ${agreed.price.unit}`, agreed]));
      await tracks.keep(followed.tracks, nowMs);
      const faults = answers.flatMap((answer) => answer.faults);
      if (faults.length > 0)
        throw new CastellanError('CHAIN_UNAVAILABLE', {
          message: `Not all of the market could be read: ${faults.slice(0, MAX_TOLD).join('; ')}`,
          details: { faults: faults.slice(0, MAX_TOLD) },
          retryable: true,
        });
    },
    snapshot: () => snapshot,
    prices: Object.freeze<PriceSource>({
      price(asset, unit): Price | NoPrice {
        const agreed = prices.get(`${asset} ${unit}`);
        if (agreed === undefined) return 'missing';
        const { numerator, denominator, atMs } = agreed.price;
        return agreed.spreadPpm > MAX_SPREAD_PPM ? 'divergent' : { numerator, denominator, atMs };
      },
    }),
  };
}
