import { walletAddress } from '../core/account.ts';
import { fromHex } from '../core/digest.ts';
import { applyStep } from '../core/doc.ts';
import { CastellanError } from '../core/errors.ts';
import type { AccountId, ChainId } from '../core/ids.ts';
import type { Json, Store } from '../core/store.ts';
import type { RecoveryGrant, RecoveryReceiver } from '../core/verification.ts';
import type { KeyManager } from '../custody/index.ts';
import { type Chains, docKey, readDoc, scanDocs, type WalletRecord } from './directory.ts';
import type { Wallets } from './wallets.ts';

/** Attempts against another process that delivers the same grant: each loses only to one that won. */
const ATTEMPTS = 3;

/** What acting on a recovery needs. */
export interface RecoverParts {
  readonly store: Store;
  readonly chains: Chains;
  readonly keys: KeyManager;
  readonly wallets: Wallets;
}

const accountOfKey = ({ chains }: RecoverParts, publicKey: string, chain: ChainId): AccountId =>
  chains.adapter(chain).codec.walletOf(fromHex(publicKey), chain);

const walletAt = async ({ store }: RecoverParts, account: AccountId): Promise<WalletRecord | undefined> =>
  (await readDoc<WalletRecord>(store, docKey.wallet(account))).value;

/** Whether this wallet is one that the user lives by now: its key is good, and no successor has a wallet of its own yet. */
async function isCurrent(parts: RecoverParts, wallet: WalletRecord): Promise<boolean> {
  // The key is not ours to replace, or the account does not follow from it: its owner gets it back by their own key.
  if (wallet.mode === 'non-custodial' || wallet.smart !== undefined) return false;
  const key = await parts.keys.getKey(wallet.keyId);
  if (key.state === 'revoked') return false;
  if (key.replacedBy === null) return true;
  const { publicKey } = await parts.keys.getKey(key.replacedBy);
  return (await walletAt(parts, accountOfKey(parts, publicKey, wallet.chain))) === undefined;
}

/** Fixes which wallets a grant is about before anything is made, so that every delivery of it is about the same ones. */
async function walletsOfGrant(parts: RecoverParts, { id, user }: RecoveryGrant): Promise<readonly AccountId[]> {
  const key = `recovered/${id}`;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const { value } = await readDoc<{ readonly wallets: readonly AccountId[] }>(parts.store, key);
    if (value !== undefined) return value.wallets;
    const wallets: AccountId[] = [];
    for (const wallet of await scanDocs<WalletRecord>(parts.store, 'wallet/'))
      if (wallet.user === user && (await isCurrent(parts, wallet))) wallets.push(wallet.account);
    await applyStep(parts.store, { commands: [{ kind: 'doc.put', key, value: { wallets }, ifVersion: 0 }] });
  }
  throw new CastellanError('STORE_UNAVAILABLE', { message: 'The wallets of the recovery could not be fixed.', retryable: true });
}

/** The wallet of the successor of a wallet's key: found where an earlier delivery made it. */
async function successorOf(parts: RecoverParts, wallet: WalletRecord): Promise<string> {
  const { newKey } = await parts.keys.rotateKey(wallet.keyId);
  const account = accountOfKey(parts, newKey.publicKey, wallet.chain);
  if ((await walletAt(parts, account)) !== undefined) return walletAddress(account);
  return (await parts.wallets.createWallet(wallet.user, wallet.agent, { chain: wallet.chain, keyId: newKey.keyId })).address;
}

/**
 * Acts on a completed recovery: every wallet that the user lives by gets a successor under a new key, and a plan by which its
 * money moves through the gate. Nothing moves by itself, and an old key is revoked once its wallets are empty. Idempotent by
 * the grant: what an earlier delivery made is found again.
 */
export function recoverWallets(parts: RecoverParts): RecoveryReceiver {
  return async (grant) => {
    const moves: { readonly [name: string]: Json }[] = [];
    for (const account of await walletsOfGrant(parts, grant)) {
      const wallet = await walletAt(parts, account);
      if (wallet === undefined) continue;
      moves.push({ from: walletAddress(account), to: await successorOf(parts, wallet), keyId: wallet.keyId });
    }
    return { newWalletAddress: (moves[0]?.['to'] as string | undefined) ?? null, details: { moves } };
  };
}
