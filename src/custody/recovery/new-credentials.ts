import { CastellanError, canonicalize, type Digest, type Json, taggedDigest } from '../../core/index.ts';
import type { Mac } from './one-time-code.ts';

/** Credentials as given, read once. */
export interface NewCredentials {
  readonly value: { readonly [name: string]: Json };
  /** Canonical JSON. */
  readonly text: string;
}

const MAX_BYTES = 16_384;
const TAG = 'castellan.recovery.credentials.v1';

/** Takes new credentials: an object of plain data, at most 16 KiB as JSON. @throws REQUEST_INVALID, which never quotes them */
export function toNewCredentials(given: unknown): NewCredentials {
  try {
    const text = typeof given === 'object' && given !== null && !Array.isArray(given) ? canonicalize(given) : '';
    if (text !== '' && Buffer.byteLength(text) <= MAX_BYTES) return { value: JSON.parse(text) as NewCredentials['value'], text };
  } catch {
    // Whatever is no plain data, and whatever a getter throws.
  }
  throw new CastellanError('REQUEST_INVALID', {
    message: 'New credentials are an object of plain data, at most 16 KiB.',
    details: { field: 'newCredentials' },
  });
}

/**
 * What guardians sign for a session that may complete with these credentials only. Public: give public keys, never secrets.
 *
 * @param given - plain data, at most 16 KiB as JSON; public keys, never secrets
 * @throws REQUEST_INVALID for anything else
 * @example
 * ```ts
 * import { recoveryCredentialsDigest } from 'castellan';
 *
 * const credentials = { publicKey: 'aa'.repeat(32) };
 * console.log(recoveryCredentialsDigest(credentials) === recoveryCredentialsDigest({ ...credentials })); // true
 * ```
 */
export function recoveryCredentialsDigest(given: unknown): Digest {
  return taggedDigest(TAG, toNewCredentials(given).text);
}

/** Tells one session's credentials again without storing them. */
export function credentialsMac(mac: Mac, tenant: string, sessionId: string, { text }: NewCredentials): string {
  return mac(canonicalize([TAG, tenant, sessionId, text]));
}
