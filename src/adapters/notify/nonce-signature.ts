import { constantTimeEqual, hmacSha256Hex } from '../../core/digest.ts';
import type { TimeMs } from '../../core/ids.ts';
import { SIGNATURE_TOLERANCE_MS, strictUtf8 } from './webhook-signature.ts';

/** Which way a message goes: what we sent is no answer to us. */
export type Direction = 'request' | 'reply';

/** What checking a signature came to. */
export type NonceCheck =
  | { readonly ok: true; readonly atMs: TimeMs; readonly nonce: string }
  | { readonly ok: false; readonly reason: 'malformed' | 'expired' | 'signature' };

const NONCE = /^[A-Za-z0-9_-]{16,64}$/;
const HEADER = /^t=(0|[1-9][0-9]{0,11}),n=([A-Za-z0-9_-]{16,64}),v1=([0-9a-f]{64})$/;

/**
 * Signs a body with its time and a nonce, for a webhook of approvals and for the answer to it.
 *
 * ```text
 * castellan-signature: t=<seconds>,n=<nonce>,v1=<HMAC-SHA-256(secret, "<request|reply>.<seconds>.<nonce>.<body>")>
 * ```
 *
 * @param message - `nonce` is 16 to 64 letters, digits, `_` or `-`, another one each time; `nowMs` in ms since the epoch
 * @throws TypeError for a nonce that is none
 * @example
 * ```ts
 * import { signApprovalWebhook, verifyApprovalWebhook } from 'castellan';
 *
 * const [secret, body, nowMs] = ['thirty-two characters of a secret', '{"verdict":"reject"}', 1_700_000_000_000];
 * const header = signApprovalWebhook(secret, { direction: 'reply', body, nonce: '00112233445566778899aabbccddeeff', nowMs });
 * console.log(verifyApprovalWebhook(secret, { direction: 'reply', header, body, nowMs }).ok); // true
 * console.log(verifyApprovalWebhook(secret, { direction: 'request', header, body, nowMs }).ok); // false
 * ```
 */
export function signApprovalWebhook(
  secret: string,
  {
    direction,
    body,
    nonce,
    nowMs,
  }: { readonly direction: Direction; readonly body: string; readonly nonce: string; readonly nowMs: TimeMs },
): string {
  if (!NONCE.test(nonce)) throw new TypeError('a nonce is 16 to 64 letters, digits, _ or -');
  const seconds = Math.floor(nowMs / 1_000);
  return `t=${seconds},n=${nonce},v1=${hmacSha256Hex(secret, `${direction}.${seconds}.${nonce}.${body}`)}`;
}

/**
 * Checks such a signature against the body exactly as it arrived, in constant time. A receiver then refuses a nonce that it
 * has seen within ten minutes: the same message passes this check again.
 *
 * Fails closed when the header is not exactly of this form, its time is over five minutes from `nowMs`, the message goes the
 * other way, or the bytes are no UTF-8.
 *
 * @param message - `header` is the value of `castellan-signature`; `body` as it arrived, byte by byte
 * @example
 * ```ts
 * import { verifyApprovalWebhook } from 'castellan';
 *
 * const message = { direction: 'request', header: 't=1,n=0123456789abcdef,v1=00', body: '{}', nowMs: 1_000 } as const;
 * console.log(verifyApprovalWebhook('thirty-two characters of a secret', message)); // { ok: false, reason: 'malformed' }
 * ```
 */
export function verifyApprovalWebhook(
  secret: string,
  message: { readonly direction: Direction; readonly header: string; readonly body: string | Uint8Array; readonly nowMs: TimeMs },
): NonceCheck {
  const { direction, header, body, nowMs } = message;
  const match = typeof header === 'string' && header.length <= 256 ? HEADER.exec(header) : null;
  if (typeof secret !== 'string' || secret === '' || match === null) return { ok: false, reason: 'malformed' };
  const [, seconds = '', nonce = '', given = ''] = match;
  const text = typeof body === 'string' ? body : strictUtf8(body);
  if (text === undefined || !text.isWellFormed()) return { ok: false, reason: 'malformed' };
  const atMs = Number(seconds) * 1_000;
  // Negated, so that a clock that is no number fails.
  if (!(Math.abs(nowMs - atMs) <= SIGNATURE_TOLERANCE_MS)) return { ok: false, reason: 'expired' };
  const expected = hmacSha256Hex(secret, `${direction}.${seconds}.${nonce}.${text}`);
  return constantTimeEqual(given, expected) ? { ok: true, atMs, nonce } : { ok: false, reason: 'signature' };
}
