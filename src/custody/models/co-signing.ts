import { CastellanError, type CoSigning, type KeyAlgorithm, type PayloadSignature } from '../../core/index.ts';
import type { KeyAccess } from '../keys/key-access.ts';
import type { KeyRecord } from '../keys/key-record.ts';
import { SIGNERS } from '../signers/signer.ts';

/** What parties sign for a payload before its key can, for each algorithm: wired once from the chains' codecs, never passed by a caller. */
export type CoSignings = Readonly<Partial<Record<KeyAlgorithm, (payload: Uint8Array) => CoSigning | undefined>>>;

/** What signing after others takes. */
export interface CoSigningParts {
  readonly access: Pick<KeyAccess, 'coSigners' | 'useKey'>;
  readonly record: KeyRecord;
  /** Undefined where the payload asks for no co-signers. */
  readonly order: CoSigning | undefined;
  /** What the key signs for a payload. */
  readonly toHash: (payload: Uint8Array) => Uint8Array;
  /** Who is to sign. Default: the first parties that can. */
  readonly parties: readonly string[] | undefined;
}

/**
 * Prepares what parties with keys of their own sign together, or nothing where one key signs alone.
 *
 * Fails closed where a party's key is to sign by itself, where the key of parties is to sign what they are not asked for, and where a
 * key without parties is to sign what needs them. Which parties sign follows from what is stored, and each signs deterministically:
 * as long as none of them is revoked or lost, signing again makes the same bytes.
 * @throws KEY_INVALID, KEY_REVOKED, KEY_DECRYPT_FAILED
 */
export async function prepareCoSigning(
  parts: CoSigningParts,
): Promise<(() => Promise<Pick<PayloadSignature, 'signature' | 'payload'>>) | undefined> {
  const { access, record, order, toHash, parties } = parts;
  const refuse = (message: string): CastellanError => new CastellanError('KEY_INVALID', { message, details: { keyId: record.keyId } });
  if (record.coSignerOf !== undefined) throw refuse('A party’s key signs nothing by itself.');
  if (record.coSigners === undefined) {
    if (order !== undefined) throw refuse('The payload needs the signatures of parties, and this key has none.');
    return undefined;
  }
  if (order === undefined) throw refuse('The key of parties signs only what they have signed.');
  const hash = Uint8Array.from(order.hash);
  if (hash.length !== 32) throw refuse('What parties sign is a hash of 32 bytes.');
  await access.coSigners.check(record, parties);
  return async () => {
    const payload = order.attach(await access.coSigners.sign(record, parties, hash));
    const outer = Uint8Array.from(toHash(payload));
    return { payload, signature: access.useKey(record, (secret) => SIGNERS[record.algorithm].sign(outer, secret)) };
  };
}
