import { z } from 'zod';
import { systemClock } from '../../adapters/host/index.ts';
import type { Clock } from '../../core/clock.ts';
import { CastellanError } from '../../core/errors.ts';
import type { AssetId } from '../../core/ids.ts';
import { medianOfPrices } from '../../core/median-of-prices.ts';
import type { PriceSource } from '../../core/price.ts';
import { describeIssues, lazySchema } from '../../core/schema.ts';
import { factory } from '../config/fields.ts';

const optionsSchema = lazySchema(() =>
  z
    .strictObject({
      sources: z.array(factory<PriceSource>('price', 'a PriceSource')).min(1).max(32).readonly(),
      maxDeviationBps: z.int().min(0).max(10_000).default(100),
      minSources: z.int().min(1).max(32).optional(),
      maxAgeMs: z.int().min(1).max(86_400_000).default(60_000),
      timeoutMs: z.int().min(1).max(60_000).default(2_000),
      clock: factory<Clock>('nowMs', 'a Clock').optional(),
    })
    .refine(({ sources }) => new Set(sources).size === sources.length, 'sources: one is named twice')
    .refine(({ sources, minSources = 1 }) => minSources <= sources.length, 'minSources: more than there are sources'),
);

/** What a median is made of. */
export interface MedianPriceOptions {
  /** Asked side by side; each has one voice. At most 32. */
  readonly sources: readonly PriceSource[];
  /** Most that the highest may be above the lowest, in hundredths of a per cent of the median. Default 100: one per cent. */
  readonly maxDeviationBps?: number;
  /** Fresh prices that there have to be at least. Default: more than half of the sources. */
  readonly minSources?: number;
  /** A price that is older is dropped. Default one minute. */
  readonly maxAgeMs?: number;
  /** A source that takes longer has no price this time. Default 2,000. */
  readonly timeoutMs?: number;
  /** Default: the system's. */
  readonly clock?: Clock;
}

/**
 * A price source that asks several and takes their median; of two in the middle the higher one. Sources that fail, are late, or
 * whose price is too old have no voice.
 *
 * Fails closed: with fewer voices than `minSources` there is no price (`price_unavailable`, or `price_stale` where old prices
 * would have sufficed), and none where the voices are further apart than `maxDeviationBps` (`price_divergent`).
 *
 * @throws CONFIG_INVALID naming every wrong option
 * @example
 * ```ts
 * import { type AssetId, createFixedPrices, medianPrice } from 'castellan';
 *
 * const ether = 'eip155:1/slip44:60' as AssetId;
 * const sourceOf = (price: string) => createFixedPrices('USD', { [ether]: { price, decimals: 18 } });
 * const near = medianPrice({ sources: [sourceOf('2500'), sourceOf('2501'), sourceOf('2510')] });
 * const far = medianPrice({ sources: [sourceOf('2500'), sourceOf('2501'), sourceOf('3000')] });
 * const found = await near.price(ether, 'USD');
 * console.log(typeof found === 'object' && found.numerator / 10n ** 6n, await far.price(ether, 'USD')); // 2501n divergent
 * ```
 */
export function medianPrice(options: MedianPriceOptions): PriceSource {
  const parsed = optionsSchema.safeParse(options);
  if (!parsed.success) {
    const problems = describeIssues(parsed.error);
    throw new CastellanError('CONFIG_INVALID', {
      message: `The options of a median are wrong: ${problems.join('; ')}`,
      details: { problems },
    });
  }
  const { sources, maxDeviationBps, maxAgeMs, timeoutMs, clock = systemClock() } = parsed.data;
  const minSources = parsed.data.minSources ?? Math.floor(sources.length / 2) + 1;
  return Object.freeze({
    async price(asset: AssetId, unit: string) {
      const answers = await Promise.all(sources.map((source) => answerOf(source, asset, unit, timeoutMs, clock)));
      return medianOfPrices(answers, { maxDeviationBps, minSources, maxAgeMs }, clock.nowMs());
    },
  });
}

/** What a source says in time; undefined for one that fails or is late. Never rejects. */
function answerOf(source: PriceSource, asset: AssetId, unit: string, timeoutMs: number, clock: Clock): Promise<unknown> {
  return new Promise((resolve) => {
    const timer = clock.schedule(timeoutMs, () => resolve(undefined));
    const settle = (answer: unknown): void => {
      timer.cancel();
      resolve(answer);
    };
    try {
      Promise.resolve(source.price(asset, unit)).then(settle, () => settle(undefined));
    } catch {
      settle(undefined);
    }
  });
}
