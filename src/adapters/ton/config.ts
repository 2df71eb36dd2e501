import { z } from 'zod';
import { parseAccount } from '../../core/account.ts';
import type { Clock } from '../../core/clock.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import { quorumFault, quorumOf } from '../../core/failover/quorum.ts';
import type { AccountId, ChainId } from '../../core/ids.ts';
import { chainIdSchema, describeIssues } from '../../core/schema.ts';
import type { GasPrices } from './fees.ts';
import { DEFAULT_GAS_PRICES } from './fees.ts';
import { marketOptionsSchema, readMarketOptions, type TonMarketOptions, type TonPool } from './market/market-options.ts';
import type { Deployment, TonProtocolOption } from './protocols/index.ts';
import { protocolsSchema, readProtocols } from './protocols/index.ts';

/** A jetton that the deployment trusts to be one. */
export interface TonTokenOption {
  readonly symbol: string;
  /** The minter, in any spelling. */
  readonly address: string;
  readonly decimals: number;
}

/** Nanoton, as a bigint or as decimal text. */
type Nanoton = bigint | string;

/** One chain as it is configured. */
export interface TonChainOptions {
  /** `ton:-239` (main network) or `ton:-3` (test network). */
  readonly chain: string;
  /** One toncenter v2 JSON-RPC endpoint, `https://…/api/v2/jsonRPC`, or several that serve the same chain; never shown. */
  readonly endpoint: string | readonly string[];
  /**
   * How many of the configured endpoints must give the same answer before it is believed; one that answers differently ends the
   * read in any case. 1: the first that answers is believed. By default 1 for one or two endpoints, and `all` for more.
   */
  readonly quorum?: 'all' | number;
  /** How old the newest block may be, ms. By default 300,000 on the main network, and no bound elsewhere. */
  readonly maxHeadAgeMs?: number;
  /** Sent to each endpoint as `X-API-Key`; never shown. */
  readonly apiKey?: string;
  /** Jettons that may be asked for by symbol, and whose transfers need no listed contract. */
  readonly tokens?: readonly TonTokenOption[];
  /** Contracts of known protocols besides the published ones. Orders to a protocol are believed at these alone. */
  readonly protocols?: readonly TonProtocolOption[];
  /** Where TON DNS begins, where it is not what the network's configuration says. */
  readonly dnsRoot?: string;
  /**
   * An emulation endpoint (toncenter's `https://…/api/emulate/v1`) whose run of each order must come to the same as our own; one
   * that gives no answer denies.
   */
  readonly emulator?: { readonly url: string; readonly apiKey?: string };
  /** Between two looks while waiting for the end of a trace, ms; 1,000 by default. */
  readonly pollMs?: number;
  /** Per request to one endpoint, ms; 10,000 by default. */
  readonly timeoutMs?: number;
  /** What the coin is called here, `TON` by default; says nothing about what it is. */
  readonly nativeSymbol?: string;
  /** How long signed bytes stay valid, ms; 120,000 by default, at least 10,000. */
  readonly validForMs?: number;
  /** After this long without inclusion the same bytes are handed in again, ms; 3,000 by default. */
  readonly rebroadcastMs?: number;
  /** Attached to a jetton transfer for the gas on its way, nanoton; what is left comes back. 50,000,000 by default. */
  readonly jettonGas?: Nanoton;
  /** The highest prices that fees may be reckoned with, in the units of {@link GasPrices}; the main network’s by default. */
  readonly gasPrices?: { readonly [Name in keyof GasPrices]?: Nanoton };
  /** Chain time and host clock may be this far apart, ms; 120,000 by default. */
  readonly maxClockSkewMs?: number;
  /** What is read of the market here. */
  readonly market?: TonMarketOptions;
}

/** The network as `fetch` spells it. */
export type FetchFunction = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** What {@link createTonAdapter} takes. */
export interface TonAdapterOptions {
  readonly chains: readonly TonChainOptions[];
  readonly clock: Clock;
  /** In place of the runtime's own. */
  readonly fetch?: FetchFunction;
}

/** One chain after parsing: every default set. */
export interface TonChainConfig {
  readonly chain: ChainId;
  readonly endpoints: readonly string[];
  /** Equal answers that a read needs: 1 to the number of endpoints. */
  readonly quorum: number;
  /** Null where the age of blocks says nothing. */
  readonly maxHeadAgeMs: number | null;
  readonly apiKey?: string | undefined;
  readonly tokens: readonly { readonly symbol: string; readonly address: AccountId; readonly decimals: number }[];
  readonly protocols: readonly Deployment[];
  readonly dnsRoot: AccountId | null;
  readonly emulator?: { readonly url: string; readonly apiKey?: string | undefined } | undefined;
  readonly pollMs: number;
  readonly timeoutMs: number;
  readonly nativeSymbol: string;
  readonly validForMs: number;
  readonly rebroadcastMs: number;
  readonly jettonGas: bigint;
  readonly gasPrices: GasPrices;
  readonly maxClockSkewMs: number;
  readonly market?: readonly TonPool[] | undefined;
}

const MAIN_NETWORK = 'ton:-239';
/** The masterchain makes a block every few seconds; no halt that mends itself is that long. */
const MAX_HEAD_AGE_MS = 300_000;
/** Amounts on TON have at most 120 bits. */
const MAX_COINS = 2n ** 120n - 1n;

const url = z.string().refine((text) => {
  const parsed = URL.canParse(text) ? new URL(text) : null;
  // The runtime's network refuses URLs with a user name, and would name them in its error.
  return (
    parsed !== null && (parsed.protocol === 'http:' || parsed.protocol === 'https:') && parsed.username === '' && parsed.password === ''
  );
}, 'An endpoint is an http or https URL without a user name; a key belongs into apiKey.');

const symbol = z.string().regex(/^[\x21-\x7e]{1,32}$/, 'A symbol is 1 to 32 printable ASCII characters.');

const apiKey = z.string().regex(/^[\x21-\x7e]{1,512}$/, 'A key is 1 to 512 printable ASCII characters.');

const nanoton = z
  .union([
    z.bigint(),
    z
      .string()
      .regex(/^(?:0|[1-9][0-9]{0,36})$/, 'An amount of nanoton is a bigint or its decimal digits.')
      .transform((text) => BigInt(text)),
  ])
  .refine((amount) => amount >= 0n && amount <= MAX_COINS, 'An amount has at most 120 bits.');

const price = (byDefault: bigint) => nanoton.refine((amount) => amount > 0n, 'A price is above zero.').default(byDefault);

const pricesSchema = z.strictObject({
  gas: price(DEFAULT_GAS_PRICES.gas),
  lump: price(DEFAULT_GAS_PRICES.lump),
  bit: price(DEFAULT_GAS_PRICES.bit),
  cell: price(DEFAULT_GAS_PRICES.cell),
});

const chainSchema = z
  .strictObject({
    chain: chainIdSchema.refine((chain) => chain.startsWith('ton:'), 'A TON chain is `ton:-239` or `ton:-3`.'),
    endpoint: z.union([url, z.array(url).min(1).max(16)]),
    quorum: z.union([z.literal('all'), z.int().min(1).max(16)]).optional(),
    maxHeadAgeMs: z.int().min(1_000).max(86_400_000).optional(),
    apiKey: apiKey.optional(),
    tokens: z
      .array(z.strictObject({ symbol, address: z.string(), decimals: z.int().min(0).max(255) }))
      .max(1_000)
      .default([]),
    protocols: protocolsSchema,
    emulator: z.strictObject({ url, apiKey: apiKey.optional() }).optional(),
    dnsRoot: z.string().optional(),
    pollMs: z.int().min(10).max(600_000).default(1_000),
    timeoutMs: z.int().min(10).max(120_000).default(10_000),
    nativeSymbol: symbol.default('TON'),
    validForMs: z.int().min(10_000).max(3_600_000).default(120_000),
    rebroadcastMs: z.int().min(100).max(600_000).default(3_000),
    jettonGas: nanoton.refine((amount) => amount > 0n, 'A jetton transfer needs gas.').default(50_000_000n),
    gasPrices: pricesSchema.default(DEFAULT_GAS_PRICES),
    maxClockSkewMs: z.int().min(1_000).max(3_600_000).default(120_000),
    market: marketOptionsSchema.optional(),
  })
  .transform((given, context): TonChainConfig => {
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
    const { endpoint, quorum, maxHeadAgeMs, market, ...rest } = given;
    const endpoints = typeof endpoint === 'string' ? [endpoint] : endpoint;
    const fault = quorumFault(endpoints, quorum);
    if (fault !== null)
      context.addIssue({ code: 'custom', path: [fault.field === 'quorum' ? 'quorum' : 'endpoint'], message: fault.message });
    const protocols = readProtocols(given.protocols, given.chain, (index, field, message) =>
      context.addIssue({ code: 'custom', path: ['protocols', index, field], message }),
    );
    const byDefault = given.chain === MAIN_NETWORK ? MAX_HEAD_AGE_MS : null;
    const dnsRoot = given.dnsRoot === undefined ? null : account(given.dnsRoot, ['dnsRoot']);
    return {
      ...rest,
      ...(market === undefined ? {} : { market: readMarketOptions(market, given.chain, account, issue) }),
      dnsRoot,
      tokens,
      protocols,
      endpoints,
      quorum: quorumOf(quorum, endpoints.length),
      maxHeadAgeMs: maxHeadAgeMs ?? byDefault,
    };
  });

const hasMethods = (value: unknown, names: readonly string[]): boolean =>
  typeof value === 'object' && value !== null && names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');

const optionsSchema = z.strictObject({
  chains: z
    .array(chainSchema)
    .min(1)
    .max(2)
    .refine((chains) => new Set(chains.map(({ chain }) => chain)).size === chains.length, 'A chain is listed twice.'),
  clock: z.custom<Clock>((value) => hasMethods(value, ['nowMs', 'monotonicMs', 'schedule']), 'A clock is needed.'),
  fetch: z.custom<FetchFunction>((value) => typeof value === 'function', 'The network is a function like the runtime’s own.').optional(),
});

/** The options after parsing. @throws CONFIG_INVALID naming every wrong field at once in `details.fields` */
export function readOptions(options: TonAdapterOptions): z.output<typeof optionsSchema> {
  const read = optionsSchema.safeParse(options);
  if (read.success) return read.data;
  const fields = describeIssues(read.error);
  throw new CastellanError('CONFIG_INVALID', { message: `The TON adapter’s options are wrong: ${fields.join('; ')}`, details: { fields } });
}
