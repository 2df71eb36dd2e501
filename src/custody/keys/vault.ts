import {
  applyStep,
  CastellanError,
  canonicalize,
  createMac,
  expandKey,
  fromHex,
  type Json,
  PASSWORD_HASH_COST,
  passwordHash,
  type Random,
  readDoc,
  type Store,
  storeKey,
  toHex,
} from '../../core/index.ts';
import { type Cipher, createCipher } from './cipher.ts';
import { readRawKey } from './raw-key.ts';
import { parseVaultHeader, type VaultHeader } from './vault-header.ts';

/** What opens a vault: exactly one of a passphrase and a 32-byte key (64 hex digits, or base64 with its padding). */
export interface VaultOptions {
  readonly store: Store;
  readonly random: Random;
  readonly tenant: string;
  readonly passphrase?: string | undefined;
  readonly encryptionKey?: string | undefined;
}

/**
 * Encrypts what must not lie in the store in the clear. What it seals for a caller is under another key than private
 * keys are: opening a key record through it is not possible, whatever the context.
 */
export interface Vault {
  readonly tenant: string;
  readonly kdf: VaultHeader['kdf'];
  /** Seals bytes, such as a signed transaction before it leaves; base64. `context` must be the same to open. */
  seal(plaintext: Uint8Array, context: string): string;
  /** @throws KEY_DECRYPT_FAILED where a bit of text or context differs */
  open(sealed: string, context: string): Uint8Array;
  /** Fills the keys with zeros; everything afterwards is refused with SHUTTING_DOWN. */
  close(): void;
}

/** The half of a vault that the key manager and the custodian use; no other module reaches it. */
interface VaultCore {
  readonly keys: Cipher;
  readonly mac: (data: string | Uint8Array) => string;
}

const cores = new WeakMap<Vault, VaultCore>();
const CHECK_TEXT = Buffer.from('castellan.vault.check.v1');

/**
 * Opens the vault of a store, and makes its header the first time. The key is derived once: argon2id from a passphrase,
 * HKDF-SHA-256 from a 32-byte key.
 *
 * Fails closed when the secret is another one than the vault was made with, and when keys lie in the store without a header.
 * @throws CONFIG_INVALID, KEY_DECRYPT_FAILED, STORE_CORRUPT
 */
export async function openVault(options: VaultOptions): Promise<Vault> {
  const { store, random, tenant } = options;
  const secret = readSecret(options);
  try {
    const stored = await readDoc(store, 'vault');
    if (stored !== undefined) return await unlock(parseVaultHeader(stored.value), secret, tenant, random);
    const [orphan] = [
      ...(await store.scan(storeKey.doc('key/'), { limit: 1 })),
      ...(await store.scan(storeKey.doc('seed/'), { limit: 1 })),
    ];
    if (orphan !== undefined)
      throw new CastellanError('STORE_CORRUPT', { message: 'The store holds keys, and the header of their vault is gone.' });
    const { header, vault } = await make(secret, tenant, random);
    const put = await applyStep(store, { commands: [{ kind: 'doc.put', key: 'vault', value: header as unknown as Json, ifVersion: 0 }] });
    if (put.ok) return vault;
    vault.close();
    const other = await readDoc(store, 'vault');
    if (other === undefined)
      throw new CastellanError('STORE_UNAVAILABLE', {
        message: 'The header of the vault could not be stored.',
        details: { reason: put.reason.code },
      });
    return await unlock(parseVaultHeader(other.value), secret, tenant, random);
  } finally {
    if (typeof secret !== 'string') secret.fill(0);
  }
}

/** The cipher of private keys. Not exported from the room. */
export function keyCipher(vault: Vault): Cipher {
  return coreOf(vault).keys;
}

/** A MAC under the vault's own key. Not exported from the room. */
export function vaultMac(vault: Vault): (data: string | Uint8Array) => string {
  return coreOf(vault).mac;
}

function coreOf(vault: Vault): VaultCore {
  const core = cores.get(vault);
  if (core === undefined) throw new CastellanError('CONFIG_INVALID', { message: 'This is no vault that openVault made.' });
  return core;
}

async function make(
  secret: string | Uint8Array,
  tenant: string,
  random: Random,
): Promise<{ readonly header: VaultHeader; readonly vault: Vault }> {
  const salt = random.bytes(16);
  const kdf = typeof secret === 'string' ? 'argon2id' : 'hkdf-sha256';
  const bare = { v: 1, kdf, salt: toHex(salt), cost: typeof secret === 'string' ? PASSWORD_HASH_COST : null } as const;
  const { vault, checks } = await build(bare, secret, tenant, random);
  return { vault, header: { ...bare, check: checks.seal(CHECK_TEXT, checkContext(bare, tenant)) } };
}

async function unlock(header: VaultHeader, secret: string | Uint8Array, tenant: string, random: Random): Promise<Vault> {
  const { check, ...bare } = header;
  const { vault, checks } = await build(bare, secret, tenant, random);
  try {
    checks.open(check, checkContext(bare, tenant));
    return vault;
  } catch {
    vault.close();
    throw wrongSecret(header.kdf);
  }
}

async function build(
  header: Omit<VaultHeader, 'check'>,
  secret: string | Uint8Array,
  tenant: string,
  random: Random,
): Promise<{ readonly vault: Vault; readonly checks: Cipher }> {
  const kek = await deriveKek(header, secret);
  try {
    const sub = (use: string): Uint8Array => expandKey(kek, Buffer.from(tenant), `castellan.vault.${use}.v1`);
    const keys = createCipher(sub('keys'), random);
    const data = createCipher(sub('data'), random);
    const checks = createCipher(sub('check'), random);
    const macKey = sub('mac');
    const mac = createMac(macKey);
    macKey.fill(0);
    const vault: Vault = Object.freeze({
      tenant,
      kdf: header.kdf,
      seal: data.seal,
      open: data.open,
      close: () => {
        for (const cipher of [keys, data, checks]) cipher.close();
        cores.delete(vault);
      },
    });
    cores.set(vault, { keys, mac });
    return { vault, checks };
  } finally {
    kek.fill(0);
  }
}

async function deriveKek(header: Omit<VaultHeader, 'check'>, secret: string | Uint8Array): Promise<Uint8Array> {
  const salt = fromHex(header.salt);
  if (typeof secret === 'string') {
    if (header.cost === null) throw wrongSecret(header.kdf);
    return passwordHash(secret, salt, header.cost);
  }
  if (header.kdf !== 'hkdf-sha256') throw wrongSecret(header.kdf);
  return expandKey(secret, salt, 'castellan.vault.kek.v1');
}

function checkContext(header: Omit<VaultHeader, 'check'>, tenant: string): string {
  return canonicalize({ header, tenant });
}

function readSecret({ passphrase, encryptionKey }: VaultOptions): string | Uint8Array {
  if ((passphrase === undefined) === (encryptionKey === undefined))
    throw invalid('A vault opens with a passphrase or with an encryption key: give exactly one.');
  if (passphrase !== undefined) {
    if (typeof passphrase !== 'string' || passphrase.length < 8 || !passphrase.isWellFormed())
      throw invalid('A passphrase has at least 8 characters.');
    return passphrase;
  }
  const key = typeof encryptionKey === 'string' ? readRawKey(encryptionKey) : undefined;
  if (key !== undefined) return key;
  throw invalid('An encryption key is 32 bytes: 64 hex digits, or base64 with its padding.');
}

function wrongSecret(kdf: VaultHeader['kdf']): CastellanError {
  return new CastellanError('KEY_DECRYPT_FAILED', { message: 'The vault does not open with this secret.', details: { kdf } });
}

function invalid(message: string): CastellanError {
  return new CastellanError('CONFIG_INVALID', { message });
}
