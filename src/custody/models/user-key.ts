import { CastellanError, type Command, type Json, type KeyAlgorithm, readDoc, type Store, type TimeMs } from '../../core/index.ts';
import { type KeyInfo, type KeyRecord, keyDoc, readKeyRecord, toKeyInfo } from '../keys/key-record.ts';
import { publicKeyDoc } from '../keys/public-key-doc.ts';

/** What is known of a key that is the user's. */
export interface UserKeyFacts {
  readonly keyId: string;
  readonly algorithm: KeyAlgorithm;
  /** Hex, compressed; empty where only the account is known. */
  readonly publicKey: string;
  /** Stands for the key where its public half is not known. */
  readonly account: string;
  readonly createdMs: TimeMs;
}

/** A key that is the user's, as our records name it, and the commands that make a new record: none where there is one. */
export interface UserKey {
  readonly key: KeyInfo;
  readonly commands: readonly Command[];
}

/**
 * The record of a key that is not in our keeping: it names the key, so that permits can be bound to it and it can be revoked,
 * and holds no secret. The commands belong into the step that makes the wallet.
 * @throws KEY_INVALID where this very key is in our keeping; KEY_REVOKED
 */
export async function userKey(store: Store, { keyId, algorithm, publicKey, account, createdMs }: UserKeyFacts): Promise<UserKey> {
  // Under its account as well: a key that is told now by the one and now by the other is one key still.
  const indexes = (publicKey === '' ? [account] : [publicKey, account]).map(publicKeyDoc);
  const found = await Promise.all(indexes.map((index) => readDoc(store, index)));
  const known = found.map((doc) => doc?.value as { readonly keyId?: string } | undefined).find((value) => value?.keyId !== undefined);
  if (known?.keyId !== undefined) {
    const { record } = await readKeyRecord(store, known.keyId);
    if (record.mode !== 'user' || record.algorithm !== algorithm)
      throw new CastellanError('KEY_INVALID', { message: 'This very key is in our own keeping.', details: { keyId: record.keyId } });
    if (record.state !== 'active')
      throw new CastellanError('KEY_REVOKED', { message: 'The key is revoked.', details: { keyId: record.keyId } });
    return { key: toKeyInfo(record), commands: [] };
  }
  const record: KeyRecord = {
    v: 1,
    keyId,
    algorithm,
    purpose: 'signing',
    mode: 'user',
    tags: ['wallet'],
    publicKey,
    path: null,
    seedId: null,
    state: 'active',
    createdMs,
    revokedMs: null,
    revokedReason: null,
    ciphertext: '',
  };
  return {
    key: toKeyInfo(record),
    commands: [
      { kind: 'doc.put', key: keyDoc(keyId), value: record as unknown as Json, ifVersion: 0 },
      ...indexes.map((index): Command => ({ kind: 'doc.put', key: index, value: { keyId }, ifVersion: 0 })),
    ],
  };
}
