import { parseAccount } from '../../core/account.ts';
import { CastellanError } from '../../core/errors.ts';
import type { AccountId, ChainId } from '../../core/ids.ts';
import { type Store, storeKey } from '../../core/store.ts';
import { type Chains, docKey, docValue, type WalletRecord } from '../directory.ts';

function read(text: string, chain?: ChainId): AccountId | undefined {
  try {
    return parseAccount(text, chain);
  } catch {
    return undefined;
  }
}

/**
 * The record of a wallet, by its account id or any spelling of its address.
 * @throws WALLET_UNKNOWN; where several chains have a wallet under this spelling, its `details.reason` is `ambiguous`
 */
export async function findWallet(
  { store, chains }: { readonly store: Store; readonly chains: Chains },
  address: string,
): Promise<WalletRecord> {
  const text = typeof address === 'string' && address.length <= 256 ? address : '';
  const named = read(text);
  const accounts = named === undefined ? chains.ids.flatMap((chain) => read(text, chain) ?? []) : [named];
  const rows = await store.get(accounts.map((account) => storeKey.doc(docKey.wallet(account))));
  const [only, ...more] = rows.flatMap((row) => docValue<WalletRecord>(row) ?? []);
  if (only === undefined || more.length > 0)
    throw new CastellanError('WALLET_UNKNOWN', {
      message: only === undefined ? 'No such wallet' : 'Several chains have a wallet at this address: name it by its account id',
      details: { account: text.slice(0, 128), reason: only === undefined ? 'unknown' : 'ambiguous' },
    });
  return only;
}
