import { inspect } from 'node:util';
import { CastellanError } from '../../core/index.ts';
import { isRawKey } from './raw-key.ts';

/** Where keys lie encrypted, and under what. Unknown fields are refused. */
export interface SoftwareKeyStorageOptions {
  /** 32 bytes (64 hex digits, or base64 with its padding); any other text of at least 8 characters is a passphrase. */
  readonly encryptionKey: string | undefined;
  /** Handed to whatever opens the store. */
  readonly storagePath: string;
}

/** What opens a vault: a passphrase is stretched, 32 bytes are not. */
export type StorageSecret = { readonly passphrase: string } | { readonly encryptionKey: string };

const secrets = new WeakMap<SoftwareKeyStorage, StorageSecret>();

/**
 * Keys sealed in a store of this machine. It opens nothing by itself: a key manager does. Nothing shows its secret.
 *
 * @example
 * ```ts
 * import { createKeyManager, SoftwareKeyStorage } from 'castellan';
 * import { memoryStore } from 'castellan/store/memory';
 *
 * const storage = new SoftwareKeyStorage({ encryptionKey: '11'.repeat(32), storagePath: './keys' });
 * const keys = createKeyManager({ storage, store: () => memoryStore() });
 * const key = await keys.generateKey({ algorithm: 'secp256k1', purpose: 'signing' });
 * console.log(key.algorithm, key.state); // secp256k1 active
 * await keys.close();
 * ```
 */
export class SoftwareKeyStorage {
  readonly kind = 'software';
  readonly storagePath: string;

  /** @throws CONFIG_INVALID, which never quotes the secret */
  constructor(options: SoftwareKeyStorageOptions) {
    const { encryptionKey, storagePath, ...strange } = (options ?? {}) as SoftwareKeyStorageOptions;
    const problems: string[] = Object.keys(strange).map((field) => `${field.slice(0, 64)}: unknown field`);
    if (typeof encryptionKey !== 'string' || encryptionKey.length < 8 || !encryptionKey.isWellFormed())
      problems.push('encryptionKey: must be 32 bytes in hex or base64, or a passphrase of at least 8 characters');
    if (typeof storagePath !== 'string' || storagePath.length === 0 || storagePath.length > 4_096 || storagePath.includes('\0'))
      problems.push('storagePath: must be a path');
    if (typeof encryptionKey !== 'string' || problems.length > 0)
      throw new CastellanError('CONFIG_INVALID', {
        message: `The storage has ${problems.length} wrong field(s): ${problems.join('; ')}`,
        details: { problems },
      });
    this.storagePath = storagePath;
    secrets.set(this, isRawKey(encryptionKey) ? { encryptionKey } : { passphrase: encryptionKey });
    Object.freeze(this);
  }

  /** Kind and path, without the secret. */
  toJSON(): Record<string, string> {
    return { kind: this.kind, storagePath: this.storagePath };
  }

  [inspect.custom](): string {
    return `SoftwareKeyStorage { storagePath: ${JSON.stringify(this.storagePath)} }`;
  }
}

/** What opens the vault of a storage; undefined for anything but one that was constructed here. Not exported from the room. */
export function storageSecret(storage: object): StorageSecret | undefined {
  return secrets.get(storage as SoftwareKeyStorage);
}
