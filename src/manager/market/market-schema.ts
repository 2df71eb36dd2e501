import { z } from 'zod';
import type { MarketData } from '../../core/market.ts';
import { lazySchema } from '../../core/schema.ts';
import { factory, positiveMs } from '../config/fields.ts';

const peg = lazySchema(() =>
  z.strictObject({
    unit: z.string().min(1).max(256).default('USD'),
    price: z
      .string()
      .regex(/^(?:0|[1-9]\d{0,29})(?:\.\d{1,30})?$/, 'must be an exact decimal string')
      .refine((text) => /[1-9]/.test(text), 'must be above zero'),
    decimals: z.int().min(0).max(255),
    unitDecimals: z.int().min(0).max(255).default(6),
  }),
);

/** Where market data comes from, and how old it may be. */
export const marketSchema = lazySchema(() =>
  z.strictObject({
    /** Beside what the chains are configured to read. Where there are several of one asset, their median counts. */
    sources: z
      .array(factory<MarketData>('read', 'a source of market data: it must have a read(signal) method'))
      .max(16)
      .readonly()
      .default([]),
    /** What assets are declared to be worth, by asset id. */
    pegs: z
      .record(z.string().min(1).max(256), peg)
      .refine((pegs) => Object.keys(pegs).length <= 256, 'at most 256 assets')
      .default({}),
    /** Between two looks at the market, under `start()`. */
    refreshMs: positiveMs.default(15_000),
    /** A source that takes longer has said nothing this time. */
    timeoutMs: positiveMs.default(5_000),
    /** What is older says nothing about now: it is scored as stale. */
    maxAgeMs: positiveMs.default(300_000),
    /** True: what sources read values assets for the limits, too, where no `price` is given. Prices of a single pool never do. */
    asPrices: z.boolean().default(false),
  }),
);

/** The `market` section as it is written. */
export type MarketOptions = z.input<typeof marketSchema>;
