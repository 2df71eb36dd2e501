import { z } from 'zod';
import { MAX_OUTCOMES } from '../../../core/index.ts';
import { lazySchema } from '../../../core/schema.ts';
import { exact, text } from '../caps/amount-schema.ts';

/** Temporal rules of one policy: all that match are told in one report. */
export const MAX_TEMPORAL_RULES = 16;

/** At most 90 days. */
const windowMs = lazySchema(() =>
  z
    .int()
    .positive()
    .max(90 * 86_400_000),
);
/** The newest so many outcomes are kept: no rule may ask for more. */
const count = lazySchema(() => z.int().positive().max(MAX_OUTCOMES));
const whole = lazySchema(() => z.union([z.bigint().nonnegative(), exact]));

const predicate = lazySchema(() =>
  z.discriminatedUnion('kind', [
    /** Decisions that the simulation denied. */
    z.strictObject({ kind: z.literal('simulation_failure_rate'), windowMs, threshold: count }),
    /** Calls of one contract that were approved: so many pass. */
    z.strictObject({
      kind: z.literal('contract_call_frequency'),
      windowMs,
      contractAddress: text,
      chain: text.optional(),
      threshold: z.int().positive().max(1_000_000),
    }),
    /** Fewer successes than this. */
    z.strictObject({
      kind: z.literal('success_drought'),
      windowMs,
      threshold: count,
      /** How long after its first outcome an agent is left alone; the window unless set. */
      warmUpMs: z
        .int()
        .nonnegative()
        .max(90 * 86_400_000)
        .optional(),
      /** Outcomes in the window below which nothing is concluded; the threshold unless set. */
      minOutcomes: count.optional(),
    }),
    /** What left or may leave of a token, with what is on its way and the request at hand. Whole tokens, unless `decimals` says otherwise. */
    z.strictObject({
      kind: z.literal('spend_velocity'),
      windowMs,
      maxAmount: whole,
      token: text,
      decimals: z.int().min(0).max(255).optional(),
    }),
    /** The newest outcomes are all failures. With a window: all of them in it. */
    z.strictObject({ kind: z.literal('consecutive_failures'), count, windowMs: windowMs.optional() }),
    /** Approvals that nobody gave in time. */
    z.strictObject({ kind: z.literal('approval_flood'), windowMs, threshold: count }),
  ]),
);

const consequence = lazySchema(() => {
  const kind = z.enum(['reject', 'require_approval', 'flag_for_review']);
  return z.union([z.strictObject({ kind }), kind.transform((word) => ({ kind: word }))]);
});

/** One rule over what an agent did of late. */
export const temporalRuleSchema = lazySchema(() =>
  z.strictObject({
    predicate,
    consequence,
    /** Names the rule in reasons; the kind of its predicate unless set. */
    label: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, 'must be 1–64 of A-Za-z0-9_.-')
      .optional(),
  }),
);

/** A temporal rule as its owner writes it. */
export type TemporalRuleInput = z.input<typeof temporalRuleSchema>;
/** The same, checked. */
export type ParsedTemporalRule = z.output<typeof temporalRuleSchema>;
