import { wordlist } from '@scure/bip39/wordlists/english.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OutsideEventInput } from '../../src/audit/index.ts';
import { isSecretName, looksSecret, PROSE_WORDS, REDACTED } from '../../src/audit/outside/looks-secret.ts';
import { loggedEvent, REFERENCE_EVENT, refusedEvent } from './logger-fixture.ts';

const withDetails = (details: unknown): OutsideEventInput => ({ ...REFERENCE_EVENT, details }) as OutsideEventInput;

const HEX = '4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318';
const PHRASE = 'legal winner thank year wave sausage worth useful legal winner thank yellow';

describe('secrets', () => {
  const bytes = Array.from({ length: 64 }, (_, n) => n);
  it.each<[string, unknown]>([
    ['a private key in hexadecimal', { note: HEX }],
    ['with a prefix', { note: `0x${HEX}` }],
    ['inside a sentence', { note: `the key is 0x${HEX.toUpperCase()}, keep it` }],
    ['byte by byte', { note: HEX.replace(/../g, '$&:').slice(0, -1) }],
    ['as a list of bytes', { note: bytes }],
    ['in base64', { note: Buffer.from(HEX, 'hex').toString('base64') }],
    ['64 bytes in base64', { note: Buffer.from(HEX + HEX, 'hex').toString('base64') }],
    [
      'full-width, with marks that show nothing',
      { note: HEX.replace(/[0-9]/g, (digit) => `\u200b${String.fromCodePoint(0xff10 + Number(digit))}`) },
    ],
    ['a phrase of twelve words', { note: PHRASE }],
    ['a phrase in capitals and lines', { note: `words:\n${PHRASE.toUpperCase().split(' ').join('\n')}` }],
    [
      'a numbered phrase',
      {
        note: PHRASE.split(' ')
          .map((word, n) => `${n + 1}. ${word}`)
          .join(' '),
      },
    ],
    ['a phrase as a list', { words: PHRASE.split(' ') }],
    ['an extended key', { note: `xprv9s21ZrQH143K${'2'.repeat(95)}` }],
    ['a WIF key', { note: '5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ' }],
    ['PEM', { note: '-----BEGIN EC PRIVATE KEY-----\nMHcC\n' }],
    ['a web token', { note: `eyJhbGciOiJI.eyJzdWIiOiIx.${'a'.repeat(20)}` }],
    ['a password by its name', { password: 'hunter2canary' }],
    ['a name in another spelling', { 'Private-Key': 'short' }],
    ['a number by its name', { pin: 1234 }],
    ['an object by its name', { newCredentials: { user: 'canary' } }],
    ['further down', { a: { b: [{ c: HEX }] } }],
    ['a key under the name of a wallet', { walletKey: HEX }],
  ])('%s is left out, and it is said', async (_, details) => {
    const { row, outside } = await loggedEvent(withDetails({ ...(details as object), amount: '100' }));
    expect(outside.details.redacted).toHaveLength(1);
    expect(row.entry).toContain(REDACTED);
    expect(row.entry).toContain('"amount":"100"');
    for (const canary of [HEX, HEX.toUpperCase(), 'sausage', 'SAUSAGE', 'hunter2', 'canary', '1234', 'vbTLvyTJ', 'MHcC'])
      expect(row.entry.slice(row.entry.indexOf('"details":{"a'))).not.toContain(canary);
  });

  it.each<[string, unknown]>([
    ['a transaction hash', { txHash: `0x${HEX}` }],
    ['a digest', { payloadDigest: HEX }],
    ['a raw address', { to: `0:${HEX}` }],
    ['an asset id with an address', { asset: `ton:-239/jetton:0%3A${HEX}` }],
    ['a friendly address', { to: 'EQCD39VS5jcptHL8vMjEXrzGaRcCVYto7HUn4bpAOg8xqB2N' }],
    ['an account', { to: `0x${HEX.slice(0, 40)}` }],
    ['a sentence', { note: 'Payment was sent from the agent wallet after the policy check had passed without any human review today' }],
    ['a token by its symbol', { token: 'USDT', tokens: ['TON', 'USDT'] }],
    ['long calldata', { data: `0x${HEX.repeat(5)}` }],
    ['whether there was a password', { passwordChanged: true }],
  ])('%s stays', async (_, details) => {
    const { outside } = await loggedEvent(withDetails(details));
    expect(outside.details.redacted).toEqual([]);
    expect(outside.details.details).toEqual(details);
  });

  it('outside the details are left out, too', async () => {
    const { row, outside } = await loggedEvent({
      ...REFERENCE_EVENT,
      action: HEX,
      actor: { type: 'service', id: PHRASE },
      resource: { type: 'note', id: HEX },
      context: { userAgent: `0x${HEX}` },
    });
    expect(outside.details.redacted).toEqual(['actor.id', 'action', 'resource.id', 'context.userAgent']);
    expect(row.entry).not.toMatch(/sausage|4c0883a6/i);
    expect((await loggedEvent({ ...REFERENCE_EVENT, resource: { type: 'transaction', id: `0x${HEX}` } })).outside.details.redacted).toEqual(
      [],
    );
  });

  it('are never shown by a refusal', async () => {
    const { text } = await refusedEvent(withDetails({ [HEX]: 1 }));
    expect(text).not.toContain(HEX);
    expect((await refusedEvent({ ...REFERENCE_EVENT, [HEX]: 1 })).text).not.toContain(HEX);
    expect((await refusedEvent({ ...REFERENCE_EVENT, severity: HEX, eventType: HEX })).text).not.toContain(HEX);
  });

  it('any phrase is found, because no word of prose is a word of a phrase', () => {
    expect(wordlist.filter((word) => PROSE_WORDS.has(word))).toEqual([]);
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...wordlist), { minLength: 12, maxLength: 24 }),
        fc.constantFrom(' ', '\n', ', ', ' | '),
        (words, gap) => {
          expect(looksSecret(words.join(gap), 'note')).toBe(true);
        },
      ),
    );
    expect(isSecretName('seed_phrase') && isSecretName('API key') && !isSecretName('destination')).toBe(true);
  });
});
