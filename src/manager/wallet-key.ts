import type { Codec } from '../core/chain-adapter.ts';
import { CastellanError } from '../core/errors.ts';
import type { AgentId } from '../core/ids.ts';
import type { Command, Store } from '../core/store.ts';
import type { KeyInfo, KeyManager, KeyMode } from '../custody/index.ts';
import { docKey, readDoc, scanDocs, type WalletRecord } from './directory.ts';

/** Which key a new wallet gets: one that exists, or a fresh one of a mode. */
export interface WalletKeyChoice {
  readonly keyId?: string | undefined;
  /** How a fresh key is kept, and how one that exists must be. */
  readonly mode: Exclude<KeyMode, 'user'>;
  /** Of a fresh key of mode `mpc`. */
  readonly threshold?: number | undefined;
  readonly parties?: number | readonly string[] | undefined;
}

function refuse(message: string, keyId: string): CastellanError {
  return new CastellanError('KEY_INVALID', { message, details: { keyId } });
}

async function existing(keys: KeyManager, keyId: string, codec: Codec, mode: KeyMode): Promise<KeyInfo> {
  const key = await keys.getKey(keyId);
  if (key.algorithm !== codec.algorithm) throw refuse('Wallets of this chain need a key of another algorithm.', keyId);
  if (key.state !== 'active') throw new CastellanError('KEY_REVOKED', { message: 'The key is revoked.', details: { keyId } });
  if (key.replacedBy !== null) throw refuse('The key is being replaced.', keyId);
  if (key.coSignerOf !== undefined) throw refuse('The key is a party’s of another wallet.', keyId);
  if (key.mode !== mode) throw refuse('The key is of another custody mode.', keyId);
  return key;
}

/**
 * The key of a new wallet. A key that exists is taken where it fits the chain.
 * @throws KEY_UNKNOWN, KEY_INVALID, KEY_REVOKED; MODE_UNAVAILABLE for a mode that makes no such key
 */
export async function chooseKey(keys: KeyManager, codec: Codec, { keyId, mode, threshold, parties }: WalletKeyChoice): Promise<KeyInfo> {
  if (keyId !== undefined) return existing(keys, keyId, codec, mode);
  return keys.generateKey({
    algorithm: codec.algorithm,
    purpose: 'signing',
    tags: ['wallet'],
    mode,
    ...(mode !== 'mpc' || threshold === undefined ? {} : { threshold }),
    ...(mode !== 'mpc' || parties === undefined ? {} : { parties }),
  });
}

/**
 * Ties a key to the agent whose wallets it signs for: the command belongs into the step that makes the wallet, and wins for
 * one agent only. A fresh key can have no other. @throws KEY_INVALID where the key signs for another agent already
 */
export async function claimKey(store: Store, keyId: string, agent: AgentId, isFresh: boolean): Promise<readonly Command[]> {
  const key = docKey.keyOwner(keyId);
  const { value, version } = await readDoc<{ readonly agent: AgentId }>(store, key);
  const wallets = value === undefined && !isFresh ? await scanDocs<WalletRecord>(store, 'wallet/') : [];
  const owner = value?.agent ?? wallets.find((wallet) => wallet.keyId === keyId)?.agent;
  if (owner !== undefined && owner !== agent) throw refuse('The key signs for another agent.', keyId);
  return value === undefined ? [{ kind: 'doc.put', key, value: { agent }, ifVersion: version }] : [];
}
