import { CastellanError, isCastellanError, readDoc } from '../../core/index.ts';
import { algorithmOfPath, type Bip44Path, hardenWhereNeeded, isCoinType, parseBip44Path, toBip44Path } from './bip44-path.ts';
import type { DerivedKey, RawDerivedKey } from './derived-key.ts';
import { openKeyAccess } from './key-access.ts';
import type { DeriveKeyConfig } from './key-config.ts';
import { type KeyInfo, readKeyRecord, toKeyInfo } from './key-record.ts';
import { publicKeyDoc } from './public-key-doc.ts';
import { managerOfSeed, type SeedInfo } from './seed-record.ts';

/** A key manager as derivation uses it. */
export interface DerivingKeys {
  /** Derives a key and keeps it. @throws KEY_UNKNOWN, KEY_INVALID, DERIVATION_INVALID */
  deriveKey(config: DeriveKeyConfig): Promise<KeyInfo>;
}

/** How keys are derived. Unknown fields are refused. */
export interface KeyDerivationOptions {
  /** `bip44` is the only scheme. */
  readonly scheme?: 'bip44';
  /** Of paths that name none: 60 or 607. */
  readonly coinType?: number;
  /** Default true: a path of an Ed25519 key, which has hardened children only, is hardened at each level. False refuses such a path. */
  readonly hardened?: boolean;
  /** Default true: a path that was derived before is found again without opening the seed. */
  readonly cacheEnabled?: boolean;
  /** Whose seeds an id stands for. A {@link SeedInfo} handle needs none. */
  readonly keys?: DerivingKeys;
}

const FIELDS = new Set(['scheme', 'coinType', 'hardened', 'cacheEnabled', 'keys']);
/** Paths remembered; the oldest goes first. */
const MAX_CACHED = 1_000;

/**
 * Spells and reads BIP-44 paths, and derives the keys at them. Under a seed of the vault nothing secret leaves the vault: the
 * derived key is kept there, too. Only where the caller brings the bytes of a master seed does it give out a private key.
 *
 * @example
 * ```ts
 * import { KeyDerivationService } from 'castellan';
 *
 * const service = new KeyDerivationService({ coinType: 60 });
 * const path = service.getPath({ purpose: 44, account: 0, change: 0, index: 0 });
 * const masterKey = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex'); // a published seed: never use it
 * const { algorithm } = await service.derive(masterKey, path);
 * console.log(path, algorithm); // m/44'/60'/0'/0/0 secp256k1
 * ```
 */
export class KeyDerivationService {
  readonly #coinType: number | undefined;
  readonly #hardened: boolean;
  readonly #keys: DerivingKeys | undefined;
  /** Key ids by seed and path, of each key manager. */
  readonly #cache: WeakMap<object, Map<string, string>> | undefined;

  /** @throws CONFIG_INVALID */
  constructor(options: KeyDerivationOptions = {}) {
    const { scheme = 'bip44', coinType, hardened = true, cacheEnabled = true, keys } = options;
    const strange = Object.keys(options).find((field) => !FIELDS.has(field));
    if (strange !== undefined) throw wrong(`There is no such field: ${strange.slice(0, 64)}.`);
    if (scheme !== 'bip44') throw wrong("The scheme of derivation is 'bip44'.");
    if (coinType !== undefined && !isCoinType(coinType)) throw wrong('The coin type is 60 or 607.');
    if (typeof hardened !== 'boolean' || typeof cacheEnabled !== 'boolean') throw wrong('hardened and cacheEnabled are true or false.');
    this.#coinType = coinType;
    this.#hardened = hardened;
    this.#keys = keys;
    this.#cache = cacheEnabled ? new WeakMap() : undefined;
  }

  /**
   * The path `m/44'/coin'/account'/change/index`.
   *
   * @throws DERIVATION_INVALID unless purpose is 44, the coin 60 or 607, change 0 or 1, the others integers below 2^31,
   * and no other field is there
   * @example
   * new KeyDerivationService().getPath({ purpose: 44, coinType: 60, account: 0, change: 0, index: 0 }); // m/44'/60'/0'/0/0
   */
  getPath(path: Omit<Bip44Path, 'coinType'> & { readonly coinType?: number }): string {
    const isComplete = this.#coinType === undefined || typeof path !== 'object' || path === null || path.coinType !== undefined;
    return toBip44Path((isComplete ? path : { ...path, coinType: this.#coinType }) as Bip44Path);
  }

  /** Reads a path in the one spelling that {@link getPath} writes. @throws DERIVATION_INVALID */
  parsePath(text: string): Bip44Path {
    return parseBip44Path(text);
  }

  /**
   * The key at a path. Under the id or handle of a seed it is kept in the vault, and deriving it again finds the same one.
   * Under 16 to 64 bytes of the caller's own it is kept nowhere, and its private key can be exported.
   *
   * @throws DERIVATION_INVALID; KEY_UNKNOWN; CONFIG_INVALID for an id without `keys`, or a handle that is none
   */
  derive(masterKey: Uint8Array, path: string): Promise<RawDerivedKey>;
  /** The key under a seed of the vault; it stays there. */
  derive(masterKey: string | SeedInfo, path: string): Promise<DerivedKey>;
  async derive(masterKey: string | SeedInfo | Uint8Array, path: string): Promise<DerivedKey | RawDerivedKey> {
    const at = this.#hardened ? hardenWhereNeeded(path) : path;
    const algorithm = algorithmOfPath(at);
    if (masterKey instanceof Uint8Array) {
      // Copied before the first wait: what the caller changes or wipes meanwhile has no effect.
      const seed = Uint8Array.from(masterKey);
      return (await import('./derive-raw.ts')).deriveRaw(seed, algorithm, at);
    }
    const isHandle = typeof masterKey === 'object' && masterKey !== null;
    const keys = isHandle ? (managerOfSeed(masterKey) as DerivingKeys | undefined) : this.#keys;
    const seedId = isHandle ? masterKey.id : masterKey;
    if (keys === undefined || typeof seedId !== 'string')
      throw wrong('A master key is the handle of a seed, the id of one together with `keys`, or bytes.');
    const key = await this.#find(keys, seedId, at);
    return Object.freeze({ algorithm, path: at, publicKey: key.publicKey, key });
  }

  /** Keeps the key, or finds the one that was kept before. */
  async #find(keys: DerivingKeys, seedId: string, path: string): Promise<KeyInfo> {
    const { store } = await openKeyAccess(keys);
    const known = this.#cache?.get(keys) ?? new Map<string, string>();
    const name = `${seedId}/${path}`;
    const cached = known.get(name);
    if (cached !== undefined) return toKeyInfo((await readKeyRecord(store, cached)).record);
    const key = await derived();
    const [oldest] = known.keys();
    if (known.size >= MAX_CACHED && oldest !== undefined) known.delete(oldest);
    known.set(name, key.id);
    this.#cache?.set(keys, known);
    return key;

    async function derived(): Promise<KeyInfo> {
      try {
        return await keys.deriveKey({ seedId, path });
      } catch (error) {
        const publicKey = isCastellanError(error) && error.code === 'KEY_INVALID' ? error.details['publicKey'] : undefined;
        const index = typeof publicKey === 'string' ? await readDoc(store, publicKeyDoc(publicKey)) : undefined;
        const { keyId } = (index?.value ?? {}) as { readonly keyId?: string };
        if (keyId === undefined) throw error;
        return toKeyInfo((await readKeyRecord(store, keyId)).record);
      }
    }
  }
}

function wrong(message: string): CastellanError {
  return new CastellanError('CONFIG_INVALID', { message });
}
