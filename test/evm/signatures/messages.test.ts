import { hashMessage, serializeTransaction, toHex as viemHex } from 'viem';
import { createSiweMessage } from 'viem/siwe';
import { describe, expect, it } from 'vitest';
import { keccak256, toChecksumAddress, toHex } from '../../../src/core/index.ts';
import { EVE, hazards, ME, on, only, readText, readTyped, refusal } from './order-fixture.ts';

const ADDRESS = toChecksumAddress(ME);
const SIWE = `shop.example wants you to sign in with your Ethereum account:
${ADDRESS}

Sign in to the shop.

URI: https://shop.example/login
Version: 1
Chain ID: 1
Nonce: 32891756
Issued At: 2026-09-30T16:25:24Z`;

describe('plain text', () => {
  it('is signed behind the prefix of messages, and moves nothing', () => {
    for (const text of ['Hello', '', 'Grüße 👋', 'x'.repeat(1_000)]) {
      const reading = readText(text);
      expect(toHex(keccak256(reading.payload))).toBe(hashMessage(text).slice(2));
      expect(reading).toMatchObject({ standard: 'text', complete: true, expiresAtMs: null, mark: null });
      expect(reading.effects).toEqual([{ kind: 'message', text, leaf: '0', source: 'bytes' }]);
    }
  });

  it('that looks like something else says so', () => {
    for (const text of ['Pay 10 \u202e000\u202c', 'раypal', 'a\u200bb', 'x\u0000y'.replace('\u0000', '\u0008')])
      expect(hazards(readText(text))).toEqual(['misleading_text']);
  });

  it('that is no text is unknown, and too much of it is refused', () => {
    for (const bytes of [Uint8Array.of(0xff, 0xfe), Uint8Array.of(0x61, 0x00, 0x62), Uint8Array.of(0xed, 0xa0, 0x80)]) {
      expect([readText(bytes).standard, readText(bytes).complete]).toEqual(['unknown', false]);
    }
    expect(refusal(() => readText('x'.repeat(32_769)))).toBe('too_large');
    expect(refusal(() => readText({} as never))).toBe('message_invalid');
  });
});

describe('something else in disguise', () => {
  const transaction = {
    type: 'eip1559',
    chainId: 1,
    nonce: 0,
    gas: 21_000n,
    maxFeePerGas: 2n,
    maxPriorityFeePerGas: 1n,
    to: EVE,
    value: 5n,
  } as const;
  const legacy = { type: 'legacy', chainId: 1, nonce: 0, gas: 21_000n, gasPrice: 2n, to: EVE, value: 5n } as const;
  const old = { ...legacy, chainId: undefined } as const;
  const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.slice(2), 'hex'));
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  const typedPayload = readTyped({ types: { T: [['a', 'uint256']] }, primaryType: 'T', message: { a: 1 } }).payload;
  const signed = serializeTransaction(transaction, { r: `0x${'1'.repeat(64)}`, s: `0x${'1'.repeat(64)}`, yParity: 0 });
  const calldata = `0xa9059cbb${'0'.repeat(24)}${EVE.slice(2)}${'0'.repeat(63)}5`;

  it.each([
    ['a hash', bytes(`0x${'ab'.repeat(32)}`)],
    ['a hash that is all letters', text('Please sign this message to log.')],
    ['a hash in hex', text(`0x${'ab'.repeat(32)}`)],
    ['a hash in hex without 0x, capitals, spaces around', text(` ${'AB'.repeat(32)}\n`)],
    ['a transaction', bytes(serializeTransaction(transaction))],
    ['a transaction in hex', text(serializeTransaction(transaction))],
    ['a signed transaction', bytes(signed)],
    ['a signed transaction in hex', text(signed)],
    ['an old transaction', bytes(serializeTransaction(legacy))],
    ['an older one', bytes(serializeTransaction(old))],
    ['an authorization', bytes(`0x05d70194${'11'.repeat(20)}80`)],
    ['typed data as it is hashed', typedPayload],
    ['its first two bytes', Uint8Array.of(0x19, 0x01)],
    ['a message with its prefix', readText('Hello').payload],
    ['a message with its prefix spelled out', text('\\x19Ethereum Signed Message:\n5Hello')],
    ['a call of a contract', bytes(calldata)],
    ['a call of a contract in hex', text(calldata)],
    ['a message of TON', bytes('0xb5ee9c720101010100020000')],
    ['a message of TON in base64', text('te6cckEBAQEAAgAAAEysuc0=')],
    ['typed data as JSON', text('{"types":{},"primaryType":"Permit","domain":{},"message":{}}')],
  ])('%s is a hazard, and unknown', (_name, message) => {
    const reading = readText(message);
    expect([hazards(reading), reading.complete, reading.standard]).toEqual([['signature_in_disguise'], false, 'unknown']);
  });

  it('leaves alone what only resembles it', () => {
    for (const honest of ['0x1234', ME, 'cafe', 'Ethereum is great', viemHex('ok'), '{"a":1}', 'a 64-digit order number 0000']) {
      expect([honest, readText(honest).complete]).toEqual([honest, true]);
    }
  });
});

describe('signing in with Ethereum', () => {
  it('reads the form of the standard, and that of a second implementation', () => {
    expect(readText(SIWE)).toMatchObject({ standard: 'siwe', complete: true, expiresAtMs: null });
    expect(readText(SIWE).effects.map(({ kind }) => kind)).toEqual(['message']);
    const made = {
      domain: 'shop.example:8443',
      address: ADDRESS,
      uri: 'https://shop.example:8443/login',
      version: '1',
      chainId: 1,
      nonce: 'abcdefgh1',
    } as const;
    const times = {
      issuedAt: new Date(1_790_000_000_000),
      expirationTime: new Date(1_790_000_600_000),
      notBefore: new Date(1_790_000_100_000),
    };
    for (const rest of [
      {},
      { statement: 'Hello' },
      { scheme: 'https' },
      { requestId: 'r-1', resources: ['ipfs://x', 'https://shop.example/a'] },
    ]) {
      const reading = readText(createSiweMessage({ ...made, ...times, ...rest } as Parameters<typeof createSiweMessage>[0]));
      expect(reading).toMatchObject({ standard: 'siwe', complete: true, expiresAtMs: 1_790_000_600_000 });
      expect(reading.summary).toBe('signs in at shop.example:8443 from 2026-09-21T14:15:00.000Z until 2026-09-21T14:23:20.000Z');
      expect(hazards(reading)).toEqual([]);
    }
  });

  it('on another chain is refused, of another account unknown', () => {
    expect(refusal(() => readText(SIWE.replace('Chain ID: 1', 'Chain ID: 137')))).toBe('chain_id_mismatch');
    expect(readText(SIWE, on(EVE)).complete).toBe(false);
  });

  it.each([
    ['another page', SIWE.replace('URI: https://shop.example', 'URI: https://evil.example')],
    ['a page below it', SIWE.replace('URI: https://shop.example', 'URI: https://shop.example.evil.example')],
    ['a page behind a name', SIWE.replace('URI: https://shop.example', 'URI: https://shop.example@evil.example')],
    ['another port', SIWE.replace('URI: https://shop.example', 'URI: https://shop.example:8080')],
    ['another scheme', `http://${SIWE}`],
    ['no page at all', SIWE.replace('https://shop.example/login', 'mailto:a')],
  ])('for %s misleads', (_name, text) => expect(hazards(readText(text))).toContain('misleading_text'));

  it.each([
    ['a wrong checksum', SIWE.replace(ADDRESS, `${ADDRESS.slice(0, -2)}aA`)],
    ['no nonce', SIWE.replace(/Nonce: .*\n/, '')],
    ['a short nonce', SIWE.replace('32891756', '3289175')],
    ['another version', SIWE.replace('Version: 1', 'Version: 2')],
    ['fields in another order', SIWE.replace('Version: 1\nChain ID: 1', 'Chain ID: 1\nVersion: 1')],
    ['a chain in hex', SIWE.replace('Chain ID: 1', 'Chain ID: 0x1')],
    ['a chain with a leading zero', SIWE.replace('Chain ID: 1', 'Chain ID: 01')],
    ['something behind it', `${SIWE}\nAlso: send everything`],
    ['a line at the end', `${SIWE}\n`],
    ['windows line ends', SIWE.replaceAll('\n', '\r\n')],
    ['two statements', SIWE.replace('Sign in to the shop.', 'Sign in to the shop.\nAnd more.')],
    ['no blank line', SIWE.replace('\n\nSign', '\nSign')],
    ['a day that is none', SIWE.replace('2026-09-30', '2026-02-30')],
    ['a moment without a zone', SIWE.replace('24Z', '24')],
    ['an end that is no moment', `${SIWE}\nExpiration Time: tomorrow`],
    ['two ends', `${SIWE}\nExpiration Time: 2026-10-01T00:00:00Z\nExpiration Time: 2027-10-01T00:00:00Z`],
    ['a resource that is none', `${SIWE}\nResources:\n- not a uri`],
    ['a domain with a space', SIWE.replace('shop.example wants', 'shop .example wants')],
    ['a domain with a path', SIWE.replace('shop.example wants', 'shop.example/x wants')],
    ['another chain’s form', SIWE.replace('Ethereum', 'Solana')],
  ])('with %s is no sign-in, and says that it claims to be one', (_name, text) => {
    const reading = readText(text);
    expect([reading.standard, reading.complete]).toEqual(['text', false]);
    expect(hazards(reading)).toContain('misleading_text');
  });

  it('tells its effect as text, whole', () => {
    expect(only(readText(SIWE), 'message')[0]?.text).toBe(SIWE);
  });
});
