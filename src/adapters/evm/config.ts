import { z } from 'zod';
import { parseAccount } from '../../core/account.ts';
import type { Clock } from '../../core/clock.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import { quorumFault, quorumOf } from '../../core/failover/quorum.ts';
import type { ForkLauncher } from '../../core/fork.ts';
import type { AccountId, ChainId } from '../../core/ids.ts';
import type { Net } from '../../core/net.ts';
import { chainIdSchema, describeIssues } from '../../core/schema.ts';
import { accountsSchema, type EvmAccountsOptions } from './accounts/accounts-config.ts';
import { type Descriptor, readDescriptor } from './descriptors/index.ts';
import { ENS_CHAINS, ENS_REGISTRY } from './ens-registry.ts';
import { type EvmMarketConfig, type EvmMarketOptions, marketOptionsSchema, readMarketOptions } from './market/market-options.ts';
import { type EvmProtocolOption, protocolsSchema, readDeployments } from './protocols/index.ts';

/** An ERC-20 that the deployment trusts to be one. */
export interface EvmTokenOption {
  readonly symbol: string;
  readonly address: string;
  readonly decimals: number;
}

/** One chain as it is configured. */
export interface EvmChainOptions {
  /** CAIP-2, `eip155:<number>`. */
  readonly chain: string;
  /** One endpoint, or several that serve the same chain; they may hold credentials and are never shown. */
  readonly rpcUrl: string | readonly string[];
  /**
   * How many of the configured endpoints must give the same answer before it is believed; one that answers differently ends the
   * read in any case. 1: the first that answers is believed. By default 1 for one or two endpoints, and `all` for more.
   */
  readonly quorum?: 'all' | number;
  /**
   * How old the newest block may be, ms. By default 300,000 on public chains whose blocks never pause, and no bound elsewhere:
   * local chains wait for work.
   */
  readonly maxHeadAgeMs?: number;
  readonly tokens?: readonly EvmTokenOption[];
  /** Contracts whose code accounts may take for their own (EIP-7702); an authorization for any other is unknown. */
  readonly delegates?: readonly string[];
  /** Blocks, the including one counted, after which a transaction is final. */
  readonly confirmations: number;
  /** Between two looks while waiting for finality, ms. */
  readonly pollMs?: number;
  /** Per request to one endpoint, ms. */
  readonly timeoutMs?: number;
  readonly nativeSymbol?: string;
  /** The registry of ENS names, where it is not the public one. */
  readonly ensRegistry?: string;
  /** `finalized` also waits until the chain's own finalized block has passed the transaction. */
  readonly finality?: 'confirmations' | 'finalized';
  /**
   * Where the nodes offer no `eth_simulateV1`: simulate on a local fork by anvil, of the installed package (`true`) or at this path.
   * Without it such a chain denies as `simulation_unavailable`.
   */
  readonly simulation?: { readonly anvil: true | string };
  /** What is read of the market here: feeds, pools, and with them the fees. */
  readonly market?: EvmMarketOptions;
}

/** The network as `fetch` spells it. */
export type FetchFunction = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** What {@link createEvmAdapter} takes. */
export interface EvmAdapterOptions {
  readonly chains: readonly EvmChainOptions[];
  readonly clock: Clock;
  /** In place of the host's network; with a proxy of its own, say. */
  readonly fetch?: FetchFunction;
  /** The host's network, which the manager brings; the runtime's own `fetch` where there is neither. */
  readonly net?: Net;
  /** Begins local forks, for chains whose `simulation` asks for one; the manager brings it. */
  readonly fork?: ForkLauncher;
  /** Where wallets that are contracts are to be made. */
  readonly accounts?: EvmAccountsOptions;
  /** Deployments of known protocols beside the canonical ones; their methods are read there and nowhere else. */
  readonly protocols?: readonly EvmProtocolOption[];
  /** ERC-7730 descriptors, as JSON text or parsed: what methods of further contracts say. */
  readonly descriptors?: readonly unknown[];
}

/** One chain after parsing: every default set. */
export interface EvmChainConfig {
  readonly chain: ChainId;
  readonly rpcUrls: readonly string[];
  /** Equal answers that a read needs: 1 to the number of endpoints. */
  readonly quorum: number;
  /** Null where the age of blocks says nothing. */
  readonly maxHeadAgeMs: number | null;
  readonly tokens: readonly { readonly symbol: string; readonly address: AccountId; readonly decimals: number }[];
  readonly delegates: readonly AccountId[];
  /** Null on a chain that has none. */
  readonly ensRegistry: AccountId | null;
  readonly confirmations: number;
  readonly pollMs: number;
  readonly timeoutMs: number;
  readonly nativeSymbol: string;
  readonly finality: 'confirmations' | 'finalized';
  readonly simulation?: { readonly anvil: true | string } | undefined;
  readonly market?: EvmMarketConfig | undefined;
}

/** Chains that make a block every few seconds, work or not. */
const NEVER_PAUSES: ReadonlySet<string> = new Set(
  [1, 10, 56, 100, 137, 8_453, 42_161, 42_220, 43_114, 59_144, 81_457, 84_532, 421_614, 534_352, 11_155_111, 11_155_420].map(
    (number) => `eip155:${number}`,
  ),
);
/** 25 blocks of the slowest of them: no halt of a chain that mends itself is that long. */
const MAX_HEAD_AGE_MS = 300_000;

const url = z.string().refine((text) => {
  const parsed = URL.canParse(text) ? new URL(text) : null;
  return parsed !== null && (parsed.protocol === 'http:' || parsed.protocol === 'https:');
}, 'An endpoint is an http or https URL.');

const symbol = z.string().regex(/^[\x21-\x7e]{1,32}$/, 'A symbol is 1 to 32 printable ASCII characters.');

const chainSchema = z
  .strictObject({
    chain: chainIdSchema.refine((chain) => chain.startsWith('eip155:'), 'An EVM chain is `eip155:<number>`.'),
    rpcUrl: z.union([url, z.array(url).min(1).max(16)]),
    quorum: z.union([z.literal('all'), z.int().min(1).max(16)]).optional(),
    maxHeadAgeMs: z.int().min(1_000).max(86_400_000).optional(),
    tokens: z
      .array(z.strictObject({ symbol, address: z.string(), decimals: z.int().min(0).max(255) }))
      .max(1_000)
      .default([]),
    delegates: z.array(z.string()).max(64).default([]),
    ensRegistry: z.string().optional(),
    confirmations: z.int().min(1).max(10_000),
    pollMs: z.int().min(10).max(600_000).default(1_000),
    timeoutMs: z.int().min(10).max(120_000).default(10_000),
    nativeSymbol: symbol.default('ETH'),
    finality: z.enum(['confirmations', 'finalized']).default('confirmations'),
    simulation: z.strictObject({ anvil: z.union([z.literal(true), z.string().min(1).max(4_096)]) }).optional(),
    market: marketOptionsSchema.optional(),
  })
  .transform((given, context): EvmChainConfig => {
    const seen = new Set<string>();
    const issue = (path: readonly (string | number)[], message: string): void =>
      context.addIssue({ code: 'custom', path: [...path], message });
    const account = (text: string, path: readonly (string | number)[]): AccountId => {
      try {
        return parseAccount(text, given.chain);
      } catch (error) {
        issue(path, isCastellanError(error) ? error.shortMessage : 'The address is not readable.');
        return `${given.chain}:` as AccountId;
      }
    };
    const tokens = given.tokens.map((token, index) => {
      const path = ['tokens', index, 'address'];
      const address = account(token.address, path);
      if (seen.has(address)) issue(path, 'The token is listed twice.');
      seen.add(address);
      return { ...token, address };
    });
    const delegates = given.delegates.map((text, index) => account(text, ['delegates', index]));
    const named = given.ensRegistry ?? (ENS_CHAINS.has(given.chain) ? ENS_REGISTRY : undefined);
    const ensRegistry = named === undefined ? null : account(named, ['ensRegistry']);
    const { rpcUrl, quorum, maxHeadAgeMs, market, ...rest } = given;
    const rpcUrls = typeof rpcUrl === 'string' ? [rpcUrl] : rpcUrl;
    const fault = quorumFault(rpcUrls, quorum);
    if (fault !== null)
      context.addIssue({ code: 'custom', path: [fault.field === 'quorum' ? 'quorum' : 'rpcUrl'], message: fault.message });
    const byDefault = NEVER_PAUSES.has(given.chain) ? MAX_HEAD_AGE_MS : null;
    return {
      ...rest,
      tokens,
      delegates,
      ensRegistry,
      ...(market === undefined ? {} : { market: readMarketOptions(market, given.chain, tokens, account, issue) }),
      rpcUrls,
      quorum: quorumOf(quorum, rpcUrls.length),
      maxHeadAgeMs: maxHeadAgeMs ?? byDefault,
    };
  });

const hasMethods = (value: unknown, names: readonly string[]): boolean =>
  typeof value === 'object' && value !== null && names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');

/** A descriptor, or an issue that says why it is none. */
const descriptorSchema = z.unknown().transform((given, context): Descriptor => {
  try {
    return readDescriptor(given);
  } catch (error) {
    context.addIssue({ code: 'custom', message: isCastellanError(error) ? error.shortMessage : 'The descriptor is not readable.' });
    return z.NEVER;
  }
});

const optionsSchema = z
  .strictObject({
    chains: z
      .array(chainSchema)
      .min(1)
      .max(64)
      .refine((chains) => new Set(chains.map(({ chain }) => chain)).size === chains.length, 'A chain is listed twice.'),
    clock: z.custom<Clock>((value) => hasMethods(value, ['nowMs', 'monotonicMs', 'schedule']), 'A clock is needed.'),
    accounts: accountsSchema,
    protocols: protocolsSchema,
    descriptors: z.array(descriptorSchema).max(4_096).default([]),
    fork: z.custom<ForkLauncher>((value) => typeof value === 'function', 'A launcher of forks is a function.').optional(),
    fetch: z.custom<FetchFunction>((value) => typeof value === 'function', 'The network is a function like the runtime’s own.').optional(),
    net: z.custom<Net>((value) => typeof value === 'function', 'The host’s network is a function.').optional(),
  })
  .transform(({ protocols, ...rest }, context) => {
    const chains = rest.chains.map(({ chain }) => chain);
    const issue = (index: number, message: string): void => context.addIssue({ code: 'custom', path: ['protocols', index], message });
    return { ...rest, protocols: readDeployments(protocols, chains, issue) };
  });

/** The options after parsing. @throws CONFIG_INVALID naming every wrong field at once in `details.fields` */
export function readOptions(options: EvmAdapterOptions): z.output<typeof optionsSchema> {
  const read = optionsSchema.safeParse(options);
  if (read.success) return read.data;
  const fields = describeIssues(read.error);
  throw new CastellanError('CONFIG_INVALID', { message: `The EVM adapter’s options are wrong: ${fields.join('; ')}`, details: { fields } });
}
