import { CastellanError } from '../../core/errors.ts';
import type { Store } from '../../core/store.ts';
import type { RecoveryReceiver } from '../../core/verification.ts';
import { createRecoveryManager, type RecoveryManager, type RecoveryOptions, type Vault } from '../../custody/index.ts';
import { readHaltState } from '../../emergency/index.ts';
import type { Host } from '../config.ts';
import { scanDocs, type WalletRecord } from '../directory.ts';
import type { RecoveryManagerOptions } from './recovery-manager-options.ts';
import { openRoomHouse, openRoomVault, type RoomHouse } from './room-house.ts';

const hasWallet = async (store: Store, user: string): Promise<boolean> =>
  (await scanDocs<WalletRecord>(store, 'wallet/')).some((wallet) => wallet.user === user);

/** A recovery manager that stands alone, once it is open. */
export interface OpenRecovery {
  readonly house: RoomHouse;
  readonly vault: Vault;
  readonly manager: RecoveryManager;
}

/** Opens store, vault and sessions. @throws CONFIG_INVALID, STORE_CORRUPT, STORE_UNAVAILABLE, KEY_DECRYPT_FAILED; then nothing is left open */
export async function openRecovery(options: RecoveryManagerOptions, at: Host): Promise<OpenRecovery> {
  const house = await openRoomHouse(options, at);
  const { store, host, journal, deadlines, verifiers, authority } = house;
  let vault: Vault | undefined;
  try {
    vault = await openRoomVault(house, options);
    const isOwn = options.store === undefined;
    const nothing: RecoveryReceiver = async ({ user }) => {
      if (!(await hasWallet(store, user))) return { newWalletAddress: null };
      throw new CastellanError('MODE_UNAVAILABLE', {
        message: 'This user has wallets: complete the recovery by the manager on the store, or give onComplete.',
        details: { mode: 'recovery' },
      });
    };
    const manager = createRecoveryManager(
      {
        store,
        vault,
        ...host,
        deadlines,
        authority,
        verifiers,
        provider: options.provider,
        command: journal.command,
        readHalt: () => readHaltState(store),
        isUser: options.isUser ?? (isOwn ? async () => true : (user) => hasWallet(store, user)),
        onComplete: options.onComplete ?? nothing,
      },
      termsOf(options),
    );
    return { house, vault, manager };
  } catch (error) {
    vault?.close();
    await house.close();
    throw error;
  }
}

const termsOf = ({ verificationRequired, cooldownPeriod, maxAttempts }: RecoveryOptions): RecoveryOptions => ({
  ...(verificationRequired === undefined ? {} : { verificationRequired }),
  ...(cooldownPeriod === undefined ? {} : { cooldownPeriod }),
  ...(maxAttempts === undefined ? {} : { maxAttempts }),
});
