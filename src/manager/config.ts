import { z } from 'zod';
import { notificationEndpointSchema, smtpSchema } from '../adapters/notify/index.ts';
import type { ApprovalProvider } from '../approvals/index.ts';
import type { ActionValidator } from '../authz/index.ts';
import type { ChainAdapter } from '../core/chain-adapter.ts';
import type { Clock } from '../core/clock.ts';
import { CastellanError } from '../core/errors.ts';
import type { PriceSource } from '../core/price.ts';
import type { Random } from '../core/random.ts';
import { agentIdSchema, describeIssues } from '../core/schema.ts';
import type { Store } from '../core/store.ts';
import type { VerificationProvider } from '../core/verification.ts';
import type { EmergencyTrigger } from '../emergency/index.ts';

/** What a store or adapter factory is handed when the manager opens it. */
export interface Host {
  readonly clock: Clock;
  readonly random: Random;
}

/** Opens a store; see `castellan/store/memory` and `castellan/store/sqlite`. */
export interface StoreFactory {
  open(host: Host): Store | Promise<Store>;
}

/** Makes a chain adapter; see `evm()` of `castellan/evm`. */
export interface AdapterFactory {
  create(host: Host): ChainAdapter;
}

const factory = <T>(method: keyof T & string, what: string) =>
  z.custom<T>(
    (value) => typeof value === 'object' && value !== null && typeof (value as Record<string, unknown>)[method] === 'function',
    `must be ${what}`,
  );

const positiveMs = z
  .int()
  .positive()
  .max(30 * 86_400_000);
const wholeLimit = z.union([z.int().nonnegative(), z.string().regex(/^(0|[1-9]\d*)(\.\d+)?$/, 'must be an exact decimal string')]);
const validator = z.custom<ActionValidator>(
  (value) => typeof value === 'object' && value !== null && typeof (value as { validate?: unknown }).validate === 'function',
  'must have a validate(request, context) method',
);
const registeredKey = z.strictObject({
  id: z.string().min(1).max(64),
  scheme: z.enum(['ed25519', 'eip712']),
  key: z.string().min(1).max(128),
  roles: z
    .array(z.enum(['owner', 'operator', 'approver', 'guardian']))
    .min(1)
    .readonly(),
});
const TRIGGER_EVENTS = [
  'multiple_failures',
  'decision_made',
  'policy_rejected',
  'approval_requested',
  'approval_decision',
  'execution_success',
  'execution_failed',
  'cap_warning',
  'monitor_unrecorded',
  'monitor_reorg',
  'anomaly_detected',
  'fraud_detected',
  'key_event',
  'permission_changed',
  'wallet_event',
  'breaker_state',
] as const satisfies readonly EmergencyTrigger['event'][];
const trigger = z.strictObject({
  event: z.enum(TRIGGER_EVENTS),
  threshold: z.int().positive(),
  windowMs: positiveMs.default(3_600_000),
  action: z.enum(['pause', 'kill']),
});

const configSchema = z.strictObject({
  /** Off denies everything. */
  enabled: z.boolean().default(true),
  tenant: agentIdSchema.default('default'),
  production: z.boolean().default(false),
  allowUnenforced: z.boolean().default(false),
  store: factory<StoreFactory>('open', 'a store factory such as memoryStore() or sqliteStore({ path })').optional(),
  chains: z.array(factory<AdapterFactory>('create', 'an adapter factory such as evm({ … })')).min(1).readonly(),
  keys: z
    .strictObject({
      passphrase: z.string().min(8).optional(),
      encryptionKey: z
        .string()
        .regex(/^[0-9a-fA-F]{64}$/, 'must be 32 bytes in hex')
        .optional(),
    })
    .default({}),
  custody: z.strictObject({ mode: z.enum(['software', 'mpc']) }).default({ mode: 'software' }),
  /** Permissions by agent id; validated when compiled, every wrong field is named. */
  agents: z.record(agentIdSchema, z.looseObject({ user: agentIdSchema.optional() })).default({}),
  authorization: z
    .strictObject({
      enableSimulation: z.boolean().default(true),
      requireIntentValidation: z.boolean().default(false),
      minConfidence: z.number().min(0).max(1).default(0),
      defaultLimits: z
        .strictObject({ unit: z.string(), perTransaction: wholeLimit, daily: wholeLimit, weekly: wholeLimit, monthly: wholeLimit })
        .partial()
        .optional(),
      rateLimiting: z
        .strictObject({ maxPerHour: z.int().positive().max(1_000_000), cooldownSeconds: z.int().nonnegative().max(86_400) })
        .partial()
        .optional(),
      strategies: z
        .array(z.looseObject({ id: z.string().min(1) }))
        .readonly()
        .default([]),
      intentValidator: validator.optional(),
      strategyValidator: validator.optional(),
      layerTimeoutMs: positiveMs.default(5_000),
      simulationTimeoutMs: positiveMs.default(10_000),
      decisionTimeoutMs: positiveMs.default(20_000),
    })
    .prefault({}),
  risk: z
    .strictObject({
      enabled: z.boolean().default(true),
      maxRiskScore: z.number().min(0).max(100).default(80),
      anomalyThreshold: z.number().positive().max(100).default(3),
      weights: z
        .strictObject({ transaction: z.number().min(0), behavioral: z.number().min(0), market: z.number().min(0) })
        .default({ transaction: 0.4, behavioral: 0.3, market: 0.3 }),
    })
    .prefault({}),
  emergency: z
    .strictObject({
      killSwitchEnabled: z.boolean().default(true),
      autoResponseEnabled: z.boolean().default(true),
      autoResponseTriggers: z
        .array(trigger)
        .readonly()
        .default([
          { event: 'fraud_detected', threshold: 1, windowMs: 3_600_000, action: 'kill' },
          { event: 'anomaly_detected', threshold: 3, windowMs: 3_600_000, action: 'pause' },
        ]),
      /** Who is told of warnings and worse. */
      notificationEndpoints: z.array(notificationEndpointSchema).max(16).readonly().default([]),
      /** The mail server behind endpoints of type `email`. */
      smtp: smtpSchema.optional(),
    })
    .prefault({}),
  audit: z
    .strictObject({
      enabled: z.boolean().default(true),
      checkpointEvery: z.int().positive().max(10_000).default(100),
      checkpointMs: positiveMs.default(1_000),
      /** `each` signs a checkpoint for every entry. Unsigned there is no log. */
      signEvents: z.union([z.literal(true), z.literal('each')]).default(true),
      /** How long entries are wanted; a plan says what may be archived, and nothing is dropped by itself. */
      retentionDays: z.int().positive().max(36_500).optional(),
      /** Streams and archives are gzip. */
      compressionEnabled: z.boolean().default(false),
      exportFormats: z
        .array(z.enum(['json', 'jsonl', 'csv']))
        .readonly()
        .optional(),
      /** Entries of others that are taken a minute. */
      maxEventsPerMinute: z.int().min(1).max(10_000).default(600),
    })
    .prefault({}),
  approvals: z
    .strictObject({
      /** How long a request for approval stays open. Cancel on time-out is the hard default. */
      ttlMs: positiveMs.default(3_600_000),
      /** How long `execute` itself waits for the answer; 0 answers `approval_pending` at once. */
      waitMs: z.int().nonnegative().max(86_400_000).default(0),
      /** Bring requests to people; see `createMemoryApprovalProvider`. */
      providers: z.array(factory<ApprovalProvider>('notify', 'an approval provider')).readonly().default([]),
    })
    .prefault({}),
  registry: z
    .strictObject({
      keys: z.array(registeredKey).readonly().default([]),
      quorums: z
        .strictObject({
          owner: z.int().positive(),
          operator: z.int().positive(),
          approver: z.int().positive(),
          guardian: z.int().positive(),
        })
        .partial()
        .default({}),
    })
    .prefault({}),
  /** How a user who lost access gets new wallets; without a provider nobody does. */
  recovery: z
    .strictObject({
      provider: factory<VerificationProvider>('send', 'a VerificationProvider').optional(),
      verificationRequired: z.array(z.string()).min(1).max(8).readonly().default(['email', 'phone', 'identity']),
      /** Between the last proof and completing, seconds. */
      cooldownPeriod: z.int().min(0).max(2_592_000).default(86_400),
      maxAttempts: z.int().min(1).max(10).default(3),
    })
    .prefault({}),
  execution: z
    .strictObject({
      /** How long `execute` waits for finality before it answers with what it knows. */
      settleTimeoutMs: positiveMs.default(120_000),
      reconcileMs: positiveMs.default(5_000),
      /** A decision older than this is simulated again before it is signed. */
      simulationStaleMs: positiveMs.default(5_000),
    })
    .prefault({}),
  price: factory<PriceSource>('price', 'a PriceSource').optional(),
  clock: factory<Clock>('nowMs', 'a Clock').optional(),
  random: factory<Random>('bytes', 'a Random').optional(),
});

/** Configuration as a user writes it. Unknown fields are refused. */
export type SecurityConfig = z.input<typeof configSchema>;
/** Configuration with every default in place. */
export type ResolvedConfig = z.output<typeof configSchema>;

/** Parses a configuration. @throws CastellanError CONFIG_INVALID naming every wrong field at once. */
export function parseConfig(input: unknown): ResolvedConfig {
  const parsed = configSchema.safeParse(input);
  const problems = parsed.success ? [] : describeIssues(parsed.error);
  if (parsed.success) {
    const { keys, production, risk, emergency, authorization, allowUnenforced } = parsed.data;
    if (keys.passphrase !== undefined && keys.encryptionKey !== undefined)
      problems.push('keys: give passphrase or encryptionKey, not both');
    if (production && keys.passphrase === undefined && keys.encryptionKey === undefined)
      problems.push('keys: production needs passphrase or encryptionKey');
    const off = [
      [risk.enabled, 'risk.enabled'],
      [emergency.killSwitchEnabled, 'emergency.killSwitchEnabled'],
      [authorization.enableSimulation, 'authorization.enableSimulation'],
    ] as const;
    if (!allowUnenforced)
      for (const [on, field] of off) if (!on) problems.push(`${field}: switching a check off needs allowUnenforced: true`);
  }
  if (!parsed.success || problems.length > 0) {
    throw new CastellanError('CONFIG_INVALID', {
      message: `The configuration has ${problems.length} wrong field(s): ${problems.join('; ')}`,
      details: { problems },
    });
  }
  return parsed.data;
}
