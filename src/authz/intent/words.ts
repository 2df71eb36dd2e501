import { type AccountId, type AssetId, assetChain, type Capability, type ChainId, parseAccount, type Token } from '../../core/index.ts';
import { parseDecimal, scaleDecimal } from '../policy/decimal.ts';
import { OPERATION_CAPABILITY } from '../policy/index.ts';

/** What the words of an intent plainly say; what they leave open is empty. */
export interface IntentWords {
  /** Capabilities that the verbs name. */
  readonly capabilities: readonly Capability[];
  /** Amounts with a symbol of the token list, base units; null where the symbol cannot hold that many decimals. */
  readonly amounts: readonly { readonly asset: AssetId; readonly amount: bigint | null }[];
  readonly accounts: readonly AccountId[];
}

const VERBS: Readonly<Record<string, Capability>> = {
  ...Object.fromEntries(Object.entries(OPERATION_CAPABILITY).filter(([word]) => !['payment', 'approval', 'nft', 'mint', 'call', 'contract_call'].includes(word) && !word.endsWith('s'))),
  sending: 'transfers',
  paying: 'transfers',
  transferring: 'transfers',
  approving: 'approvals',
  swapping: 'trading',
  staking: 'staking',
};

/** `12.5 ETH`, `1,000 USDC`; the symbol is checked against the token list. */
const AMOUNT = /(?<![\w.,])(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*([A-Za-z][A-Za-z0-9.₮$-]{0,15})/g;
const ACCOUNT = /\b0x[0-9a-fA-F]{40}\b|(?<![\w-])[A-Za-z0-9_-]{48}(?![\w-])|-?\b\d+:[0-9a-fA-F]{64}\b/g;
const WORD = /[A-Za-z]+/g;

/** Reads an intent with a small fixed grammar: verbs, amounts with symbols, accounts. Pure; never throws for any text. */
export function readIntent(text: string, chain: ChainId, tokens: readonly Token[]): IntentWords {
  const capabilities: Capability[] = [];
  for (const [word] of text.matchAll(WORD)) {
    const key = word.toLowerCase();
    const capability = Object.hasOwn(VERBS, key) ? VERBS[key] : undefined;
    if (capability !== undefined && !capabilities.includes(capability)) capabilities.push(capability);
  }
  const amounts: { asset: AssetId; amount: bigint | null }[] = [];
  for (const [, digits, symbol] of text.matchAll(AMOUNT)) {
    const plain = (symbol as string).replace(/[.-]+$/, '');
    for (const token of tokens) {
      if (token.symbol.toLowerCase() !== plain.toLowerCase() || assetChain(token.asset) !== chain) continue;
      const decimal = parseDecimal((digits as string).replaceAll(',', '').replace(/^0+(?=\d)/, ''));
      amounts.push({ asset: token.asset, amount: decimal === undefined ? null : (scaleDecimal(decimal, token.decimals) ?? null) });
    }
  }
  const accounts: AccountId[] = [];
  for (const [spelling] of text.matchAll(ACCOUNT)) {
    try {
      accounts.push(parseAccount(spelling, chain));
    } catch {
      // A hash or an id of something else: it names no account, and nothing is allowed because of it.
    }
  }
  return { capabilities, amounts, accounts };
}
