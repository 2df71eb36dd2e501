import { accountChain, parseAccount } from '../../core/account.ts';
import { assetChain, nativeAssetId, parseAssetId } from '../../core/asset.ts';
import type { Token } from '../../core/chain-adapter.ts';
import { parseChainId } from '../../core/chain-id.ts';
import { toHex } from '../../core/digest.ts';
import type { Effect } from '../../core/effect.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import type { AccountId, AssetId, ChainId } from '../../core/ids.ts';
import type { Action, Call } from '../../core/transaction.ts';
import { Denied } from '../pipeline/denied.ts';
import { readAction } from '../pipeline/read-action.ts';
import type { TokenList } from '../policies/capability-facts.ts';
import type { ParsedAgentRequest, RequestForm } from '../request.ts';
import { momentMs } from './risk-history.ts';

/** A request whose risk is asked about, read as the gate reads requests. */
export interface RiskRequest {
  readonly parsed: ParsedAgentRequest;
  readonly chain: ChainId;
  readonly wallet: AccountId;
  readonly action: Action;
  /** What the bytes would do, as far as the request says it. */
  readonly effects: readonly Effect[];
  /** The moment that the request itself names; null where it names none. */
  readonly atMs: number | null;
}

const malformed = (message: string): CastellanError => new CastellanError('REQUEST_INVALID', { message });

function pickChain(parsed: ParsedAgentRequest, own: readonly AccountId[], list: TokenList): ChainId {
  const name = parsed.asset ?? parsed.currency;
  if (parsed.chain !== undefined) return parseChainId(parsed.chain);
  if (name?.includes('/')) return assetChain(parseAssetId(name));
  const mine = [...new Set(own.map(accountChain))].filter((chain) => list.ids.includes(chain));
  const candidates = mine.length > 0 ? mine : list.ids;
  const having = name === undefined ? candidates : candidates.filter((chain) => list.tokens(chain).some(({ symbol }) => symbol === name));
  const [only] = having;
  if (only === undefined || having.length > 1) throw malformed('The request fits several chains or none: name the chain.');
  return only;
}

function callEffects(calls: readonly Call[], wallet: AccountId, native: AssetId): readonly Effect[] {
  return calls.flatMap(({ to, value, data }, index): readonly Effect[] => {
    const at = { leaf: String(index), source: 'bytes' } as const;
    const pays: Effect = { ...at, kind: 'outflow', account: wallet, counterparty: to, asset: native, amount: value };
    const selector = data.length >= 4 ? toHex(data.slice(0, 4)) : null;
    const calls: Effect = { ...at, kind: 'unknown', contract: to, selector, detail: 'The call was not decoded.' };
    return [...(value > 0n || data.length === 0 ? [pays] : []), ...(data.length > 0 ? [calls] : [])];
  });
}

/** What an action is about to do, by its own words alone. What only a codec can read counts as not decoded. */
export function effectsOf(action: Action, wallet: AccountId, chain: ChainId): readonly Effect[] {
  const at = { leaf: '0', source: 'bytes' } as const;
  switch (action.kind) {
    case 'transfer':
      return [{ ...at, kind: 'outflow', account: wallet, counterparty: action.to, asset: action.asset, amount: action.amount }];
    case 'transfer_from':
      return [{ ...at, kind: 'outflow', account: action.from, counterparty: action.to, asset: action.asset, amount: action.amount }];
    case 'approve':
      return [
        { ...at, kind: 'allowance', owner: wallet, spender: action.spender, asset: action.asset, amount: action.amount, expiresAtMs: null },
      ];
    case 'calls':
      return callEffects(action.calls, wallet, nativeAssetId(chain));
    default:
      return [{ ...at, kind: 'unknown', contract: null, selector: null, detail: 'The transaction was not decoded.' }];
  }
}

/** Reads a request. @throws REQUEST_INVALID saying what is wrong */
export function readRiskRequest(form: RequestForm, wallets: readonly AccountId[], list: TokenList): RiskRequest {
  if (!form.ok) throw malformed(`The request is wrong: ${form.problems.join('; ')}`);
  const { value: parsed } = form;
  try {
    const chain = pickChain(parsed, wallets, list);
    const tokens = list.tokens(chain);
    const native: Token = tokens.find(({ asset }) => asset === nativeAssetId(chain)) ?? {
      asset: nativeAssetId(chain),
      symbol: '',
      decimals: 0,
    };
    const { action } = readAction(parsed, chain, tokens, native);
    const own = wallets.filter((account) => accountChain(account) === chain);
    const named = parsed.wallet === undefined ? own[0] : parseAccount(parsed.wallet, chain);
    const wallet = named ?? (`${chain}:nobody` as AccountId);
    const atMs = parsed.timestamp === undefined ? null : momentMs(parsed.timestamp);
    if (atMs !== null && !Number.isFinite(atMs)) throw malformed('The timestamp is no moment.');
    return { parsed, chain, wallet, action, effects: effectsOf(action, wallet, chain), atMs };
  } catch (error) {
    if (error instanceof Denied) throw malformed(error.reason.message);
    if (isCastellanError(error)) throw malformed(error.shortMessage);
    throw error;
  }
}
