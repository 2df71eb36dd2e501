import { walletAddress } from '../core/account.ts';
import { fromHex } from '../core/digest.ts';
import type { Json, Store } from '../core/store.ts';
import type { RecoveryReceiver } from '../core/verification.ts';
import type { KeyManager } from '../custody/index.ts';
import { type Chains, docKey, readDoc, scanDocs, type WalletRecord } from './directory.ts';
import type { Wallets } from './wallets.ts';

/** What acting on a recovery needs. */
export interface RecoverParts {
  readonly store: Store;
  readonly chains: Chains;
  readonly keys: KeyManager;
  readonly wallets: Wallets;
}

/** The wallet of the successor of a wallet's key: found where an earlier delivery made it. */
async function successorOf({ store, chains, keys, wallets }: RecoverParts, wallet: WalletRecord): Promise<string> {
  const { newKey } = await keys.rotateKey(wallet.keyId);
  const account = chains.adapter(wallet.chain).codec.walletOf(fromHex(newKey.publicKey), wallet.chain);
  const { value } = await readDoc<WalletRecord>(store, docKey.wallet(account));
  if (value !== undefined) return walletAddress(account);
  return (await wallets.createWallet(wallet.user, wallet.agent, { chain: wallet.chain, keyId: newKey.keyId })).address;
}

/**
 * Acts on a completed recovery: every wallet of the user gets a successor under a new key, and a plan by which its money
 * moves through the gate. Nothing moves by itself, and an old key is revoked once its wallets are empty. Idempotent: keys and
 * wallets that an earlier delivery made are found again.
 */
export function recoverWallets(parts: RecoverParts): RecoveryReceiver {
  return async ({ user }) => {
    const records = await scanDocs<WalletRecord>(parts.store, 'wallet/');
    const moves: { readonly [name: string]: Json }[] = [];
    for (const wallet of records.filter((record) => record.user === user)) {
      const key = await parts.keys.getKey(wallet.keyId);
      // A successor that this recovery made, or a key that is gone, needs none.
      if (key.replaces !== null || key.state === 'revoked') continue;
      moves.push({ from: walletAddress(wallet.account), to: await successorOf(parts, wallet), keyId: wallet.keyId });
    }
    return { newWalletAddress: (moves[0]?.['to'] as string | undefined) ?? null, details: { moves } };
  };
}
