import {
  applyStep,
  CastellanError,
  type Clock,
  type Command,
  type Json,
  type KeyAlgorithm,
  readDoc,
  readDocs,
  type Store,
} from '../../core/index.ts';
import { toSecp256k1Address } from '../signers/secp256k1.ts';
import { type KeyInfo, type KeyRecord, keyDoc, toKeyInfo } from './key-record.ts';
import { publicKeyDoc } from './public-key-doc.ts';

/** What a record says before it is kept. */
export type NewKey = Omit<KeyRecord, 'state' | 'createdMs' | 'revokedMs' | 'revokedReason' | 'replacedBy'>;

/** Stores a new key in one step with `extra`; undefined where another writer came in between. @throws KEY_INVALID */
export type KeyKeeper = (key: NewKey, extra: readonly Command[]) => Promise<KeyInfo | undefined>;

/** All places that name a key: under its public key, and one of secp256k1 under its address, which is all that a signature tells of it. */
export function publicKeyDocs(algorithm: KeyAlgorithm, publicKey: string): readonly string[] {
  return (algorithm === 'secp256k1' ? [publicKey, toSecp256k1Address(publicKey)] : [publicKey]).map(publicKeyDoc);
}

/** Keeps new keys: each id once, each public key once, and an entry of the log in the same step. */
export function createKeyKeeper(options: {
  readonly store: Store;
  readonly clock: Clock;
  readonly announce: (action: string, details: Record<string, Json>) => Command;
}): KeyKeeper {
  const { store, clock, announce } = options;
  return async (key, extra) => {
    const { keyId, algorithm, publicKey, path, seedId, mode = 'software' } = key;
    const record: KeyRecord = { ...key, state: 'active', createdMs: clock.nowMs(), revokedMs: null, revokedReason: null };
    const indexes = publicKeyDocs(algorithm, publicKey);
    if ((await readDocs(store, indexes)).some((doc) => doc !== undefined))
      throw new CastellanError('KEY_INVALID', { message: 'This very key exists already.', details: { publicKey } });
    if ((await readDoc(store, keyDoc(keyId))) !== undefined)
      throw new CastellanError('KEY_INVALID', { message: 'There is a key with this id already.', details: { keyId } });
    const result = await applyStep(store, {
      commands: [
        { kind: 'doc.put', key: keyDoc(keyId), value: record as unknown as Json, ifVersion: 0 },
        ...indexes.map((index): Command => ({ kind: 'doc.put', key: index, value: { keyId }, ifVersion: 0 })),
        ...extra,
        announce('key_created', { keyId, publicKey, path, seedId, mode }),
      ],
    });
    return result.ok ? toKeyInfo(record) : undefined;
  };
}
