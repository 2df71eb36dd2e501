import { secp256k1 } from '@noble/curves/secp256k1.js';
import {
  type AccountId,
  type AgentId,
  CastellanError,
  fromHex,
  type PayloadSignature,
  type RequestId,
  type RequestRow,
  toHex,
  verifyEd25519,
} from '../../core/index.ts';
import type { KeyRecord } from '../keys/key-record.ts';

/** What a user is asked about: one request of one wallet, and the bytes that would be signed. */
export interface UserAsk {
  readonly keyId: string;
  readonly agent: AgentId;
  readonly requestId: RequestId;
  readonly wallet: AccountId;
  readonly payload: Uint8Array;
  readonly hash: Uint8Array;
  /** After this a yes comes too late for the permit, ms since the epoch. */
  readonly permitUntilMs: number;
}

/** What came back: a plain answer, no answer in time, or none at all. */
export type UserConsent = 'yes' | 'no' | 'late' | 'failed';

/** The way to one user, open for one question. */
export interface UserChannel {
  /** Asked before the permit is spent. */
  approve(): Promise<UserConsent>;
  /** The user's own word: their signature in whatever form, null for no; `late` or `failed` where none came. */
  sign(): Promise<{ readonly answer: unknown } | 'late' | 'failed'>;
  /** Whether this public key is the wallet's. */
  controls(publicKey: Uint8Array): boolean;
}

/** Where users can be reached; whoever keeps the wallets knows. */
export interface UserDesk {
  /** Undefined where no signer is attached. Rejects where the question cannot be put into words. */
  find(ask: UserAsk): Promise<UserChannel | undefined>;
}

const desks = new WeakMap<object, UserDesk>();

/** Says where the users of a key manager's keys are reached. Without it no such key signs. */
export function seatUserDesk(keys: object, desk: UserDesk): void {
  desks.set(keys, desk);
}

/** What the custodian needs to let a user sign. Inside the room only. */
export interface UserSigning {
  readonly consent: () => Promise<void>;
  readonly sign: () => Promise<Pick<PayloadSignature, 'signature' | 'publicKey'>>;
}

/**
 * Prepares a signature that is the user's to give: finds them, asks for a yes before the permit is spent, and believes nothing
 * that comes back before it is checked against the hash, the key and the wallet.
 * @throws PERMIT_REFUSED with `signer_unavailable` where nobody is attached
 */
export async function prepareUserSigning(
  keys: object,
  asked: { readonly record: KeyRecord; readonly row: RequestRow; readonly payload: Uint8Array; readonly hash: Uint8Array },
): Promise<UserSigning> {
  const { record, row, payload, hash } = asked;
  const { agent, requestId, wallet } = row;
  const channel = await desks.get(keys)?.find({
    keyId: record.keyId,
    agent,
    requestId,
    wallet,
    payload: new Uint8Array(payload),
    hash: new Uint8Array(hash),
    permitUntilMs: row.permit?.expiresAtMs ?? 0,
  });
  if (channel === undefined) throw refusal('signer_unavailable', 'No signer of this wallet’s user is attached here.', true);
  return {
    async consent() {
      const answer = await channel.approve();
      if (answer === 'yes') return;
      if (answer === 'no') throw refusal('approval_rejected', 'The user said no.', false);
      if (answer === 'late') throw refusal('approval_timeout', 'The user did not answer in time.', true);
      throw refusal('signer_unavailable', 'The user’s signer could not be asked.', true);
    },
    async sign() {
      const told = await channel.sign();
      if (told === 'late' || told === 'failed') throw refusal('signature_pending', 'The user has not signed yet.', true);
      if (told.answer === null) throw refusal('approval_rejected', 'The user said no.', false);
      return checkSignature(record, hash, told.answer, channel);
    },
  };
}

/** The user's signature in plain form, once it is known to be one. @throws SIGNATURE_INVALID */
function checkSignature(
  { algorithm, publicKey: known }: KeyRecord,
  hash: Uint8Array,
  given: unknown,
  { controls }: UserChannel,
): Pick<PayloadSignature, 'signature' | 'publicKey'> {
  const length = algorithm === 'ed25519' ? 64 : 65;
  if (!(given instanceof Uint8Array)) throw invalid('no_signature');
  if (given.length !== length) throw invalid('length');
  const signature = new Uint8Array(given);
  const publicKey = algorithm === 'ed25519' ? verified(known, hash, signature) : recovered(hash, signature);
  if (publicKey === undefined) throw invalid('not_of_this_payload');
  if ((known !== '' && toHex(publicKey) !== known) || !controls(publicKey)) throw invalid('another_key');
  return { signature, publicKey };
}

function verified(known: string, hash: Uint8Array, signature: Uint8Array): Uint8Array | undefined {
  if (known === '') return undefined;
  const publicKey = fromHex(known);
  return verifyEd25519(publicKey, hash, signature) ? publicKey : undefined;
}

/** The key behind r‖s‖v with a low s; v is 0 or 1, or what older wallets write for them, and is put into that form. */
function recovered(hash: Uint8Array, signature: Uint8Array): Uint8Array | undefined {
  const v = signature[64] as number;
  if (v === 27 || v === 28) signature[64] = v - 27;
  else if (v > 1) return undefined;
  try {
    const parsed = secp256k1.Signature.fromBytes(signature.subarray(0, 64), 'compact');
    if (parsed.hasHighS()) return undefined;
    return parsed
      .addRecoveryBit(signature[64] as number)
      .recoverPublicKey(hash)
      .toBytes(true);
  } catch {
    return undefined;
  }
}

type UserReason = 'signer_unavailable' | 'approval_rejected' | 'approval_timeout' | 'signature_pending';

function refusal(reason: UserReason, message: string, retryable: boolean): CastellanError {
  return new CastellanError('PERMIT_REFUSED', { message, details: { reason }, retryable });
}

function invalid(flaw: 'no_signature' | 'length' | 'not_of_this_payload' | 'another_key'): CastellanError {
  return new CastellanError('SIGNATURE_INVALID', {
    message: `What the user’s signer gave is no signature of this payload (${flaw.replaceAll('_', ' ')}).`,
    details: { reason: 'signature_invalid', flaw },
  });
}
