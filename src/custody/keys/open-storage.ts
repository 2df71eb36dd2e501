import { type Clock, type Command, type Random, type SecurityEvent, type SigningHashes, type Store, toHex } from '../../core/index.ts';
import { createCustodian, type SoftwareCustodian } from '../custodian.ts';
import type { HSMKeyStorage } from './hsm-key-storage.ts';
import type { DefaultSharing } from './key-maker.ts';
import { createKeyManager, type KeyManager } from './key-manager.ts';
import type { KeyUsage } from './key-usage.ts';
import type { SoftwareKeyStorage, StorageSecret } from './software-key-storage.ts';
import { openVault } from './vault.ts';

/** Where keys are. */
export type KeyStorage = SoftwareKeyStorage | HSMKeyStorage;

/** What such a key manager stands on. */
export interface StorageKeyManagerOptions {
  readonly storage: KeyStorage;
  /** Opens the store of a storage's path. */
  readonly openStore: (storagePath: string) => Store | Promise<Store>;
  readonly clock: Clock;
  readonly random: Random;
  /** Makes the log entry of an event. */
  readonly command: (event: SecurityEvent) => Command;
  /** Default `default`. */
  readonly tenant?: string;
  /** What each algorithm signs for a message. Without any, nothing is signed. */
  readonly hashes?: SigningHashes;
  readonly usage?: KeyUsage | undefined;
  readonly sharing?: DefaultSharing | undefined;
  readonly inProcessParties?: 'allowed' | 'refused' | undefined;
}

/** What is open. */
export interface OpenStorage {
  readonly keys: KeyManager;
  readonly custodian: SoftwareCustodian;
  readonly close: () => Promise<void>;
}

/** Opens the store of a storage, and the vault in it. @throws CONFIG_INVALID, KEY_DECRYPT_FAILED, STORE_CORRUPT; then nothing is left open */
export async function openStorage(
  options: StorageKeyManagerOptions,
  storage: SoftwareKeyStorage,
  secret: StorageSecret,
): Promise<OpenStorage> {
  const { openStore, tenant = 'default', hashes = {}, ...rest } = options;
  const { random, clock, command, usage, sharing, inProcessParties } = rest;
  const store = await openStore(storage.storagePath);
  try {
    const vault = await openVault({ store, random, tenant, ...secret });
    const keys = createKeyManager({ store, vault, clock, random, command, usage, sharing, inProcessParties });
    const custodian = createCustodian({ store, keys, hashes, random, redeemerId: toHex(random.bytes(8)) });
    return {
      keys,
      custodian,
      close: async () => {
        vault.close();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}
