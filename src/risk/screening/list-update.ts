import {
  type AttestationKey,
  CastellanError,
  canonicalize,
  type Digest,
  fromHex,
  sha256Hex,
  type TimeMs,
  toHex,
  verifyEd25519,
} from '../../core/index.ts';
import { isCount, isHex, isPlainRecord, isText } from './update-fields.ts';

/** Set before the header: a key that signs updates signs nothing else by accident. */
const PURPOSE = 'castellan.screening-update.v1\n';

/** What an update does with its rows. */
export const UPDATE_OPERATIONS = ['full', 'add', 'remove'] as const;

/** What is signed of an update. The rows are its body, in the format of the list; the header names their digest. */
export interface ListUpdateHeader {
  readonly list: string;
  /** Id of the key that signs. */
  readonly key: string;
  /** Rises with every update, by one for `add` and `remove`. */
  readonly sequence: number;
  readonly operation: (typeof UPDATE_OPERATIONS)[number];
  /** Digest of the update before, which `add` and `remove` build on; null for `full`. */
  readonly previous: Digest | null;
  readonly issuedMs: TimeMs;
  /** From then on the update is not taken any more; what was taken stays in force. */
  readonly expiresMs: TimeMs;
  /** Bytes of the body. */
  readonly bytes: number;
  /** Of the body, by `digestBody`. */
  readonly body: Digest;
}

/** An update's header as canonical JSON (RFC 8785), and the Ed25519 signature in hex over it. */
export interface SignedListUpdate {
  readonly header: string;
  readonly signature: string;
}

/** The update that a list stands on. Keep it where it outlives the process: it is what nothing older is taken after. */
export interface ListState {
  readonly list: string;
  readonly sequence: number;
  readonly digest: Digest;
}

/** Why an update is not taken. */
export type ListUpdateRefusal =
  | 'malformed'
  | 'other_list'
  | 'unknown_key'
  | 'signature'
  | 'expired'
  | 'not_yet_issued'
  | 'rolled_back'
  | 'out_of_order'
  | 'body';

/** The answer to an update, before its body is read. */
export type ListUpdateCheck =
  | { readonly ok: true; readonly header: ListUpdateHeader; readonly state: ListState }
  | { readonly ok: false; readonly reason: ListUpdateRefusal };

/** Clocks of who signs and who checks may differ by this much. */
const SKEW_MS = 300_000;

/**
 * Signs an update.
 *
 * @throws SIGNING_CLOSED from a key that attests nothing
 * @example
 * ```ts
 * import { createAttestationKey, digestBody, signListUpdate } from 'castellan';
 *
 * const key = createAttestationKey('list-desk', new Uint8Array(32).fill(7)); // 32 random bytes, kept secret
 * async function* rows() {
 *   yield Buffer.from('0xd8da6bf26964af9d7eed9e03e53415d37aa96045\n');
 * }
 * const times = { issuedMs: 1_700_000_000_000, expiresMs: 1_700_086_400_000 };
 * const header = { list: 'desk', key: 'list-desk', sequence: 1, operation: 'full', previous: null, ...times } as const;
 * const { signature } = signListUpdate({ ...header, ...(await digestBody(rows())) }, key);
 * console.log(signature.length); // 128
 * ```
 */
export function signListUpdate(header: ListUpdateHeader, key: AttestationKey): SignedListUpdate {
  const text = canonicalize(header);
  return { header: text, signature: toHex(key.sign(Buffer.from(PURPOSE + text))) };
}

/**
 * Checks an update's header: signature first, then list, time and order. `after` is the update that the list stands on; null
 * where there is none. The body is still to be compared with `header.body`. Pure; never throws.
 *
 * @example
 * ```ts
 * import { verifyListUpdate } from 'castellan';
 *
 * const about = { list: 'desk', signers: {}, after: null, nowMs: 1_700_000_000_000 };
 * console.log(verifyListUpdate({ header: '{}', signature: '' }, about)); // { ok: false, reason: 'malformed' }
 * ```
 */
export function verifyListUpdate(
  update: SignedListUpdate,
  about: {
    readonly list: string;
    readonly signers: Readonly<Record<string, Uint8Array>>;
    readonly after: ListState | null;
    readonly nowMs: TimeMs;
  },
): ListUpdateCheck {
  const no = (reason: ListUpdateRefusal): ListUpdateCheck => ({ ok: false, reason });
  const header = parseHeader(update?.header);
  if (header === undefined || !isHex(update.signature, 128)) return no('malformed');
  const signer = Object.hasOwn(about.signers, header.key) ? about.signers[header.key] : undefined;
  if (signer === undefined) return no('unknown_key');
  const signed = PURPOSE + update.header;
  if (!verifyEd25519(signer, Buffer.from(signed), fromHex(update.signature))) return no('signature');
  if (header.list !== about.list) return no('other_list');
  if (!(about.nowMs < header.expiresMs)) return no('expired');
  if (header.issuedMs > about.nowMs + SKEW_MS) return no('not_yet_issued');
  const { after } = about;
  if (after !== null && header.sequence <= after.sequence) return no('rolled_back');
  if (header.operation === 'full' ? header.previous !== null : after === null) return no('out_of_order');
  if (header.operation !== 'full' && (header.sequence !== (after?.sequence ?? 0) + 1 || header.previous !== after?.digest))
    return no('out_of_order');
  return { ok: true, header, state: Object.freeze({ list: header.list, sequence: header.sequence, digest: sha256Hex(signed) }) };
}

/** The error that an update which is not taken comes to. */
export function refusedUpdate(list: string, reason: ListUpdateRefusal | 'unsigned' | 'overtaken'): CastellanError {
  return new CastellanError('SIGNATURE_INVALID', { message: 'The update of the screening list is not taken.', details: { list, reason } });
}

const FIELDS = ['body', 'bytes', 'expiresMs', 'issuedMs', 'key', 'list', 'operation', 'previous', 'sequence'].join();

/** Only the one canonical spelling: what was signed is what is read. */
function parseHeader(text: unknown): ListUpdateHeader | undefined {
  if (!isText(text, 4_096)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
    if (!isPlainRecord(value) || canonicalize(value) !== text || Object.keys(value).join() !== FIELDS) return undefined;
  } catch {
    return undefined;
  }
  const { body, bytes, expiresMs, issuedMs, key, list, operation, previous, sequence } = value;
  const isWell =
    isHex(body, 64) &&
    [bytes, expiresMs, issuedMs, sequence].every(isCount) &&
    isText(key, 200) &&
    isText(list, 200) &&
    UPDATE_OPERATIONS.some((known) => known === operation) &&
    (previous === null || isHex(previous, 64));
  return isWell ? (value as unknown as ListUpdateHeader) : undefined;
}
