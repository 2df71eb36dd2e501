import { createHmac, hash, pbkdf2, timingSafeEqual } from 'node:crypto';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { CastellanError } from './errors.ts';
import type { Digest } from './ids.ts';

const HEX_TEXT = /^(?:[0-9a-fA-F]{2})*$/;

// Joined bytes of two hashes behind an optional prefix byte. Reused: every use is synchronous and overwrites all of it.
const nodeScratch = Buffer.alloc(65);
nodeScratch[0] = 0x01;
const chainScratch = Buffer.alloc(64);

/**
 * SHA-256 as lowercase hex. A string is hashed as UTF-8.
 *
 * @throws CANONICAL_INVALID for a string with lone surrogates
 * @example
 * ```ts
 * import { sha256Hex } from 'castellan/adapter';
 *
 * console.log(sha256Hex('abc')); // ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
 * ```
 */
export function sha256Hex(data: string | Uint8Array): Digest {
  return hash('sha256', checked(data), 'hex') as Digest;
}

/** SHA-256 as 32 bytes. A string is hashed as UTF-8. @throws CANONICAL_INVALID for a string with lone surrogates */
export function sha256(data: string | Uint8Array): Uint8Array {
  return fromBinary(hash('sha256', checked(data), 'binary'));
}

/** SHA-256(utf8(tag) ‖ 0x00 ‖ data): digests under different tags never collide. @throws CANONICAL_INVALID for a tag with NUL */
export function taggedDigest(tag: string, data: string | Uint8Array): Digest {
  if (tag.length === 0 || tag.includes('\0'))
    throw new CastellanError('CANONICAL_INVALID', { message: 'A digest tag is non-empty text without NUL.' });
  if (typeof data === 'string') return sha256Hex(`${tag}\0${data}`);
  return hash('sha256', Buffer.concat([Buffer.from(`${tag}\0`), data]), 'hex') as Digest;
}

/**
 * Digest of the exact bytes that a key would sign; decisions and permits are bound to it.
 *
 * @example
 * ```ts
 * import { payloadDigest, sha256Hex } from 'castellan/adapter';
 *
 * const payload = Uint8Array.of(1, 2, 3);
 * console.log(payloadDigest(payload) === sha256Hex('castellan.payload.v1\0\x01\x02\x03')); // true
 * ```
 */
export function payloadDigest(payload: Uint8Array): Digest {
  return taggedDigest('castellan.payload.v1', payload);
}

/** Keccak-256 (the original padding, as EVM chains use it), 32 bytes. */
export function keccak256(data: Uint8Array): Uint8Array {
  return keccak_256(data);
}

/** HMAC-SHA-256 (RFC 2104), lowercase hex. Strings are UTF-8. @throws CANONICAL_INVALID for a string with lone surrogates */
export function hmacSha256Hex(key: string | Uint8Array, data: string | Uint8Array): string {
  return createHmac('sha256', checked(key)).update(checked(data)).digest('hex');
}

/** HMAC-SHA-512 (RFC 2104), 64 bytes. Strings are UTF-8. */
export function hmacSha512(key: string | Uint8Array, data: string | Uint8Array): Uint8Array {
  const digest = createHmac('sha512', checked(key)).update(checked(data)).digest();
  const bytes = Uint8Array.from(digest);
  digest.fill(0);
  return bytes;
}

/** PBKDF2 with HMAC-SHA-512 (RFC 8018), 64 bytes, off the event loop. */
export function pbkdf2Sha512(secret: Uint8Array, salt: string | Uint8Array, iterations: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    pbkdf2(secret, checked(salt), iterations, 64, 'sha512', (error, derived) => {
      if (error !== null) return reject(error);
      const bytes = Uint8Array.from(derived);
      derived.fill(0);
      return resolve(bytes);
    });
  });
}

/** RFC 6962 leaf: SHA-256(0x00 ‖ utf8(entry)), hex. */
export function leafHash(entry: string): string {
  return sha256Hex(`\0${entry}`);
}

/** RFC 6962 node: SHA-256(0x01 ‖ left ‖ right) over raw bytes, hex in and out. @throws CANONICAL_INVALID */
export function nodeHash(left: string, right: string): string {
  writeHash(nodeScratch, left, 1);
  writeHash(nodeScratch, right, 33);
  return hash('sha256', nodeScratch, 'hex');
}

/** Link of the log: SHA-256(previous ‖ leaf) over raw bytes, hex in and out. @throws CANONICAL_INVALID */
export function chainHash(previous: string, leaf: string): string {
  writeHash(chainScratch, previous, 0);
  writeHash(chainScratch, leaf, 32);
  return hash('sha256', chainScratch, 'hex');
}

/** Lowercase hex without prefix. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

/** Bytes of hex in either case, even length, no prefix. @throws CANONICAL_INVALID for anything else */
export function fromHex(text: string): Uint8Array {
  if (typeof text !== 'string' || !HEX_TEXT.test(text))
    throw new CastellanError('CANONICAL_INVALID', { message: 'Hex text has an even number of hex digits and no prefix.' });
  const bytes = new Uint8Array(text.length / 2);
  Buffer.from(bytes.buffer).write(text, 'hex');
  return bytes;
}

/** Compares two texts in time that depends only on their lengths; false where either is no string. */
export function constantTimeEqual(a: string, b: string): boolean {
  if (typeof a !== 'string' || typeof b !== 'string' || a.length !== b.length) return false;
  // UTF-16 keeps every code unit; UTF-8 would fold lone surrogates into one character.
  return timingSafeEqual(Buffer.from(a, 'utf16le'), Buffer.from(b, 'utf16le'));
}

/** A lone surrogate would become U+FFFD, so that two texts had one digest. */
function checked(data: string | Uint8Array): string | Uint8Array {
  if (typeof data === 'string' && !data.isWellFormed())
    throw new CastellanError('CANONICAL_INVALID', { message: 'Text with a lone surrogate has no digest.' });
  return data;
}

function fromBinary(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) bytes[index] = text.charCodeAt(index);
  return bytes;
}

/** Value of each lowercase hex digit by its character code; -1 for every other. */
const DIGIT_OF = new Int8Array(128).fill(-1);
for (let value = 0; value < 16; value += 1) DIGIT_OF[value.toString(16).charCodeAt(0)] = value;

// Not `Buffer.write(…, 'hex')`: it reads only the low byte of a character, so U+0130 would pass for the digit 0.
function writeHash(target: Uint8Array, text: string, offset: number): void {
  let wrong = text.length === 64 ? 0 : -1;
  for (let index = 0; index < 32; index += 1) {
    const high = DIGIT_OF[text.charCodeAt(2 * index)] ?? -1;
    const low = DIGIT_OF[text.charCodeAt(2 * index + 1)] ?? -1;
    wrong |= high | low;
    target[offset + index] = (high << 4) | low;
  }
  if (wrong < 0) throw new CastellanError('CANONICAL_INVALID', { message: 'A hash is 64 lowercase hex digits.' });
}
