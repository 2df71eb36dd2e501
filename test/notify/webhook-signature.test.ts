import { describe, expect, it } from 'vitest';
import { verifyWebhook } from '../../src/adapters/notify/index.ts';
import { signWebhook } from '../../src/adapters/notify/webhook-signature.ts';
import { AT_MS } from './notices.ts';

const SECRET = 'canary-webhook-secret-0123456789';

describe('the signature of a webhook', () => {
  const body = '{"id":"n1"}';
  const header = signWebhook(SECRET, body, AT_MS);
  const [time = '', signature = ''] = header.split(',');

  it('is HMAC-SHA-256 over time and body, as other software computes it', () => {
    // printf '1700000000.{"id":"n1"}' | openssl dgst -sha256 -hmac canary-webhook-secret-0123456789
    expect(header).toBe('t=1700000000,v1=e58df36a7836e0190d356d4fec20cc2d1624f94e2ee6c3eb4a9d09a7b2d0785e');
  });

  it('holds for body, secret and time, as text and as bytes', () => {
    expect(verifyWebhook(SECRET, header, body, AT_MS)).toEqual({ ok: true, atMs: AT_MS });
    expect(verifyWebhook(SECRET, header, Buffer.from(body), AT_MS + 300_000)).toEqual({ ok: true, atMs: AT_MS });
    expect(verifyWebhook(SECRET, `${time},v1=${'0'.repeat(64)},${signature},v2=later`, body, AT_MS)).toEqual({ ok: true, atMs: AT_MS });
  });

  it.each([
    ['another secret', () => verifyWebhook(`${SECRET}x`, header, body, AT_MS), 'signature'],
    ['another body', () => verifyWebhook(SECRET, header, `${body}\n`, AT_MS), 'signature'],
    ['bytes that are no text', () => verifyWebhook(SECRET, header, Uint8Array.of(0xff), AT_MS), 'signature'],
    ['a byte order mark before the body', () => verifyWebhook(SECRET, header, Buffer.from(`\ufeff${body}`), AT_MS), 'signature'],
    ['another time', () => verifyWebhook(SECRET, `t=1700000001,${signature}`, body, AT_MS), 'signature'],
    ['a late one', () => verifyWebhook(SECRET, header, body, AT_MS + 300_001), 'expired'],
    ['an early one', () => verifyWebhook(SECRET, header, body, AT_MS - 300_001), 'expired'],
    ['a clock that is none', () => verifyWebhook(SECRET, header, body, Number.NaN), 'expired'],
    ['no signature', () => verifyWebhook(SECRET, time, body, AT_MS), 'malformed'],
    ['no time', () => verifyWebhook(SECRET, signature, body, AT_MS), 'malformed'],
    ['two times', () => verifyWebhook(SECRET, `${time},${header}`, body, AT_MS), 'malformed'],
    ['a space', () => verifyWebhook(SECRET, header.replace(',', ', '), body, AT_MS), 'malformed'],
    ['capitals', () => verifyWebhook(SECRET, header.toUpperCase(), body, AT_MS), 'malformed'],
    ['a cut signature', () => verifyWebhook(SECRET, header.slice(0, -1), body, AT_MS), 'malformed'],
    ['nothing', () => verifyWebhook(SECRET, '', body, AT_MS), 'malformed'],
    ['nothing at all', () => verifyWebhook(SECRET, undefined as unknown as string, body, AT_MS), 'malformed'],
    ['an empty secret', () => verifyWebhook('', header, body, AT_MS), 'malformed'],
    ['nine signatures', () => verifyWebhook(SECRET, `${time}${`,${signature}`.repeat(9)}`, body, AT_MS), 'malformed'],
  ])('does not hold for %s', (_, check, reason) => expect(check()).toEqual({ ok: false, reason }));
});
