import { keccak256 } from '../../../../core/digest.ts';
import { CastellanError } from '../../../../core/errors.ts';
import type { CoSignature } from '../../../../core/smart-account.ts';
import type { EvmAddress } from '../../address.ts';
import { hexOf } from '../../address.ts';
import { readPublicKey, recoverPublicKey } from '../../secp256k1.ts';
import { wordOf } from './safe-hash.ts';

/** r‖s‖v. */
const SIGNATURE_BYTES = 65;

/** Owners' signatures as a transaction carries them, and the number of the order that they are over. */
export interface SignedBy {
  readonly nonce: bigint;
  /** In the order of the signatures, which is that of the addresses. */
  readonly signers: readonly EvmAddress[];
}

const addressOfPoint = (point: Uint8Array): EvmAddress => hexOf(keccak256(point), 12);

/** Whose signature over a hash this is; null where it is nobody's. `v` is 0 or 1. */
function signerOf(hash: Uint8Array, signature: Uint8Array, v: number): Uint8Array | null {
  if (v !== 0 && v !== 1) return null;
  return recoverPublicKey(hash, BigInt(hexOf(signature, 0, 32)), BigInt(hexOf(signature, 32, 64)), v === 1);
}

function refuse(reason: string): CastellanError {
  return new CastellanError('SIGNATURE_INVALID', {
    message: `An owner’s signature does not belong to this order (${reason.replaceAll('_', ' ')}).`,
    details: { reason },
  });
}

/**
 * Packs signatures as a Safe takes them: `r‖s‖v` each, v 27 or 28, in ascending order of the owners' addresses; behind them the
 * number of the order as one word. The Safe reads no further than its threshold; who reads the transaction again needs the number
 * to know what was signed.
 * @throws SIGNATURE_INVALID where one is not over `hash` by the key that it names, or a key signs twice
 */
export function packSignatures(hash: Uint8Array, nonce: bigint, given: readonly CoSignature[]): Uint8Array {
  if (given.length === 0) throw refuse('none');
  const parts = given.map(({ publicKey, signature }) => {
    if (!(signature instanceof Uint8Array) || signature.length !== SIGNATURE_BYTES) throw refuse('length');
    const v = signature[64] as number;
    const key = publicKey instanceof Uint8Array ? readPublicKey(publicKey) : null;
    const point = signerOf(hash, signature, v);
    if (key === null || point === null || Buffer.compare(point, key) !== 0) throw refuse('another_key');
    return { address: addressOfPoint(point), bytes: [signature.subarray(0, 64), Uint8Array.of(27 + v)] };
  });
  if (new Set(parts.map(({ address }) => address)).size !== parts.length) throw refuse('twice');
  parts.sort((a, b) => (a.address < b.address ? -1 : 1));
  return new Uint8Array(Buffer.concat([...parts.flatMap(({ bytes }) => bytes), wordOf(nonce)]));
}

/**
 * Who signed, by packed signatures; null where they are in any other form than {@link packSignatures} writes. `hashOf` gives what is
 * signed for a number.
 */
export function readSignatures(packed: Uint8Array, hashOf: (nonce: bigint) => Uint8Array): SignedBy | null {
  const count = (packed.length - 32) / SIGNATURE_BYTES;
  if (!Number.isInteger(count) || count < 1) return null;
  const nonce = BigInt(hexOf(packed, packed.length - 32));
  if (nonce > BigInt(Number.MAX_SAFE_INTEGER)) return null;
  const hash = hashOf(nonce);
  const signers: EvmAddress[] = [];
  for (let index = 0; index < count; index += 1) {
    const signature = packed.subarray(index * SIGNATURE_BYTES, (index + 1) * SIGNATURE_BYTES);
    const point = signerOf(hash, signature, (signature[64] as number) - 27);
    if (point === null) return null;
    signers.push(addressOfPoint(point));
  }
  const isAscending = signers.every((signer, index) => index === 0 || (signers[index - 1] as EvmAddress) < signer);
  return isAscending ? { nonce, signers } : null;
}
