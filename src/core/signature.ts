import { isUtf8 } from 'node:buffer';
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { CastellanError } from './errors.ts';
import type { Random } from './random.ts';
import type { AttestationKey } from './signer.ts';

/** Bytes of an Ed25519 seed, and of a public key. */
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** y coordinates, little-endian with the sign bit cleared, of the eight points of small order. */
const SMALL_ORDER_Y = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
]);

/**
 * A key that attests: Ed25519 over the bytes it is handed, where those are text that begins with an ASCII letter.
 * That form keeps them apart from everything a wallet key signs: a 32- or 33-byte digest, an RLP list, a typed
 * transaction or the 0x19 prefix of EVM messages are refused.
 *
 * The secret lives in a key object of the runtime and shows under neither `inspect` nor JSON.
 *
 * @param id - under which the key is registered
 * @param seed - 32 secret bytes
 * @throws KEY_INVALID unless the seed is 32 bytes
 * @throws SIGNING_CLOSED from `sign` for any other message
 * @example
 * ```ts
 * import { randomBytes } from 'node:crypto';
 * import { createAttestationKey } from 'castellan';
 *
 * const anna = createAttestationKey('anna', randomBytes(32)); // the seed is the secret: keep it on Anna's device
 * console.log(anna.publicKey.length, anna.sign(Buffer.from('castellan example')).length); // 32 64
 * ```
 */
export function createAttestationKey(id: string, seed: Uint8Array): AttestationKey {
  if (!(seed instanceof Uint8Array) || seed.length !== KEY_BYTES)
    throw new CastellanError('KEY_INVALID', { message: 'An Ed25519 seed is 32 bytes.' });
  const der = Buffer.concat([PKCS8_PREFIX, seed]);
  const secret = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  der.fill(0);
  const publicKey = new Uint8Array(createPublicKey(secret).export({ format: 'der', type: 'spki' }).subarray(SPKI_PREFIX.length));
  return Object.freeze({
    id,
    publicKey,
    sign(message: Uint8Array): Uint8Array {
      if (!isAttestationMessage(message)) {
        throw new CastellanError('SIGNING_CLOSED', {
          message: 'An attestation key signs only text that begins with a letter and cannot be a digest.',
          details: { key: id },
        });
      }
      return new Uint8Array(sign(null, message, secret));
    },
  });
}

/** Tells whether an attestation key would sign this message. */
export function isAttestationMessage(message: Uint8Array): boolean {
  if (!(message instanceof Uint8Array) || message.length === 32 || message.length === 33) return false;
  const first = message[0];
  if (first === undefined) return false;
  const isLetter = (first >= 0x41 && first <= 0x5a) || (first >= 0x61 && first <= 0x7a);
  return isLetter && isUtf8(message);
}

/**
 * Verifies an Ed25519 signature (RFC 8032) strictly: canonical encodings only, S below the group order, no public key of
 * small order. Never throws: anything malformed is false.
 */
export function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    if (!(message instanceof Uint8Array) || !(signature instanceof Uint8Array) || signature.length !== SIGNATURE_BYTES) return false;
    if (!isStrictPublicKey(publicKey)) return false;
    const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' });
    return verify(null, message, key, signature) === true;
  } catch {
    return false;
  }
}

/**
 * 32 fresh bytes for a new Ed25519 key.
 *
 * @param random - in Node `{ bytes: (length) => randomBytes(length) }`
 * @throws KEY_INVALID where the source of randomness gives anything else
 * @example
 * ```ts
 * import { randomBytes } from 'node:crypto';
 * import { createAttestationKey, generateSeed } from 'castellan';
 *
 * const seed = generateSeed({ bytes: (length) => randomBytes(length) });
 * console.log(createAttestationKey('oscar', seed).publicKey.length); // 32
 * ```
 */
export function generateSeed(random: Random): Uint8Array {
  const seed = random.bytes(KEY_BYTES);
  if (!(seed instanceof Uint8Array) || seed.length !== KEY_BYTES || seed.every((byte) => byte === seed[0])) {
    throw new CastellanError('KEY_INVALID', { message: 'The source of randomness did not give 32 random bytes.' });
  }
  return seed;
}

/**
 * Tells whether a public key may be trusted at all: 32 bytes, y in its one encoding, not of small order. Under a key of
 * small order one signature verifies for many messages. Whether the point is on the curve shows when it verifies.
 */
export function isStrictPublicKey(publicKey: Uint8Array): boolean {
  if (!(publicKey instanceof Uint8Array) || publicKey.length !== KEY_BYTES) return false;
  const y = Buffer.from(publicKey);
  y[31] = (y[31] as number) & 0x7f;
  return !isAtLeastPrime(y) && !SMALL_ORDER_Y.has(y.toString('hex'));
}

/** y ≥ 2^255 − 19: a second spelling of a smaller y. */
function isAtLeastPrime(y: Uint8Array): boolean {
  if (y[31] !== 0x7f || (y[0] as number) < 0xed) return false;
  for (let index = 1; index < 31; index += 1) if (y[index] !== 0xff) return false;
  return true;
}
