import { z } from 'zod';
import type { ActionValidator } from '../../authz/index.ts';
import type { EventStore } from '../../core/event-history.ts';
import { lazySchema } from '../../core/schema.ts';
import { type HabitModelData, modelProblem } from '../../risk/index.ts';
import { exactLimit, factory, positiveMs } from './fields.ts';
import { screeningSchema } from './screening-schema.ts';

const validator = factory<ActionValidator>('validate', 'a validator: it must have a validate(request, context) method');

const actions = lazySchema(() => z.int().positive().max(1_000_000));
const rateBounds = lazySchema(() =>
  z
    .strictObject({
      maxPerMinute: actions,
      maxPerHour: actions,
      maxPerDay: actions,
      burst: actions,
      cooldownSeconds: z.int().nonnegative().max(86_400),
    })
    .partial(),
);

const eventStore = factory<EventStore>('coveredFromMs', 'an event store: it must have record, query, recent, prune and coveredFromMs');

/** How requests are judged. */
export const authorizationSchema = lazySchema(() =>
  z.strictObject({
    enableSimulation: z.boolean().default(true),
    requireIntentValidation: z.boolean().default(false),
    minConfidence: z.number().min(0).max(1).default(0),
    defaultLimits: z
      .strictObject({
        unit: z.string(),
        perTransaction: exactLimit,
        hourly: exactLimit,
        daily: exactLimit,
        weekly: exactLimit,
        monthly: exactLimit,
        total: exactLimit,
        warningThresholdPct: z.int().min(1).max(100),
        /** Caps that stand in every policy; read when policies are compiled, and every wrong field is named. */
        caps: z
          .array(z.looseObject({ capId: z.string().min(1) }))
          .max(64)
          .readonly(),
      })
      .partial()
      .optional(),
    rateLimiting: rateBounds.unwrap().extend({ perUser: rateBounds.optional() }).optional(),
    strategies: z
      .array(z.looseObject({ id: z.string().min(1) }))
      .readonly()
      .default([]),
    intentValidator: validator.optional(),
    strategyValidator: validator.optional(),
    eventStore: eventStore.optional(),
    layerTimeoutMs: positiveMs.default(5_000),
    simulationTimeoutMs: positiveMs.default(10_000),
    decisionTimeoutMs: positiveMs.default(20_000),
  }),
);

/** Told by its first wrong part. */
const shadowModel = z.custom<HabitModelData>((given) => modelProblem(given) === undefined, {
  error: ({ input }) => modelProblem(input) ?? 'is no model',
});

/** How risk is scored. */
export const riskSchema = lazySchema(() =>
  z.strictObject({
    enabled: z.boolean().default(true),
    maxRiskScore: z.number().min(0).max(100).default(80),
    anomalyThreshold: z.number().positive().max(100).default(3),
    /** Only their ratio counts. */
    weights: z
      .strictObject({ transaction: z.number().min(0), behavioral: z.number().min(0), market: z.number().min(0) })
      .refine(({ transaction, behavioral, market }) => transaction + behavioral + market > 0, 'one of the weights must be above 0')
      .default({ transaction: 0.4, behavioral: 0.3, market: 0.3 }),
    /** False: patterns of fraud neither veto nor score. */
    fraudDetectionEnabled: z.boolean().default(true),
    /** A model in the form of the shipped one: scored beside it, and never acting. */
    shadowModel: shadowModel.optional(),
    screening: screeningSchema.prefault({}),
    /** Accounts by deposit tag, as comments carry it: to whom a payment with that tag belongs. None: the tag is nobody's. */
    depositTags: z
      .record(z.string().min(1).max(64), z.array(z.string().min(1).max(256)).max(64).readonly())
      .refine((tags) => Object.keys(tags).length <= 10_000, 'at most 10,000 tags')
      .default({}),
    /** How long a decision waits for facts about fraud from chains and quote sources, ms. */
    lookUpTimeoutMs: positiveMs.default(2_000),
  }),
);
