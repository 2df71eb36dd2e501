import { z } from 'zod';
import type { ChainAdapter } from '../core/chain-adapter.ts';
import type { Clock } from '../core/clock.ts';
import { CastellanError } from '../core/errors.ts';
import type { ForkLauncher } from '../core/fork.ts';
import type { Net } from '../core/net.ts';
import type { PriceSource } from '../core/price.ts';
import type { QuoteSource } from '../core/quote.ts';
import type { Random } from '../core/random.ts';
import { agentIdSchema, describeIssues, lazySchema } from '../core/schema.ts';
import type { Store } from '../core/store.ts';
import type { VerificationProvider } from '../core/verification.ts';
import { approvalsSchema } from './config/approvals-schema.ts';
import { auditSchema } from './config/audit-schema.ts';
import { authorizationSchema, riskSchema } from './config/authorization-schema.ts';
import { contradictions } from './config/contradictions.ts';
import { custodySchema, keyDerivationSchema, keysSchema, mpcSchema } from './config/custody-schema.ts';
import { emergencySchema } from './config/emergency-schema.ts';
import { factory, positiveMs } from './config/fields.ts';
import { simulationSchema } from './config/simulation-schema.ts';
import { marketSchema } from './market/market-schema.ts';

/** What a store or adapter factory is handed when the manager opens it. */
export interface Host {
  readonly clock: Clock;
  readonly random: Random;
  /** Begins local forks of chains, for adapters that are told to use one. */
  readonly fork?: ForkLauncher;
  /** The machine's network, for adapters that are given none of their own. */
  readonly net?: Net;
}

/** Opens a store; see `castellan/store/memory` and `castellan/store/sqlite`. */
export interface StoreFactory {
  /** Opens the store; called once, when the manager opens. */
  open(host: Host): Store | Promise<Store>;
}

/** Makes a chain adapter; see `evm()` of `castellan/evm`. */
export interface AdapterFactory {
  /** Makes the adapter; called once, when the manager opens. */
  create(host: Host): ChainAdapter;
}

const registeredKey = lazySchema(() =>
  z.strictObject({
    id: z.string().min(1).max(64),
    scheme: z.enum(['ed25519', 'eip712']),
    key: z.string().min(1).max(128),
    roles: z
      .array(z.enum(['owner', 'operator', 'approver', 'guardian']))
      .min(1)
      .readonly(),
  }),
);
/** The whole configuration; a test walks it. */
export const configSchema = lazySchema(() =>
  z.strictObject({
    /** Off denies everything. */
    enabled: z.boolean().default(true),
    tenant: agentIdSchema.default('default'),
    production: z.boolean().default(false),
    allowUnenforced: z.boolean().default(false),
    store: factory<StoreFactory>('open', 'a store factory such as memoryStore() or sqliteStore({ path })').optional(),
    /** Without any, every room works and nothing is paid. */
    chains: z.array(factory<AdapterFactory>('create', 'an adapter factory such as evm({ … })')).readonly().default([]),
    keys: keysSchema.prefault({}),
    custody: custodySchema.prefault({}),
    mpc: mpcSchema.prefault({}),
    /** Left out, a new software wallet is the next account of the seed. */
    keyDerivation: keyDerivationSchema.optional(),
    /** Permissions by agent id; validated when compiled, every wrong field is named. */
    agents: z.record(agentIdSchema, z.looseObject({ user: agentIdSchema.optional() })).default({}),
    /** Candidates by agent id, judged beside what is in force; they decide nothing. Written like `agents`. */
    shadow: z.record(agentIdSchema, z.looseObject({})).default({}),
    authorization: authorizationSchema.prefault({}),
    simulation: simulationSchema.prefault({}),
    risk: riskSchema.prefault({}),
    emergency: emergencySchema.prefault({}),
    audit: auditSchema.prefault({}),
    approvals: approvalsSchema.prefault({}),
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
    /** What the market gives for a trade: a trade that demands far less alerts, or escalates. */
    quotes: factory<QuoteSource>('quote', 'a QuoteSource').optional(),
    prices: z
      .strictObject({
        /** A price that is older counts as none. */
        maxAgeMs: positiveMs.default(600_000),
      })
      .prefault({}),
    /** What the market does to what is moved; without a source all of it is missing. */
    market: marketSchema.prefault({}),
    clock: factory<Clock>('nowMs', 'a Clock').optional(),
    random: factory<Random>('bytes', 'a Random').optional(),
  }),
);

/** Configuration as a user writes it. Unknown fields are refused. */
export type SecurityConfig = z.input<typeof configSchema>;
/** Configuration with every default in place. */
export type ResolvedConfig = z.output<typeof configSchema>;

/** A copy of data that is ours: the caller's own may change before the first call opens the manager. Undefined for what is no data. */
function copied<T>(data: T): T | undefined {
  try {
    return structuredClone(data);
  } catch {
    return undefined;
  }
}

/** Parses a configuration. @throws CastellanError CONFIG_INVALID naming every wrong field at once. */
export function parseConfig(input: unknown): ResolvedConfig {
  const parsed = configSchema.safeParse(input);
  const problems = [...new Set([...(parsed.success ? [] : describeIssues(parsed.error)), ...contradictions(input)])];
  const agents = copied(parsed.data?.agents);
  const strategies = copied(parsed.data?.authorization.strategies);
  const shadow = copied(parsed.data?.shadow);
  if (parsed.success && shadow === undefined) problems.push('shadow: must be plain data');
  if (parsed.success && agents === undefined) problems.push('agents: must be plain data');
  if (parsed.success && strategies === undefined) problems.push('authorization.strategies: must be plain data');
  if (!parsed.success || agents === undefined || strategies === undefined || shadow === undefined || problems.length > 0) {
    throw new CastellanError('CONFIG_INVALID', {
      message: `The configuration has ${problems.length} wrong field(s): ${problems.join('; ')}`,
      details: { problems },
    });
  }
  return { ...parsed.data, agents, shadow, authorization: { ...parsed.data.authorization, strategies } };
}
