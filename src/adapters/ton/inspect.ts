import type { ContractFacts } from '../../core/chain-adapter.ts';
import { CastellanError } from '../../core/errors.ts';
import type { AccountId, ChainId } from '../../core/ids.ts';
import { readAccount } from './account-state.ts';
import { accountOf } from './address.ts';
import { readHead } from './block.ts';
import type { TonClient } from './client.ts';
import { runGetMethod, type StackItem, succeeded } from './get-method.ts';

/** Contracts of one question. */
const MAX_ACCOUNTS = 64;
/** Get-methods of the standards that name an owner, and where it stands on the stack. */
const OWNER_METHODS = [
  // TEP-74 and TEP-62: the minter's admin, the jetton wallet's owner, the item's owner, the collection's owner.
  { method: 'get_jetton_data', at: 2, items: 5 },
  { method: 'get_wallet_data', at: 1, items: 4 },
  { method: 'get_nft_data', at: 3, items: 5 },
  { method: 'get_collection_data', at: 2, items: 3 },
  { method: 'get_owner', at: 0, items: 1 },
] as const;

function addressIn(item: StackItem | undefined, chain: ChainId): AccountId | null {
  if (item === undefined || (item.type !== 'cell' && item.type !== 'slice')) return null;
  try {
    const address = item.cell.beginParse().loadMaybeAddress();
    return address === null ? null : accountOf(chain, address);
  } catch {
    return null;
  }
}

async function ownerOf(
  client: TonClient,
  account: AccountId,
  chain: ChainId,
  seqno: number,
  signal?: AbortSignal,
): Promise<AccountId | null> {
  for (const { method, at, items } of OWNER_METHODS) {
    const result = await runGetMethod(client, account, method, [], seqno, signal);
    if (!succeeded(result) || result.stack.length !== items) continue;
    const owner = addressIn(result.stack[at], chain);
    if (owner !== null) return owner;
  }
  return null;
}

/**
 * What contracts are made of, all as of one block of the masterchain: the hash of their code, and the owner that a get-method of the
 * standards names. TON knows no proxies; code that replaces itself is another code.
 * @throws CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID, CHAIN_REJECTED, TIMEOUT; REQUEST_INVALID for over 64 accounts
 */
export async function inspect(
  client: TonClient,
  chain: ChainId,
  accounts: readonly AccountId[],
  signal?: AbortSignal,
): Promise<readonly ContractFacts[]> {
  if (accounts.length > MAX_ACCOUNTS)
    throw new CastellanError('REQUEST_INVALID', { message: 'Too many contracts are asked for.', details: { most: MAX_ACCOUNTS } });
  const head = await readHead(client, signal);
  return Promise.all(
    accounts.map(async (account): Promise<ContractFacts> => {
      const { code } = await readAccount(client, account, head.seqno, signal);
      const owner = code === null ? null : await ownerOf(client, account, chain, head.seqno, signal);
      return { account, codeHash: code?.hash().toString('hex') ?? null, implementation: null, admin: null, owner };
    }),
  );
}
