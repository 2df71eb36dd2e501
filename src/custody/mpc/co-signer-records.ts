import { CastellanError, type Json, parseDoc, type Store, storeKey } from '../../core/index.ts';
import { type KeyRecord, keyDoc, parseKeyRecord } from '../keys/key-record.ts';
import type { CoSigner } from '../keys/key-sharing.ts';
import type { ShareFault } from './signing.ts';

/** A party and its key's record, or what is wrong with it. */
export interface FoundCoSigner {
  readonly party: string;
  readonly record?: KeyRecord | undefined;
  readonly fault?: ShareFault | undefined;
}

/** The parties of a key that are asked to sign, all of them or those that are named. @throws KEY_INVALID */
export function chooseCoSigners(
  { keyId, coSigners }: KeyRecord,
  names: readonly string[] | undefined,
): { readonly threshold: number; readonly wanted: readonly CoSigner[] } {
  const refuse = (message: string): CastellanError => new CastellanError('KEY_INVALID', { message, details: { keyId } });
  if (coSigners === undefined) throw refuse('The key has no parties that sign with keys of their own.');
  const { threshold, parties } = coSigners;
  if (names === undefined) return { threshold, wanted: parties };
  if (!Array.isArray(names) || new Set(names).size !== names.length || !names.every((name) => parties.some(({ party }) => party === name)))
    throw refuse('A party that is to sign is none of this key, or named twice.');
  if (names.length < threshold) throw refuse('Fewer parties are to sign than the account asks for.');
  return { threshold, wanted: parties.filter(({ party }) => names.includes(party)) };
}

/**
 * The records of parties, as the store has them now. A row that is not readable, is another key's or says that it is another's party
 * takes nothing from the others. @throws STORE_UNAVAILABLE
 */
export async function readCoSigners(store: Store, group: KeyRecord, wanted: readonly CoSigner[]): Promise<readonly FoundCoSigner[]> {
  const rows = await store.get(wanted.map(({ keyId }) => storeKey.doc(keyDoc(keyId))));
  return wanted.map((coSigner, index): FoundCoSigner => {
    const { party } = coSigner;
    if (rows[index] === undefined) return { party, fault: 'missing' };
    const record = readable(rows[index], keyDoc(coSigner.keyId));
    const isTheirs =
      record?.keyId === coSigner.keyId &&
      record.publicKey === coSigner.publicKey &&
      record.coSignerOf?.keyId === group.keyId &&
      record.coSignerOf.party === party;
    if (record === undefined || !isTheirs) return { party, fault: 'unreadable' };
    return record.state === 'active' ? { party, record } : { party, fault: 'revoked' };
  });
}

/** Too few parties to sign: KEY_REVOKED where those that were revoked are what is missing. */
export function tooFewCoSigners(found: readonly FoundCoSigner[], threshold: number): CastellanError {
  const available = found.filter(({ fault }) => fault === undefined).length;
  const isRevoked = found.filter(({ fault }) => fault === undefined || fault === 'revoked').length >= threshold;
  return new CastellanError(isRevoked ? 'KEY_REVOKED' : 'KEY_DECRYPT_FAILED', {
    message: 'Too few parties of the key can sign.',
    details: {
      threshold,
      available,
      parties: found.flatMap(({ party, fault }) => (fault === undefined ? [] : [`${party}: ${fault}`])),
      ...(isRevoked ? { reason: 'key_revoked' } : {}),
    },
  });
}

function readable(row: Json | undefined, name: string): KeyRecord | undefined {
  try {
    return row === undefined ? undefined : parseKeyRecord(parseDoc(row, name).value);
  } catch {
    return undefined;
  }
}
