import { z } from 'zod';
import { HAZARDS, OPERATIONS, type Operation, TRUST_LABELS } from '../../core/index.ts';
import { lazySchema } from '../../core/schema.ts';
import { exact, text } from './caps/amount-schema.ts';
import { capSchema, percent, rateLimitingSchema } from './caps/cap-schema.ts';
import { conditionSchema } from './language/condition-schema.ts';
import { CODE_HASH, SELECTOR } from './language/selector.ts';
import { approvalQuorumSchema } from './quorums/approval-quorum-schema.ts';
import { MAX_TEMPORAL_RULES, temporalRuleSchema } from './temporal/temporal-schema.ts';
import { timeRestriction } from './time/time-schema.ts';

const fraction = lazySchema(() => z.number().min(0).max(1));
const list = (most = 10_000) => z.array(text).max(most).readonly();

const capability = lazySchema(() => z.strictObject({ enabled: z.boolean(), readOnly: z.boolean().optional() }));
const windows = lazySchema(() =>
  z.strictObject({ perTransaction: exact, hourly: exact, daily: exact, weekly: exact, monthly: exact, total: exact }).partial(),
);
const tokenAmount = lazySchema(() =>
  z.strictObject({
    token: text,
    amount: z.union([z.bigint().nonnegative(), exact]),
    decimals: z.int().min(0).max(255).optional(),
  }),
);

const selector = lazySchema(() => z.string().regex(SELECTOR, 'must be four bytes in hex'));
/** The name of a protocol as decoders spell it. It can be no address: those are longer, or hold capitals. */
export const PROTOCOL_NAME = /^[a-z0-9]{1,31}(?:-[a-z0-9]{1,31}){0,3}$/;
const protocol = lazySchema(() => z.string().regex(PROTOCOL_NAME, 'must be a protocol’s name, such as `uniswap-v3`'));
/** A contract that may be called. Without selectors: any method that is understood; others need theirs named. */
const contract = lazySchema(() =>
  z
    .strictObject({
      address: text,
      chain: text.optional(),
      selectors: z.array(selector).max(256).readonly().optional(),
      /** Milliseconds since the epoch, or an ISO date. */
      expiresAt: z.union([z.int().nonnegative(), z.iso.datetime()]).optional(),
      /** What it must be made of, at the decision and at the signature: the hash of its code (Keccak-256; on TON the representation hash), */
      codeHash: z.string().regex(CODE_HASH, 'must be 32 bytes in hex').optional(),
      /** what it runs where it is a proxy, */
      implementation: text.optional(),
      /** who may change that, and whom its own `owner()` names. */
      admin: text.optional(),
      owner: text.optional(),
      /** What calling it counts as. Where unset, what the decoder of its protocol says; `contracts` where there is none. */
      capability: z.enum(['trading', 'staking', 'nft', 'governance', 'contracts']).optional(),
      /** Which of the things that its capability covers. Where unset, what the decoder says. */
      operation: z.enum(Object.keys(OPERATIONS) as [Operation, ...Operation[]]).optional(),
    })
    .refine(
      ({ capability, operation }) => operation === undefined || capability === OPERATIONS[operation],
      'operation must be one of its capability',
    ),
);

const rule = lazySchema(() =>
  z.strictObject({
    id: text,
    name: text.optional(),
    /** All of them have to hold; none holds always. */
    conditions: z.array(conditionSchema).max(64).readonly(),
    action: z.enum(['allow', 'deny', 'escalate', 'require_approval']),
    priority: z.int().optional(),
  }),
);

/** A registered strategy: what an agent that names it may do. Amounts count in the unit of the limits. */
export const strategySchema = lazySchema(() =>
  z.strictObject({
    id: text,
    operations: z.array(text).max(64).readonly().optional(),
    assets: list(1_000).optional(),
    /** Contracts, or names of protocols: their registered deployments. */
    protocols: list(1_000).optional(),
    maxAmountPerTrade: exact.optional(),
    maxDailyVolume: exact.optional(),
    maxSlippage: fraction.optional(),
  }),
);
/** A strategy as its owner registers it: what it may do, with what, and how much. */
export type StrategyInput = z.input<typeof strategySchema>;

/** What an agent may do, as people write it. Unknown fields are refused. */
export const permissionsSchema = lazySchema(() =>
  z.strictObject({
    capabilities: z
      .strictObject({
        trading: capability.unwrap().extend({ maxSlippage: fraction.optional() }),
        transfers: capability.unwrap().extend({ whitelistOnly: z.boolean().optional() }),
        staking: capability.unwrap().extend({ unstake: z.boolean().optional() }),
        nft: capability.unwrap().extend({ create: z.boolean().optional() }),
        governance: capability.unwrap().extend({ voteOnly: z.boolean().optional() }),
        contracts: capability,
        approvals: capability.unwrap().extend({ unlimited: z.boolean().optional(), spenders: list(1_000).optional() }),
      })
      .partial()
      .optional(),
    limits: windows
      .unwrap()
      .extend({
        unit: text.optional(),
        assets: z.record(text, windows.unwrap().extend({ requireApprovalAbove: exact.optional() })).optional(),
        /** Caps with names, beside these limits. */
        caps: z.array(capSchema).max(64).readonly().optional(),
        /** Where to warn of the limits above, per cent. 80 by default. */
        warningThresholdPct: percent.optional(),
      })
      .optional(),
    allowedTokens: list().optional(),
    allowedDestinations: list().optional(),
    allowedChains: list(64).optional(),
    /** Known ways to lose money that this agent may use all the same, by name; each is denied otherwise. */
    allowedHazards: z.array(z.enum(HAZARDS)).readonly().optional(),
    allowedContracts: z.array(contract).max(10_000).readonly().optional(),
    /**
     * Protocols by name: the methods that their decoders know may be called at registered deployments. A contract that
     * `allowedContracts` lists is judged by its entries alone.
     */
    allowedProtocols: z.array(protocol).max(256).readonly().optional(),
    /** Contracts that may be deployed, by the SHA-256 of creation code and arguments, lowercase hex. */
    allowedDeployments: z
      .array(z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lowercase hex'))
      .max(1_000)
      .readonly()
      .optional(),
    /** Code that may stand for the wallet's own (EIP-7702); an implementation that the chain's configuration knows. */
    allowedDelegates: list(256).optional(),
    /** What may be signed that is no transaction and moves nothing. What others may do with a signature needs the same as if they did it. */
    signatures: z
      .strictObject({
        /** Texts, and logins on sites that are not listed. Default: deny. */
        messages: z.enum(['deny', 'ask', 'allow']).optional(),
        /** Sites, `host` or `host:port`, whose logins (EIP-4361) are signed without a further word. */
        siweDomains: z
          .array(z.string().regex(/^[a-zA-Z0-9.-]{1,253}(:[0-9]{1,5})?$/, 'must be a host, without scheme or path'))
          .max(1_000)
          .readonly()
          .optional(),
      })
      .optional(),
    /** In the unit of the limits. The fee is not added to what leaves, but counts by itself. */
    requireApprovalAbove: exact.optional(),
    /** Every action that is otherwise allowed escalates. */
    requireApproval: z.boolean().optional(),
    /** Whose yes it takes, beyond the registry's quorum of approvers. */
    approvalQuorums: z.array(approvalQuorumSchema).max(16).readonly().optional(),
    timeRestrictions: z.array(timeRestriction).max(64).readonly().optional(),
    rateLimiting: rateLimitingSchema.optional(),
    /** The most trusted content that requests of this agent may name as what triggered them. Default: `message`, the least. */
    maxTrust: z.enum(TRUST_LABELS).optional(),
    rules: z.array(rule).max(1_000).readonly().optional(),
    strategies: z.array(strategySchema).max(256).readonly().optional(),
    /** Most that one transaction may cost in fees, whole native coins. */
    maxFee: exact.optional(),
    requireSimulation: z.boolean().optional(),
    /** Nothing is signed on a simulation older than this: it is repeated, and what does more by then is void. 30,000 by default. */
    simulationStalenessMs: z
      .int()
      .positive()
      .max(30 * 86_400_000)
      .optional(),
    /** Policies joined by all-of and any-of. They narrow what stands around them. */
    policy: z.custom<PolicyTree>((value) => typeof value === 'object' && value !== null, 'must be a tree of policies').optional(),
    /** Rules over what the agent did of late; all that match are told. */
    temporalRules: z.array(temporalRuleSchema).max(MAX_TEMPORAL_RULES).readonly().optional(),
    /** Least gas limit as a multiple of the simulated gas, where the chain has gas limits. */
    gasBufferMultiplier: z.number().min(1).max(10).optional(),
    /** `shared`: the limits over time hold for all agents that say so together, too. `per-agent` by default. */
    capLockMode: z.enum(['per-agent', 'shared']).optional(),
    chains: list(64).optional(),
    maxSpendPerTx: tokenAmount.optional(),
    humanApprovalThreshold: tokenAmount.optional(),
    humanApprovalTimeoutMs: z
      .int()
      .positive()
      .max(30 * 86_400_000)
      .optional(),
  }),
);

/** The names of the preset templates. */
export type TemplateName = 'conservative' | 'balanced' | 'aggressive';

/** Permissions as people write them. */
export type Permissions = z.input<typeof permissionsSchema> & {
  /** What is not given here is this template's. The manager writes it out in full; what it stores names none. */
  readonly template?: TemplateName | undefined;
};
/** What a leaf says: fields of permissions that make rules, or the rules themselves. What it leaves out is as around the tree. */
export type LeafPolicy = Partial<Omit<Permissions, 'policy' | 'template' | 'temporalRules'>> | NonNullable<Permissions['rules']>;

/** Policies joined: all of them have to agree, or one of them is enough. An empty list agrees to nothing. */
export type PolicyTree =
  | { readonly allOf: readonly PolicyTree[]; readonly label?: string | undefined }
  | { readonly anyOf: readonly PolicyTree[]; readonly label?: string | undefined }
  | { readonly leaf: LeafPolicy; readonly label?: string | undefined };

export type ParsedPermissions = z.output<typeof permissionsSchema>;
export type ParsedRule = z.output<typeof rule>;
export type ParsedStrategy = z.output<typeof strategySchema>;
