import { type KeyAlgorithm, parseDoc, type Store, storeKey } from '../../core/index.ts';
import { checkFields, invalidKey } from './key-config.ts';
import { type KeyInfo, type KeyMode, type KeyRecord, keyDoc, parseKeyRecord } from './key-record.ts';
import { KEY_ID } from './key-sharing.ts';

/** Which keys are listed: those that fit every field that is given. Unknown fields are refused. */
export interface ListKeysOptions {
  readonly state?: KeyInfo['state'];
  readonly tag?: string;
  readonly algorithm?: KeyAlgorithm;
  readonly mode?: KeyMode;
  readonly purpose?: 'signing';
  /** The keys of this key's parties. They are in no other listing: none of them signs for a wallet by itself. */
  readonly coSignerOf?: string;
}

/** Keys read per page of a listing. */
const PAGE = 500;

const VALUES: Readonly<Record<keyof ListKeysOptions, (value: unknown) => boolean>> = {
  state: (value) => value === 'active' || value === 'revoked',
  tag: (value) => typeof value === 'string' && value.length > 0 && value.length <= 64,
  algorithm: (value) => value === 'secp256k1' || value === 'ed25519',
  mode: (value) => value === 'software' || value === 'mpc' || value === 'user',
  purpose: (value) => value === 'signing',
  coSignerOf: (value) => typeof value === 'string' && KEY_ID.test(value),
};

/** Checks which keys shall be listed: a misspelt filter lists nothing rather than everything. @throws KEY_INVALID */
export function checkListOptions(options: ListKeysOptions): void {
  checkFields(options, new Set(Object.keys(VALUES)));
  for (const [field, isValue] of Object.entries(VALUES)) {
    const value = options[field as keyof ListKeysOptions];
    if (value !== undefined && !isValue(value)) throw invalidKey(`No key can have this ${field}.`);
  }
}

/** Tells whether a key is one that was asked for. */
export function isListed(info: KeyInfo, { state, tag, algorithm, mode, purpose, coSignerOf }: ListKeysOptions): boolean {
  return (
    info.coSignerOf?.keyId === coSignerOf &&
    (state === undefined || info.state === state) &&
    (tag === undefined || info.tags.includes(tag)) &&
    (algorithm === undefined || info.algorithm === algorithm) &&
    (mode === undefined || info.mode === mode) &&
    (purpose === undefined || info.purpose === purpose)
  );
}

/** Every key's record, in order of their ids, a page at a time. @throws STORE_CORRUPT, STORE_UNAVAILABLE */
export async function* scanKeyRecords(store: Store): AsyncGenerator<KeyRecord> {
  const prefix = storeKey.doc(keyDoc(''));
  for (let after: string | undefined; ; ) {
    const rows = await store.scan(prefix, { limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const row of rows) yield parseKeyRecord(parseDoc(row.value, row.key).value);
    after = rows.at(-1)?.key;
    if (rows.length < PAGE || after === undefined) return;
  }
}
