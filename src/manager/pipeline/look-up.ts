import type { LookedUp } from '../../authz/index.ts';
import type { ChainNode } from '../../core/chain-adapter.ts';
import type { ChainAnswer, ChainQuestion } from '../../core/chain-look-up.ts';
import type { Deadlines } from '../../core/deadline.ts';
import type { Effect } from '../../core/effect.ts';
import type { AccountId, AssetId, ChainId, TimeMs } from '../../core/ids.ts';
import type { Quote, QuoteSource, Trade } from '../../core/quote.ts';
import { tagOf } from '../config/deposit-tags.ts';

/** Accounts, and tokens, of one question; whatever is beyond was not looked up, which is no excuse. */
const MOST_ASKED = 16;
/** How old a quote may be, and how far ahead of our own clock. */
const QUOTE_MAX_AGE_MS = 60_000;
const AHEAD_MS = 2_000;
const MAX_SYMBOL = 64;

/** Where facts for the patterns of fraud are looked up. */
export interface LookUpParts {
  readonly deadlines: Pick<Deadlines, 'within'>;
  readonly nowMs: () => TimeMs;
  /** For all of it together, ms. */
  readonly timeoutMs: number;
  readonly quotes?: QuoteSource | undefined;
  /** Whether a dry run may begin beside the look-ups: it is only this deployment's own nodes that hear of it. */
  readonly runsEarly: boolean;
  /** Owners by tag; null where none are configured. */
  readonly depositTags: ReadonlyMap<string, readonly AccountId[]> | null;
}

/** Whose facts are looked up. */
export interface LookUpOf {
  readonly effects: readonly Effect[];
  readonly chain: ChainId;
  readonly wallet: AccountId;
  readonly node: Pick<ChainNode, 'lookUp'>;
  /** Named by the policy: nothing has to be known of it. */
  readonly isNamed: (account: AccountId) => boolean;
  readonly isListed: (asset: AssetId) => boolean;
}

/**
 * Looks up what bytes and rows do not tell: what stands at accounts that would get rights, what tokens that no list names call themselves, what the market
 * gives for a trade, to whom tags belong. All side by side and bounded by time; nothing is asked where nothing is needed. Never rejects: what could not be
 * read is left out, and the patterns say so or raise.
 */
export async function lookUp(parts: LookUpParts, of: LookUpOf): Promise<LookedUp> {
  const [onChain, quotes] = await Promise.all([askChain(parts, of), askQuotes(parts, of)]);
  const tags = tagsIn(parts, of.effects);
  return { ...onChain, ...(quotes === undefined ? {} : { quotes }), ...(tags === undefined ? {} : { tags }) };
}

/** Whether a chain has to be asked. */
export const asksChain = (of: LookUpOf): boolean => of.node.lookUp !== undefined && granteesIn(of).length + unlistedIn(of).length > 0;

/** Each token is asked by itself: one that answers late, as whoever wrote it likes, takes no other answer away. */
async function askChain(parts: LookUpParts, of: LookUpOf): Promise<Pick<LookedUp, 'contracts' | 'symbols'>> {
  const ask = of.node.lookUp;
  if (ask === undefined) return {};
  const inTime = async (question: ChainQuestion): Promise<ChainAnswer | undefined> =>
    parts.deadlines.within(parts.timeoutMs, (signal) => ask.call(of.node, question, signal)).catch(() => undefined);
  const accounts = granteesIn(of);
  const tokens = unlistedIn(of);
  const [standing, ...names] = await Promise.all([
    accounts.length === 0 ? undefined : inTime({ accounts, tokens: [] }),
    ...tokens.map((token) => inTime({ accounts: [], tokens: [token] })),
  ]);
  return {
    contracts: contractsIn(standing, accounts, parts.nowMs()),
    symbols: tokens.flatMap((token, at) => symbolsIn(names[at], [token]).slice(0, 1)),
  };
}

function contractsIn(answer: ChainAnswer | undefined, asked: readonly AccountId[], nowMs: TimeMs): NonNullable<LookedUp['contracts']> {
  return rowsOf(answer?.accounts).flatMap((row) => {
    const { account, isContract, sinceMs } = (row ?? {}) as Partial<ChainAnswer['accounts'][number]>;
    return account !== undefined && asked.includes(account) && typeof isContract === 'boolean'
      ? [[account, isContract, Number.isSafeInteger(sinceMs) ? Math.max(0, nowMs - (sinceMs as number)) : null] as const]
      : [];
  });
}

function symbolsIn(answer: ChainAnswer | undefined, asked: readonly AssetId[]): NonNullable<LookedUp['symbols']> {
  return rowsOf(answer?.symbols).flatMap((row) => {
    const [asset, symbol] = rowsOf(row) as readonly [AssetId, unknown];
    return asked.includes(asset) && typeof symbol === 'string' && symbol !== '' && symbol.length <= MAX_SYMBOL
      ? [[asset, symbol] as const]
      : [];
  });
}

/** What should have been a row of answers; none for anything else: a node may say what it likes. */
function rowsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Accounts that would get rights over tokens and that the policy does not name. */
function granteesIn({ effects, chain, isNamed }: LookUpOf): readonly AccountId[] {
  const found = new Set<AccountId>();
  for (const effect of effects) {
    const account =
      effect.kind === 'allowance' && effect.amount !== 0n
        ? effect.spender
        : effect.kind === 'operator' && effect.approved
          ? effect.operator
          : undefined;
    if (account?.startsWith(`${chain}:`) === true && !isNamed(account)) found.add(account);
  }
  return [...found].slice(0, MOST_ASKED);
}

/** Tokens of the chain that no list names. */
function unlistedIn({ effects, chain, isListed }: LookUpOf): readonly AssetId[] {
  const found = new Set<AssetId>();
  for (const effect of effects) {
    if (effect.kind !== 'outflow' && effect.kind !== 'inflow' && effect.kind !== 'allowance') continue;
    if (effect.asset.startsWith(`${chain}/`) && !isListed(effect.asset)) found.add(effect.asset);
  }
  return [...found].slice(0, MOST_ASKED);
}

async function askQuotes(parts: LookUpParts, of: LookUpOf): Promise<LookedUp['quotes']> {
  const { quotes } = parts;
  const trade = quotes === undefined ? undefined : tradeIn(of);
  if (quotes === undefined || trade === undefined) return undefined;
  const found: unknown = await parts.deadlines
    .within(parts.timeoutMs, async (signal) => quotes.quote(trade, signal))
    .catch(() => undefined);
  return isQuote(found, parts.nowMs()) ? [[trade.bought, found.amount.toString()]] : [];
}

/** What is traded, as far as the bytes say; undefined where it is not one asset that comes in. What is demanded is not told: it would be an anchor. */
function tradeIn({ effects, chain, wallet }: LookUpOf): Trade | undefined {
  if (!effects.some((effect) => effect.kind === 'call' && effect.operation === 'swap')) return undefined;
  const sold = new Map<AssetId, bigint>();
  const bought = new Set<AssetId>();
  for (const effect of effects) {
    if ((effect.kind !== 'outflow' && effect.kind !== 'inflow') || effect.source !== 'bytes' || effect.account !== wallet) continue;
    if (effect.kind === 'inflow') bought.add(effect.asset);
    else sold.set(effect.asset, (sold.get(effect.asset) ?? 0n) + effect.amount);
  }
  const [only] = bought;
  if (only === undefined || bought.size > 1 || sold.size === 0) return undefined;
  return { chain, wallet, sold: [...sold].map(([asset, amount]) => ({ asset, amount })), bought: only };
}

function isQuote(value: unknown, nowMs: TimeMs): value is Quote {
  if (typeof value !== 'object' || value === null) return false;
  const { amount, atMs } = value as Partial<Quote>;
  return (
    typeof amount === 'bigint' && amount > 0n && typeof atMs === 'number' && atMs >= nowMs - QUOTE_MAX_AGE_MS && atMs <= nowMs + AHEAD_MS
  );
}

function tagsIn({ depositTags }: LookUpParts, effects: readonly Effect[]): LookedUp['tags'] {
  if (depositTags === null) return undefined;
  const told = new Set(effects.flatMap((effect) => (effect.kind === 'message' ? [tagOf(effect.text)] : [])));
  return [...told].flatMap((tag) => {
    const owners = depositTags.get(tag);
    return owners === undefined ? [] : [[tag, owners] as const];
  });
}
