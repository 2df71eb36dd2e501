import { CastellanError, type Store } from '../../core/index.ts';
import type { CoSignerVault } from '../mpc/co-signer-vault.ts';
import type { ShareVault } from '../mpc/share-vault.ts';
import type { KeyRecord } from './key-record.ts';

/** Decrypts one key, hands its bytes to `use`, and fills them with zeros before it returns. */
export type KeyUse = <T>(record: KeyRecord, use: (secret: Uint8Array) => T) => T;

/** What a key manager hands to the custodian, and to nobody else: this module is not exported from the room. */
export interface KeyAccess {
  /** @throws SHUTTING_DOWN once the vault is closed: asked before a permit is spent */
  readonly checkOpen: () => void;
  readonly useKey: KeyUse;
  readonly mac: (data: string | Uint8Array) => string;
  /** The shares of keys that are nowhere as a whole. */
  readonly shares: ShareVault;
  /** The keys of parties that each sign for themselves. */
  readonly coSigners: CoSignerVault;
  readonly store: Store;
}

const doors = new WeakMap<object, KeyAccess>();
const lazy = new WeakMap<object, () => Promise<object>>();

/** Leaves the way to a manager's keys where only this room finds it. */
export function grantKeyAccess(manager: object, access: KeyAccess): void {
  doors.set(manager, access);
}

/** The way to a manager's keys. @throws CONFIG_INVALID for anything but a manager made here */
export function keyAccess(manager: object): KeyAccess {
  const access = doors.get(manager);
  if (access === undefined) throw new CastellanError('CONFIG_INVALID', { message: 'This is no key manager that createKeyManager made.' });
  return access;
}

/** Leaves the way from a key manager that opens its store later to the one that it then has. */
export function grantLazyAccess(manager: object, open: () => Promise<object>): void {
  lazy.set(manager, open);
}

/** The same for a manager that may first have to open its store. @throws CONFIG_INVALID, and whatever opening throws */
export async function openKeyAccess(manager: object): Promise<KeyAccess> {
  const open = lazy.get(manager);
  return keyAccess(open === undefined ? manager : await open());
}
