import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { CastellanError, type Random } from '../../core/index.ts';

/** Bytes of the nonce, and of the tag behind the ciphertext. */
const NONCE_BYTES = 24;
const TAG_BYTES = 16;
const CANONICAL_BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** Seals bytes under one key. `context` is authenticated and must be the same to open. */
export interface Cipher {
  /** base64 of nonce ‖ ciphertext ‖ tag. */
  seal(plaintext: Uint8Array, context: string): string;
  /** The bytes again; the caller wipes what is secret. @throws KEY_DECRYPT_FAILED */
  open(sealed: string, context: string): Uint8Array;
  /** @throws SHUTTING_DOWN once it is closed */
  checkOpen(): void;
  /** Fills the key with zeros; everything afterwards is refused. */
  close(): void;
}

/**
 * XChaCha20-Poly1305 with a random nonce of 24 bytes. Takes the key over: it is wiped at `close`.
 *
 * Fails closed when the randomness is not 24 bytes, the text is not canonical base64, or a bit of key, text or context differs.
 */
export function createCipher(key: Uint8Array, random: Random): Cipher {
  let open = true;
  const checkOpen = (): void => {
    if (!open) throw new CastellanError('SHUTTING_DOWN', { message: 'The vault is closed.' });
  };
  return Object.freeze({
    checkOpen,
    seal(plaintext: Uint8Array, context: string): string {
      checkOpen();
      const nonce = random.bytes(NONCE_BYTES);
      if (!(nonce instanceof Uint8Array) || nonce.length !== NONCE_BYTES || nonce.every((byte) => byte === nonce[0])) {
        throw new CastellanError('INTERNAL', { message: 'The source of randomness did not give 24 random bytes.' });
      }
      const body = xchacha20poly1305(key, nonce, Buffer.from(context)).encrypt(plaintext);
      return Buffer.concat([nonce, body]).toString('base64');
    },
    open(sealed: string, context: string): Uint8Array {
      checkOpen();
      if (typeof sealed !== 'string' || !CANONICAL_BASE64.test(sealed)) throw failed();
      const bytes = Buffer.from(sealed, 'base64');
      if (bytes.length < NONCE_BYTES + TAG_BYTES || bytes.toString('base64') !== sealed) throw failed();
      try {
        return xchacha20poly1305(key, bytes.subarray(0, NONCE_BYTES), Buffer.from(context)).decrypt(bytes.subarray(NONCE_BYTES));
      } catch {
        throw failed();
      }
    },
    close(): void {
      open = false;
      key.fill(0);
    },
  });
}

function failed(): CastellanError {
  return new CastellanError('KEY_DECRYPT_FAILED', { message: 'What is stored does not open under this key.' });
}
