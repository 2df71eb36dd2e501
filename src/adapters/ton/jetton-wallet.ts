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

/** Answers of minters that are kept per client: which account is an owner's wallet never changes. */
const MAX_KEPT = 4_096;

const kept = new WeakMap<TonClient, Map<string, AccountId>>();

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
  const cache = kept.get(client) ?? new Map<string, AccountId>();
  kept.set(client, cache);
  const key = `${minter}/${owner}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const result = await runGetMethod(client, minter, 'get_wallet_address', [{ slice: sliceOf(owner) }], seqno, signal);
  const account = succeeded(result) ? accountIn(result.stack[0], client) : null;
  if (account === null) return null;
  for (const oldest of cache.keys()) {
    if (cache.size < MAX_KEPT) break;
    cache.delete(oldest);
  }
  cache.set(key, account);
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
  const claim = await runGetMethod(client, account, 'get_wallet_data', [], seqno, signal);
  const minter = succeeded(claim) ? accountIn(claim.stack[2], client) : null;
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
