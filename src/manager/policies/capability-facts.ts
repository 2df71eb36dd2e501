import { z } from 'zod';
import { parseAccount } from '../../core/account.ts';
import { assetChain, nativeAssetId, parseAssetId } from '../../core/asset.ts';
import type { Token } from '../../core/chain-adapter.ts';
import { parseChainId } from '../../core/chain-id.ts';
import type { AccountId, ChainId } from '../../core/ids.ts';
import { parseAmount } from '../../core/money.ts';
import { TRUST_LABELS, type TrustLabel } from '../../core/request.ts';
import { amountTextSchema, describeIssues } from '../../core/schema.ts';
import { Denied } from '../pipeline/denied.ts';
import { snapshot } from '../snapshot.ts';

const text = z.string().min(1).max(256);

/** What is known about an action before there is one. Unknown fields are refused: a fact that is ignored would be a false yes. */
const contextSchema = z.strictObject({
  /** Whole tokens: a decimal text, or a number that reads as one. `unlimited` for approvals. */
  amount: z.union([z.string().max(100), z.number()]).optional(),
  token: text.optional(),
  /** `TON/USDT`: both have to be tokens that the agent may use. */
  pair: text.optional(),
  destination: text.optional(),
  spender: text.optional(),
  contract: text.optional(),
  /** Four bytes in hex. */
  selector: z
    .string()
    .regex(/^(?:0[xX])?[0-9a-fA-F]{8}$/, 'must be four bytes in hex')
    .optional(),
  chain: text.optional(),
  /** The most that the fee may be, whole native coins. */
  maxFee: z.string().max(100).optional(),
  intent: z.string().max(4_096).optional(),
  strategy: z.string().max(128).optional(),
  confidence: z.number().min(0).max(1).optional(),
  /** Where the content that would make the agent ask comes from; counts as nothing better than the policy's `maxTrust`. */
  trust: z.enum(TRUST_LABELS).optional(),
});

/** What somebody asks about. */
export type CapabilityContext = z.input<typeof contextSchema>;

/** The tokens behind the gate, by chain. */
export interface TokenList {
  readonly ids: readonly ChainId[];
  tokens(chain: ChainId): readonly Token[];
}

/** The facts of a question, resolved; a null is not told. */
export interface CapabilityFacts {
  readonly chain: ChainId;
  readonly native: Token | null;
  /** What may leave: one token, both of a pair where it is not said which, or none. */
  readonly tokens: readonly Token[];
  /** Both tokens of the pair. */
  readonly pair: readonly Token[];
  readonly amount: string | null;
  readonly destination: AccountId | null;
  readonly contract: AccountId | null;
  readonly selector: string | null;
  readonly fee: bigint | null;
  readonly context: { readonly intent?: string; readonly strategy?: string; readonly confidence?: number; readonly trust?: TrustLabel };
}

function pickToken(name: string, chain: ChainId, { tokens }: TokenList): Token {
  const list = tokens(chain);
  const asset = name.includes('/') ? parseAssetId(name) : undefined;
  const found = list.filter((token) => (asset === undefined ? token.symbol === name : token.asset === asset));
  const [only] = found;
  if (only === undefined) throw new Denied('asset_unknown', `No token on the list of this chain is called ${name.slice(0, 32)}.`);
  if (found.length > 1) throw new Denied('asset_ambiguous', `Several tokens are called ${name.slice(0, 32)}: name the asset id.`);
  return only;
}

function pickChain(given: CapabilityContext, own: readonly ChainId[], list: TokenList): ChainId {
  const served = (chain: ChainId): ChainId => {
    if (!list.ids.includes(chain)) throw new Denied('chain_not_allowed', 'No adapter serves this chain.');
    return chain;
  };
  if (given.chain !== undefined) return served(parseChainId(given.chain));
  const name = given.token ?? given.pair?.split('/')[0];
  if (given.token?.includes('/')) return served(assetChain(parseAssetId(given.token)));
  const candidates = own.length > 0 ? own.filter((chain) => list.ids.includes(chain)) : list.ids;
  const having = name === undefined ? candidates : candidates.filter((chain) => list.tokens(chain).some(({ symbol }) => symbol === name));
  const [only] = having.length === 0 ? candidates : having;
  if (only === undefined || (having.length === 0 ? candidates : having).length > 1)
    throw new Denied('asset_ambiguous', 'The question fits several chains: name the chain.');
  return only;
}

/** A number reads as the shortest text that means it; one that needs an exponent, a sign or no digits is none. */
function amountText(amount: string | number | undefined): string | null {
  if (amount === undefined) return null;
  const text = String(amount);
  if (text !== 'unlimited' && !amountTextSchema.safeParse(text).success)
    throw new Denied('request_malformed', 'An amount is a decimal such as "12.5".', { field: 'amount' });
  return text;
}

/**
 * Reads a question. `own` are the chains that the agent has wallets on.
 * @throws Denied, or CastellanError for names and amounts that cannot be read
 */
export function readFacts(input: unknown, own: readonly ChainId[], list: TokenList): CapabilityFacts {
  const parsed = contextSchema.safeParse(snapshot(input ?? {}));
  if (!parsed.success)
    throw new Denied('request_malformed', `The question is wrong: ${describeIssues(parsed.error).slice(0, 8).join('; ')}`);
  const given = parsed.data;
  const chain = pickChain(given, own, list);
  const native = list.tokens(chain).find(({ asset }) => asset === nativeAssetId(chain)) ?? null;
  const sides = given.pair?.split('/');
  if (sides !== undefined && (sides.length !== 2 || sides[0] === sides[1]))
    throw new Denied('request_malformed', 'A pair is two symbols with a slash between them.');
  const pair = (sides ?? []).map((side) => pickToken(side, chain, list));
  const token = given.token === undefined ? undefined : pickToken(given.token, chain, list);
  if (token !== undefined && pair.length > 0 && !pair.some(({ asset }) => asset === token.asset))
    throw new Denied('request_malformed', 'The token is none of the pair.');
  const to = given.destination ?? given.spender;
  if (given.destination !== undefined && given.spender !== undefined)
    throw new Denied('request_malformed', 'Give a destination or a spender, not both.');
  if (given.maxFee !== undefined && native === null) throw new Denied('asset_unknown', 'The native coin is on no token list.');
  const { intent, strategy, confidence, trust } = given;
  return {
    chain,
    native,
    tokens: token === undefined ? pair : [token],
    pair,
    amount: amountText(given.amount),
    destination: to === undefined ? null : parseAccount(to, chain),
    contract: given.contract === undefined ? null : parseAccount(given.contract, chain),
    selector: given.selector ?? null,
    fee: given.maxFee === undefined ? null : parseAmount(given.maxFee, native?.decimals ?? 0),
    context: {
      ...(intent === undefined ? {} : { intent }),
      ...(strategy === undefined ? {} : { strategy }),
      ...(confidence === undefined ? {} : { confidence }),
      ...(trust === undefined ? {} : { trust }),
    },
  };
}
