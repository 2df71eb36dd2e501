import { assetAddress, assetContract, collectionOf } from '../../../core/asset.ts';
import type { AccountId } from '../../../core/ids.ts';
import type { DecodedTransaction, UnsignedTransaction } from '../../../core/transaction.ts';
import type { JettonReader } from './jettons.ts';
import type { RemoteStorage } from './remote-storage.ts';

/** Accounts that the bytes name: where the order's messages go, who gets tokens, the tokens' minters, and items. */
export function accountsNamed(tx: UnsignedTransaction, decoded: DecodedTransaction): ReadonlySet<AccountId> {
  const named = new Set<AccountId>([tx.wallet, ...decoded.calls.map(({ to }) => to)]);
  for (const effect of decoded.effects) {
    if (effect.kind !== 'outflow') continue;
    if (effect.counterparty !== null) named.add(effect.counterparty);
    const contract = assetContract(effect.asset);
    if (contract !== null) named.add(contract);
  }
  return named;
}

/** Reads the token accounts of those who get tokens before the trace asks for them. */
export async function prefetchRecipients(
  tx: UnsignedTransaction,
  decoded: DecodedTransaction,
  reader: JettonReader,
  storage: RemoteStorage,
): Promise<void> {
  for (const effect of decoded.effects) {
    if (effect.kind !== 'outflow' || effect.account !== tx.wallet || effect.counterparty === null) continue;
    const minter = collectionOf(effect.asset) === null ? assetAddress(effect.asset) : null;
    if (minter === null) continue;
    const account = reader.guess(minter, effect.counterparty) ?? (await reader.accountOfOwner(minter, effect.counterparty));
    if (account !== null) storage.prefetch([account]);
  }
}
