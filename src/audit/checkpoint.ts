import { fromHex, toHex } from '../core/digest.ts';
import { CastellanError } from '../core/errors.ts';
import type { AttestationKey } from '../core/signer.ts';
import { isNoteName, openNote, parseNote, signNote, toNoteVerifier } from './note.ts';

/**
 * What a log's signer says at one moment (C2SP tlog-checkpoint):
 *
 * ```
 * castellan/<tenant>     origin, also the key's name
 * 1200                   entries
 * base64(root)           RFC 6962 tree hash
 * ```
 */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  /** Tree hash, hex. */
  readonly root: string;
  /** Further lines that the signature covers; ours has none. */
  readonly extensions: readonly string[];
}

/** What verifying a checkpoint came to. */
export type CheckpointResult =
  | { readonly ok: true; readonly checkpoint: Checkpoint }
  | { readonly ok: false; readonly reason: 'malformed_checkpoint' | 'other_origin' | 'other_key' | 'invalid_signature' };

/** Origin of a tenant's log and name of its checkpoint key. @throws CONFIG_INVALID for a tenant that cannot stand in one */
export function logOrigin(tenant: string): string {
  const origin = `castellan/${tenant}`;
  if (tenant.length === 0 || !isNoteName(origin))
    throw new CastellanError('CONFIG_INVALID', { message: 'A tenant name has no spaces and no plus.', details: { field: 'tenant' } });
  return origin;
}

/** Signs the state of a log. Returns the whole note. */
export function signCheckpoint(
  checkpoint: { readonly origin: string; readonly size: number; readonly root: string },
  key: AttestationKey,
): string {
  if (!Number.isSafeInteger(checkpoint.size) || checkpoint.size < 0)
    throw new CastellanError('INTERNAL', { message: 'A log size is a whole number.' });
  const root = Buffer.from(fromHex(checkpoint.root)).toString('base64');
  return signNote(`${checkpoint.origin}\n${checkpoint.size}\n${root}\n`, checkpoint.origin, key);
}

/**
 * Reads the body of a checkpoint, no signature looked at; undefined where it is malformed.
 *
 * @param body - the note's text without its signatures: origin, size, root
 * @example
 * ```ts
 * import { parseCheckpoint } from 'castellan';
 *
 * const root = Buffer.alloc(32, 1).toString('base64');
 * const checkpoint = parseCheckpoint(`castellan.log/acme\n17\n${root}\n`);
 * console.log(checkpoint?.origin, checkpoint?.size); // castellan.log/acme 17
 * console.log(parseCheckpoint('no checkpoint')); // undefined
 * ```
 */
export function parseCheckpoint(body: string): Checkpoint | undefined {
  if (!body.endsWith('\n')) return undefined;
  const [origin = '', size = '', root = '', ...extensions] = body.slice(0, -1).split('\n');
  if (origin === '' || !/^(?:0|[1-9][0-9]{0,15})$/.test(size) || !Number.isSafeInteger(Number(size))) return undefined;
  const bytes = Buffer.from(root, 'base64');
  if (root === '' || bytes.toString('base64') !== root) return undefined;
  return { origin, size: Number(size), root: toHex(bytes), extensions };
}

/** Verifies a checkpoint note of `origin` by its one key. Fails closed: every doubt is a reason. */
export function verifyCheckpoint(note: string, origin: string, publicKey: Uint8Array): CheckpointResult {
  const parsed = parseNote(note);
  const checkpoint = parsed === undefined ? undefined : parseCheckpoint(parsed.text);
  if (checkpoint === undefined || checkpoint.root.length !== 64) return { ok: false, reason: 'malformed_checkpoint' };
  if (checkpoint.origin !== origin) return { ok: false, reason: 'other_origin' };
  const opened = openNote(note, [toNoteVerifier(origin, publicKey)]);
  if (opened.ok) return { ok: true, checkpoint };
  return { ok: false, reason: opened.reason === 'no_verifiable_signature' ? 'other_key' : 'invalid_signature' };
}
