import { type AccountId, type AssetId, assetChain, type Capability, type ChainId, parseAccount, type Token } from '../../core/index.ts';
import { parseDecimal, scaleDecimal } from '../policy/language/decimal.ts';

/** What the words of an intent plainly say; what they leave open is empty. */
export interface IntentWords {
  /** Capabilities that the verbs name. */
  readonly capabilities: readonly Capability[];
  /** Amounts with a symbol of the token list, base units; null where the symbol cannot hold that many decimals. */
  readonly amounts: readonly { readonly asset: AssetId; readonly amount: bigint | null }[];
  readonly accounts: readonly AccountId[];
}

const VERBS: ReadonlyMap<string, Capability> = new Map([
  ...['send', 'sending', 'pay', 'paying', 'transfer', 'transferring'].map((word) => [word, 'transfers'] as const),
  ...['approve', 'approving'].map((word) => [word, 'approvals'] as const),
  ...['swap', 'swapping', 'trade', 'trading', 'buy', 'buying', 'sell', 'selling'].map((word) => [word, 'trading'] as const),
  ...['stake', 'staking', 'unstake', 'unstaking'].map((word) => [word, 'staking'] as const),
  ...['vote', 'voting'].map((word) => [word, 'governance'] as const),
]);

/** `12.5 ETH`, `1,000 USDC`; the symbol is checked against the token list. */
const AMOUNT = /(?<![\w.,])(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*([A-Za-z][A-Za-z0-9.₮$-]{0,15})/g;
/** Whatever may spell an account; parsing decides. */
const ACCOUNT = /[\w:-]{40,100}/g;

/** Reads an intent with a small fixed grammar: verbs, amounts with symbols, accounts. Pure; never throws for any text. */
export function readIntent(text: string, chain: ChainId, tokens: readonly Token[]): IntentWords {
  return {
    capabilities: readVerbs(text),
    amounts: HAS_DIGIT.test(text) ? readAmounts(text, chain, tokens) : NONE,
    accounts: text.length < MIN_ACCOUNT ? NONE : readAccounts(text, chain),
  };
}

const NONE: readonly never[] = [];
const HAS_DIGIT = /[0-9]/;
/** Shortest spelling of an account. */
const MIN_ACCOUNT = 42;
/** Longest verb that means anything. */
const MAX_VERB = 12;

function readVerbs(text: string): readonly Capability[] {
  const found: Capability[] = [];
  let start = 0;
  for (let at = 0; at <= text.length; at += 1) {
    const code = at < text.length ? text.charCodeAt(at) | 32 : 0;
    if (code >= 97 && code <= 122) continue;
    if (at - start > 2 && at - start <= MAX_VERB) {
      const capability = VERBS.get(text.slice(start, at).toLowerCase());
      if (capability !== undefined && !found.includes(capability)) found.push(capability);
    }
    start = at + 1;
  }
  return found;
}

function readAmounts(text: string, chain: ChainId, tokens: readonly Token[]): IntentWords['amounts'] {
  const found: { asset: AssetId; amount: bigint | null }[] = [];
  AMOUNT.lastIndex = 0;
  for (let match = AMOUNT.exec(text); match !== null; match = AMOUNT.exec(text)) {
    const symbol = (match[2] as string).replace(/[.-]+$/, '').toLowerCase();
    for (const token of tokens) {
      if (token.symbol.length !== symbol.length || token.symbol.toLowerCase() !== symbol || assetChain(token.asset) !== chain) continue;
      const decimal = parseDecimal((match[1] as string).replaceAll(',', '').replace(/^0+(?=\d)/, ''));
      found.push({ asset: token.asset, amount: decimal === undefined ? null : (scaleDecimal(decimal, token.decimals) ?? null) });
    }
  }
  return found;
}

function readAccounts(text: string, chain: ChainId): readonly AccountId[] {
  const found: AccountId[] = [];
  ACCOUNT.lastIndex = 0;
  for (let match = ACCOUNT.exec(text); match !== null; match = ACCOUNT.exec(text)) {
    try {
      found.push(parseAccount(match[0].replace(/[:-]+$/, ''), chain));
    } catch {
      // A hash or an id of something else: it names no account, and nothing is allowed because of it.
    }
  }
  return found;
}
