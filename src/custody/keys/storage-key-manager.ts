import { CastellanError, type PayloadSignature } from '../../core/index.ts';
import { HSMKeyStorage, hsmUnavailable } from './hsm-key-storage.ts';
import { grantLazyAccess } from './key-access.ts';
import type { KeyHealth } from './key-health.ts';
import type { KeyManager } from './key-manager.ts';
import type { KeyStorage, OpenStorage, StorageKeyManagerOptions } from './open-storage.ts';
import { storageSecret } from './software-key-storage.ts';

/** A key manager that opens its own store. */
export interface StorageKeyManager extends KeyManager {
  /** See the custodian's: a permit for that very message and key, in the same store. @throws PERMIT_REFUSED, KEY_REVOKED */
  requestSigning(keyId: string, message: Uint8Array, options?: { readonly permit?: string | undefined }): Promise<PayloadSignature>;
  /** Wipes the keys of the vault and closes the store; everything afterwards is refused with SHUTTING_DOWN. Idempotent. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * A key manager over its own storage. Nothing is opened yet: the first call does that, and one that failed can be tried again.
 * @throws CONFIG_INVALID for a storage that was not constructed here
 */
export function createStorageKeyManager(options: StorageKeyManagerOptions): StorageKeyManager {
  const { storage } = options;
  const { kind } = checkStorage(storage);
  let opening: Promise<OpenStorage> | undefined;
  let closing: Promise<void> | undefined;

  const opened = (): Promise<OpenStorage> => {
    if (closing !== undefined) return Promise.reject(new CastellanError('SHUTTING_DOWN', { message: 'The key manager is closed.' }));
    opening ??= openSoftware(options).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
  const keys = async (): Promise<KeyManager> => (await opened()).keys;
  const nothing: KeyHealth = Object.freeze({
    status: 'unavailable',
    storage: Object.freeze({ kind, store: null, durability: null }),
    vaultOpen: false,
    keys: null,
    dueRotations: [],
    openRotations: [],
  });
  const close = (): Promise<void> => {
    const last = opening;
    closing ??= (async () => (await last?.catch(() => undefined))?.close())();
    return closing;
  };

  const manager: StorageKeyManager = Object.freeze<StorageKeyManager>({
    generateKey: async (config) => (await keys()).generateKey(config),
    deriveKey: async (config) => (await keys()).deriveKey(config),
    createSeed: async (config) => (await keys()).createSeed(config),
    importKey: async (config) => (await keys()).importKey(config),
    importMnemonic: async (config) => (await keys()).importMnemonic(config),
    getKey: async (keyId) => (await keys()).getKey(keyId),
    listKeys: async (filter) => (await keys()).listKeys(filter),
    rotateKey: async (keyId, how) => (await keys()).rotateKey(keyId, how),
    getRotation: async (keyId) => (await keys()).getRotation(keyId),
    completeRotation: async (keyId, how) => (await keys()).completeRotation(keyId, how),
    dueRotations: async (nowMs) => (await keys()).dueRotations(nowMs),
    runRotations: async () => (await keys()).runRotations(),
    revokeKey: async (keyId, reason) => (await keys()).revokeKey(keyId, reason),
    getHealth: async () =>
      keys()
        .then((open) => open.getHealth())
        .catch(() => nothing),
    requestSigning: async (keyId, message, permit) => {
      // Copied before the first wait: what the caller changes meanwhile has no effect.
      const copy = message instanceof Uint8Array ? new Uint8Array(message) : message;
      const { custodian } = await opened();
      return custodian.requestSigning(keyId, copy, permit);
    },
    close,
    [Symbol.asyncDispose]: close,
  });
  grantLazyAccess(manager, keys);
  return manager;
}

async function openSoftware(options: StorageKeyManagerOptions): Promise<OpenStorage> {
  const { storage } = options;
  if (storage instanceof HSMKeyStorage) throw hsmUnavailable(storage);
  const secret = storageSecret(storage);
  if (secret === undefined) throw noStorage();
  return (await import('./open-storage.ts')).openStorage(options, storage, secret);
}

function checkStorage(storage: KeyStorage): KeyStorage {
  if (storage instanceof HSMKeyStorage || storageSecret(storage) !== undefined) return storage;
  throw noStorage();
}

function noStorage(): CastellanError {
  return new CastellanError('CONFIG_INVALID', { message: 'A storage is a SoftwareKeyStorage or an HSMKeyStorage.' });
}
