import { z } from 'zod';
import { parseAccount } from '../../core/account.ts';
import type { Clock } from '../../core/clock.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import type { AccountId, ChainId } from '../../core/ids.ts';
import { chainIdSchema, describeIssues } from '../../core/schema.ts';
import { accountsSchema, type EvmAccountsOptions } from './accounts/accounts-config.ts';

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
  readonly tokens?: readonly EvmTokenOption[];
  /** Blocks, the including one counted, after which a transaction is final. */
  readonly confirmations: number;
  /** Between two looks while waiting for finality, ms. */
  readonly pollMs?: number;
  /** Per request to one endpoint, ms. */
  readonly timeoutMs?: number;
  readonly nativeSymbol?: string;
  /** `finalized` also waits until the chain's own finalized block has passed the transaction. */
  readonly finality?: 'confirmations' | 'finalized';
}

/** The network as `fetch` spells it. */
export type FetchFunction = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** What {@link createEvmAdapter} takes. */
export interface EvmAdapterOptions {
  readonly chains: readonly EvmChainOptions[];
  readonly clock: Clock;
  /** In place of the runtime's own. */
  readonly fetch?: FetchFunction;
  /** Where wallets that are contracts are to be made. */
  readonly accounts?: EvmAccountsOptions;
}

/** One chain after parsing: every default set. */
export interface EvmChainConfig {
  readonly chain: ChainId;
  readonly rpcUrls: readonly string[];
  readonly tokens: readonly { readonly symbol: string; readonly address: AccountId; readonly decimals: number }[];
  readonly confirmations: number;
  readonly pollMs: number;
  readonly timeoutMs: number;
  readonly nativeSymbol: string;
  readonly finality: 'confirmations' | 'finalized';
}

const url = z.string().refine((text) => {
  const parsed = URL.canParse(text) ? new URL(text) : null;
  return parsed !== null && (parsed.protocol === 'http:' || parsed.protocol === 'https:');
}, 'An endpoint is an http or https URL.');

const symbol = z.string().regex(/^[\x21-\x7e]{1,32}$/, 'A symbol is 1 to 32 printable ASCII characters.');

const chainSchema = z
  .strictObject({
    chain: chainIdSchema.refine((chain) => chain.startsWith('eip155:'), 'An EVM chain is `eip155:<number>`.'),
    rpcUrl: z.union([url, z.array(url).min(1).max(16)]),
    tokens: z
      .array(z.strictObject({ symbol, address: z.string(), decimals: z.int().min(0).max(255) }))
      .max(1_000)
      .default([]),
    confirmations: z.int().min(1).max(10_000),
    pollMs: z.int().min(10).max(600_000).default(1_000),
    timeoutMs: z.int().min(10).max(120_000).default(10_000),
    nativeSymbol: symbol.default('ETH'),
    finality: z.enum(['confirmations', 'finalized']).default('confirmations'),
  })
  .transform((given, context): EvmChainConfig => {
    const seen = new Set<string>();
    const tokens = given.tokens.map((token, index) => {
      const issue = (message: string): void => context.addIssue({ code: 'custom', path: ['tokens', index, 'address'], message });
      let address = `${given.chain}:` as AccountId;
      try {
        address = parseAccount(token.address, given.chain);
      } catch (error) {
        issue(isCastellanError(error) ? error.shortMessage : 'The address is not readable.');
      }
      if (seen.has(address)) issue('The token is listed twice.');
      seen.add(address);
      return { ...token, address };
    });
    const { rpcUrl, ...rest } = given;
    return { ...rest, tokens, rpcUrls: typeof rpcUrl === 'string' ? [rpcUrl] : rpcUrl };
  });

const hasMethods = (value: unknown, names: readonly string[]): boolean =>
  typeof value === 'object' && value !== null && names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');

const optionsSchema = z.strictObject({
  chains: z
    .array(chainSchema)
    .min(1)
    .max(64)
    .refine((chains) => new Set(chains.map(({ chain }) => chain)).size === chains.length, 'A chain is listed twice.'),
  clock: z.custom<Clock>((value) => hasMethods(value, ['nowMs', 'monotonicMs', 'schedule']), 'A clock is needed.'),
  accounts: accountsSchema,
  fetch: z.custom<FetchFunction>((value) => typeof value === 'function', 'The network is a function like the runtime’s own.').optional(),
});

/** The options after parsing. @throws CONFIG_INVALID naming every wrong field at once in `details.fields` */
export function readOptions(options: EvmAdapterOptions): z.output<typeof optionsSchema> {
  const read = optionsSchema.safeParse(options);
  if (read.success) return read.data;
  const fields = describeIssues(read.error);
  throw new CastellanError('CONFIG_INVALID', { message: `The EVM adapter’s options are wrong: ${fields.join('; ')}`, details: { fields } });
}
