import { sha256, toHex } from '../core/digest.ts';
import { CastellanError } from '../core/errors.ts';
import { verifyEd25519 } from '../core/signature.ts';
import type { AttestationKey } from '../core/signer.ts';

/** One signature line of a note: `— <name> base64(key id ‖ signature)`. */
export interface NoteSignature {
  readonly name: string;
  /** First 4 bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key), 8 hex digits. */
  readonly keyId: string;
  readonly signature: Uint8Array;
}

/** A note taken apart, nothing verified. `text` ends with a newline and is what the signatures cover. */
export interface ParsedNote {
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** An Ed25519 key that a verifier trusts under a name. */
export interface NoteVerifier {
  readonly name: string;
  readonly keyId: string;
  readonly publicKey: Uint8Array;
}

/** What opening a note came to. */
export type OpenedNote =
  | { readonly ok: true; readonly text: string; readonly verified: readonly NoteSignature[] }
  | { readonly ok: false; readonly reason: 'malformed_note' | 'ambiguous_key' | 'invalid_signature' | 'no_verifiable_signature' };

const ED25519 = 0x01;
const PUBLIC_KEY_BYTES = 32;
/** Parsing a note costs at most this much: more is malformed. */
const MAX_NOTE_CHARS = 1_000_000;
const MAX_SIGNATURES = 100;
const NAME = /^[^\s+\p{White_Space}\p{Cc}]+$/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: a note holds no control character but newline
const CONTROL = /[\x00-\x09\x0b-\x1f]/;

/** Tells whether a key may have this name: not empty, no white space, no plus. */
export function isNoteName(name: string): boolean {
  return name.isWellFormed() && NAME.test(name);
}

/** The verifier of a key under a name. @throws KEY_INVALID */
export function toNoteVerifier(name: string, publicKey: Uint8Array): NoteVerifier {
  if (!isNoteName(name) || publicKey.length !== PUBLIC_KEY_BYTES)
    throw new CastellanError('KEY_INVALID', { message: 'A note key has a name without spaces or plus, and 32 bytes.' });
  const typed = Uint8Array.of(ED25519, ...publicKey);
  const keyId = toHex(sha256(Buffer.concat([Buffer.from(`${name}\n`), typed])).subarray(0, 4));
  return { name, keyId, publicKey };
}

/**
 * Writes a verifier as `name+<key id>+base64(0x01 ‖ key)`.
 *
 * @param verifier - name, key id and the 32 bytes of an Ed25519 key
 * @example
 * ```ts
 * import { formatVerifierKey, parseVerifierKey } from 'castellan';
 *
 * const published = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
 * console.log(formatVerifierKey(parseVerifierKey(published)) === published); // true
 * ```
 */
export function formatVerifierKey(verifier: NoteVerifier): string {
  return `${verifier.name}+${verifier.keyId}+${Buffer.of(ED25519, ...verifier.publicKey).toString('base64')}`;
}

/**
 * Reads a verifier key (C2SP signed-note).
 *
 * @throws KEY_INVALID for any other text, a wrong key id among them
 * @example
 * ```ts
 * import { isCastellanError, parseVerifierKey } from 'castellan';
 *
 * const { name, keyId } = parseVerifierKey('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');
 * console.log(name, keyId); // PeterNeumann c74f20a3
 * try {
 *   parseVerifierKey('PeterNeumann+00000000+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');
 * } catch (error) {
 *   console.log(isCastellanError(error) && error.code); // KEY_INVALID
 * }
 * ```
 */
export function parseVerifierKey(text: string): NoteVerifier {
  const [name = '', keyId = '', ...rest] = text.split('+');
  const typed = fromBase64(rest.join('+'));
  if (!/^[0-9a-f]{8}$/.test(keyId) || typed === undefined || typed.length !== PUBLIC_KEY_BYTES + 1 || typed[0] !== ED25519) {
    throw new CastellanError('KEY_INVALID', { message: 'The text is no verifier key of an Ed25519 note key.' });
  }
  const verifier = toNoteVerifier(name, typed.subarray(1));
  if (verifier.keyId !== keyId) throw new CastellanError('KEY_INVALID', { message: 'The verifier key names another key id.' });
  return verifier;
}

/** Signs `text` as a note (C2SP signed-note). @throws REQUEST_INVALID for text that is no note text */
export function signNote(text: string, name: string, key: AttestationKey): string {
  if (!isNoteText(text))
    throw new CastellanError('REQUEST_INVALID', {
      message: 'A note is text that ends with a newline and holds no other control character.',
    });
  const { keyId } = toNoteVerifier(name, key.publicKey);
  const signature = key.sign(Buffer.from(text));
  return `${text}\n— ${name} ${Buffer.concat([Buffer.from(keyId, 'hex'), signature]).toString('base64')}\n`;
}

/** Takes a note apart; undefined where it is malformed. Bytes must be UTF-8. */
export function parseNote(note: string | Uint8Array): ParsedNote | undefined {
  const whole = typeof note === 'string' ? note : decode(note);
  if (whole === undefined || whole.length > MAX_NOTE_CHARS) return undefined;
  const split = whole.lastIndexOf('\n\n');
  if (split < 0) return undefined;
  const text = whole.slice(0, split + 1);
  const lines = whole.slice(split + 2).split('\n');
  if (!isNoteText(text) || lines.pop() !== '' || lines.length === 0 || lines.length > MAX_SIGNATURES) return undefined;
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const signature = parseSignature(line);
    if (signature === undefined) return undefined;
    signatures.push(signature);
  }
  return { text, signatures };
}

/**
 * Opens a note: at least one signature by a trusted key, and every signature that claims to be by one is right.
 * Signatures of keys that are not among `verifiers` are ignored.
 */
export function openNote(note: string | Uint8Array, verifiers: readonly NoteVerifier[]): OpenedNote {
  const parsed = parseNote(note);
  if (parsed === undefined) return { ok: false, reason: 'malformed_note' };
  const message = Buffer.from(parsed.text);
  const verified: NoteSignature[] = [];
  for (const signature of parsed.signatures) {
    const candidates = verifiers.filter(({ name, keyId }) => name === signature.name && keyId === signature.keyId);
    const [verifier] = candidates;
    if (verifier === undefined) continue;
    if (candidates.length > 1) return { ok: false, reason: 'ambiguous_key' };
    if (verified.some(({ name, keyId }) => name === signature.name && keyId === signature.keyId)) continue;
    if (!verifyEd25519(verifier.publicKey, message, signature.signature)) return { ok: false, reason: 'invalid_signature' };
    verified.push(signature);
  }
  return verified.length === 0 ? { ok: false, reason: 'no_verifiable_signature' } : { ok: true, text: parsed.text, verified };
}

function parseSignature(line: string): NoteSignature | undefined {
  const [dash, name = '', encoded = '', ...rest] = line.split(' ');
  if (dash !== '—' || rest.length > 0 || !isNoteName(name)) return undefined;
  const bytes = fromBase64(encoded);
  if (bytes === undefined || bytes.length < 5) return undefined;
  return { name, keyId: toHex(bytes.subarray(0, 4)), signature: bytes.subarray(4) };
}

function isNoteText(text: string): boolean {
  return text.endsWith('\n') && text.isWellFormed() && !CONTROL.test(text);
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Standard base64 in its one canonical spelling. */
function fromBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length > 0 && bytes.toString('base64') === text ? new Uint8Array(bytes) : undefined;
}
