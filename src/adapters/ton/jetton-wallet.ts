import { beginCell, type Cell } from '@ton/core';
import { accountChain } from '../../core/account.ts';
import { tokenAsset } from '../../core/asset.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import type { AccountId, AssetId } from '../../core/ids.ts';
import { addressOf } from './address.ts';
import { CellReader } from './cell-reader.ts';
import type { TonClient } from './client.ts';
import type { StackItem } from './get-method.ts';
import { runGetMethod, succeeded } from './get-method.ts';

/** Answers of minters that are kept per client. */
const MAX_KEPT = 4_096;
/** Blocks for which an answer counts, minutes: a minter whose code is changed may name another account from then on. */
const FRESH_FOR_BLOCKS = 100;

/** Fields of an answer that the contract itself fills. */
const STACK_FIELD = /^(?:runGetMethod\.)?stack\b/;

interface Kept {
  readonly account: AccountId;
  /** Block that it was read at. */
  readonly seqno: number;
}

const kept = new WeakMap<TonClient, Map<string, Kept>>();

function sliceOf(account: AccountId): Cell {
  return beginCell()
    .storeAddress(addressOf(account, accountChain(account)))
    .endCell();
}

/** An account on top of a stack; null where the item is none. */
function accountIn(item: StackItem | undefined, client: TonClient): AccountId | null {
  if (item?.type !== 'slice' && item?.type !== 'cell') return null;
  try {
    const reader = new CellReader(item.cell);
    const account = reader.account(client.chain);
    reader.end();
    return account;
  } catch (error) {
    if (isCastellanError(error)) return null;
    throw error;
  }
}

/**
 * Asks a contract whom anybody may have written: an answer of no sensible form, or of monstrous size, is none. Otherwise
 * whoever is paid could make each look at the payment fail, and it would never be settled.
 */
async function ask(...question: Parameters<typeof runGetMethod>): Promise<readonly StackItem[]> {
  try {
    const result = await runGetMethod(...question);
    return succeeded(result) ? result.stack : [];
  } catch (error) {
    const { field, reason } = isCastellanError(error) && error.code === 'CHAIN_RESPONSE_INVALID' ? error.details : {};
    if (reason === 'too_large' || STACK_FIELD.test(String(field))) return [];
    throw error;
  }
}

/**
 * The account that keeps the owner's tokens, by the minter's own word; null where the minter has none to give.
 * @throws CHAIN_RESPONSE_INVALID, CHAIN_UNAVAILABLE, CHAIN_REJECTED, TIMEOUT
 */
export async function jettonWalletOf(
  client: TonClient,
  minter: AccountId,
  owner: AccountId,
  seqno: number,
  signal?: AbortSignal,
): Promise<AccountId | null> {
  const cache = kept.get(client) ?? new Map<string, Kept>();
  kept.set(client, cache);
  const key = `${minter}/${owner}`;
  const known = cache.get(key);
  if (known !== undefined && Math.abs(seqno - known.seqno) < FRESH_FOR_BLOCKS) return known.account;
  const [first] = await ask(client, minter, 'get_wallet_address', [{ slice: sliceOf(owner) }], seqno, signal);
  const account = accountIn(first, client);
  if (account === null) return null;
  for (const oldest of cache.keys()) {
    if (cache.size < MAX_KEPT) break;
    cache.delete(oldest);
  }
  cache.set(key, { account, seqno });
  return account;
}

/**
 * The token that this account keeps for the owner: what it claims of itself counts only where the minter that it names says
 * that this very account is the owner's. Null for anything else.
 */
export async function holdingOf(
  client: TonClient,
  account: AccountId,
  owner: AccountId,
  seqno: number,
  signal?: AbortSignal,
): Promise<AssetId | null> {
  const [, , named] = await ask(client, account, 'get_wallet_data', [], seqno, signal);
  const minter = accountIn(named, client);
  if (minter === null || (await jettonWalletOf(client, minter, owner, seqno, signal)) !== account) return null;
  return tokenAsset(client.chain, minter);
}

/** The error for a token whose minter names no wallet of the owner. */
export function noSuchToken(asset: AssetId): CastellanError {
  return new CastellanError('CHAIN_REJECTED', {
    message: 'The token’s contract names no account for this owner.',
    details: { reason: 'token_unreadable', asset },
  });
}
