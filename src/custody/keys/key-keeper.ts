import { applyStep, CastellanError, type Clock, type Command, type Json, readDoc, type Store } from '../../core/index.ts';
import { type KeyInfo, type KeyRecord, keyDoc, toKeyInfo } from './key-record.ts';

/** What a record says before it is kept. */
export type NewKey = Omit<KeyRecord, 'state' | 'createdMs' | 'revokedMs' | 'revokedReason' | 'replacedBy'>;

/** Stores a new key in one step with `extra`; undefined where another writer came in between. @throws KEY_INVALID */
export type KeyKeeper = (key: NewKey, extra: readonly Command[]) => Promise<KeyInfo | undefined>;

/** Where it says which key has a public key. */
export function publicKeyDoc(publicKey: string): string {
  return `key-public/${publicKey}`;
}

/** Keeps new keys: each id once, each public key once, and an entry of the log in the same step. */
export function createKeyKeeper(options: {
  readonly store: Store;
  readonly clock: Clock;
  readonly announce: (action: string, details: Record<string, Json>) => Command;
}): KeyKeeper {
  const { store, clock, announce } = options;
  return async (key, extra) => {
    const { keyId, publicKey, path, seedId, mode = 'software' } = key;
    const record: KeyRecord = { ...key, state: 'active', createdMs: clock.nowMs(), revokedMs: null, revokedReason: null };
    const index = publicKeyDoc(publicKey);
    if ((await readDoc(store, index)) !== undefined)
      throw new CastellanError('KEY_INVALID', { message: 'This very key exists already.', details: { publicKey } });
    if ((await readDoc(store, keyDoc(keyId))) !== undefined)
      throw new CastellanError('KEY_INVALID', { message: 'There is a key with this id already.', details: { keyId } });
    const result = await applyStep(store, {
      commands: [
        { kind: 'doc.put', key: keyDoc(keyId), value: record as unknown as Json, ifVersion: 0 },
        { kind: 'doc.put', key: index, value: { keyId }, ifVersion: 0 },
        ...extra,
        announce('key_created', { keyId, publicKey, path, seedId, mode }),
      ],
    });
    return result.ok ? toKeyInfo(record) : undefined;
  };
}
