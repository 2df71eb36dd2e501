import { constantTimeEqual, hmacSha256Hex } from '../../core/digest.ts';
import type { TimeMs } from '../../core/ids.ts';

/** Header that carries the signature of a webhook. */
export const SIGNATURE_HEADER = 'castellan-signature';

/** Furthest that the time of a signature may be from the receiver's, ms. */
export const SIGNATURE_TOLERANCE_MS = 300_000;
/** Signatures of one header that are compared: two while a secret is replaced, and some room. */
const MAX_SIGNATURES = 8;
const ITEM = /^(?:t=(0|[1-9][0-9]{0,11})|v1=([0-9a-f]{64})|[a-z][a-z0-9]{0,15}=[\x21-\x2b\x2d-\x7e]{1,256})$/;

/** What checking a webhook came to. */
export type WebhookCheck =
  | { readonly ok: true; readonly atMs: TimeMs }
  | { readonly ok: false; readonly reason: 'malformed' | 'expired' | 'signature' };

/** Signs a body: `t=<seconds>,v1=<hex>`, HMAC-SHA-256 over `<seconds>.<body>`. */
export function signWebhook(secret: string, body: string, nowMs: TimeMs): string {
  const seconds = Math.floor(nowMs / 1_000);
  return `t=${seconds},v1=${hmacSha256Hex(secret, `${seconds}.${body}`)}`;
}

/**
 * Checks the `castellan-signature` header of a webhook against the body exactly as it arrived, before parsing it. A body
 * that passes may still be a repetition within five minutes: receivers remember the notice's `id` that it holds.
 *
 * Fails closed when the header is malformed, its time is over five minutes from `nowMs`, or no signature is the secret's.
 *
 * @param secret - what the webhook was configured with
 * @param header - the value of `castellan-signature`
 * @param body - as it arrived, byte by byte
 * @param nowMs - the receiver's clock, ms since the epoch
 * @example
 * ```ts
 * import { createHmac } from 'node:crypto';
 * import { verifyWebhook } from 'castellan';
 *
 * const secret = 'thirty-two characters of a secret';
 * const body = '{"id":"n-1"}';
 * const seconds = 1_700_000_000;
 * const header = `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
 * console.log(verifyWebhook(secret, header, body, seconds * 1_000).ok); // true
 * console.log(verifyWebhook(secret, header, `${body} `, seconds * 1_000).ok); // false
 * ```
 */
export function verifyWebhook(secret: string, header: string, body: string | Uint8Array, nowMs: TimeMs): WebhookCheck {
  if (typeof secret !== 'string' || secret === '' || typeof header !== 'string' || header.length > 2_048)
    return { ok: false, reason: 'malformed' };
  const times: string[] = [];
  const signatures: string[] = [];
  for (const item of header.split(',')) {
    const match = ITEM.exec(item);
    if (match === null) return { ok: false, reason: 'malformed' };
    if (match[1] !== undefined) times.push(match[1]);
    if (match[2] !== undefined) signatures.push(match[2]);
  }
  const [seconds] = times;
  if (seconds === undefined || times.length !== 1 || signatures.length === 0 || signatures.length > MAX_SIGNATURES)
    return { ok: false, reason: 'malformed' };
  const atMs = Number(seconds) * 1_000;
  // Negated, so that a clock that is no number fails.
  if (!(Math.abs(nowMs - atMs) <= SIGNATURE_TOLERANCE_MS)) return { ok: false, reason: 'expired' };
  const text = typeof body === 'string' ? body : strictUtf8(body);
  if (text === undefined || !text.isWellFormed()) return { ok: false, reason: 'signature' };
  const expected = hmacSha256Hex(secret, `${seconds}.${text}`);
  return signatures.some((signature) => constantTimeEqual(signature, expected)) ? { ok: true, atMs } : { ok: false, reason: 'signature' };
}

/** Text of bytes that are UTF-8 to the last one: repaired text would be other text. */
export function strictUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
