import { z } from 'zod';
import { lazySchema } from '../../../core/schema.ts';
import { exact, text } from './amount-schema.ts';
import { CAP_SCOPES, CAP_WINDOW_NAMES, HOLDERS } from './cap-scope.ts';

/** Share of a limit from which on somebody is warned, per cent. */
export const percent = lazySchema(() => z.int().min(1).max(100));
/** A cap with a name. Where policies name the same shared one, each is held to its own figure over the one account. */
export const capSchema = lazySchema(() =>
  z
    .strictObject({
      capId: z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 _ . -'),
      /** What has an account of its own; `fleet` is one for all agents whose policy names the cap. */
      scope: z.enum(CAP_SCOPES),
      /** Whose spending counts on the account of an asset, recipient or contract. Default `fleet`: everybody's. */
      of: z.enum(HOLDERS).optional(),
      /** What everything that leaves is valued in. Default: the unit of the limits. */
      unit: text.optional(),
      /** Only this asset or collection counts, in its own amounts. */
      asset: text.optional(),
      window: z.enum(CAP_WINDOW_NAMES).optional(),
      /** A rolling window of this length instead, at most ten years. */
      windowMs: z.int().min(1_000).max(315_360_000_000).optional(),
      /** Whole units; a total equal to it passes. */
      max: exact,
      warningThresholdPct: percent.optional(),
    })
    .refine(({ window, windowMs }) => (window === undefined) !== (windowMs === undefined), 'needs one of window and windowMs')
    .refine(({ unit, asset }) => unit === undefined || asset === undefined, 'counts in a unit or one asset, not both'),
);
/** A cap as its owner writes it. */
export type CapInput = z.input<typeof capSchema>;
export type ParsedCap = z.output<typeof capSchema>;

/** Bounds on how often. */
const rates = lazySchema(() =>
  z
    .strictObject({
      maxPerMinute: z.int().positive().max(1_000_000),
      maxPerHour: z.int().positive().max(1_000_000),
      maxPerDay: z.int().positive().max(1_000_000),
      cooldownSeconds: z.int().nonnegative().max(86_400),
      /** Most in any ten seconds. */
      burst: z.int().positive().max(1_000_000),
    })
    .partial(),
);
/** The same, and of everything that one user's agents do together. */
export const rateLimitingSchema = lazySchema(() => rates.unwrap().extend({ perUser: rates.optional() }));
/** How often, as owners write it. */
export type RateLimitingInput = z.input<typeof rateLimitingSchema>;
