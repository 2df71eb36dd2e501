import { describe, expect, it } from 'vitest';
import { hazards, only, readText } from '../../evm/signatures/order-fixture.ts';
import { AGENT, login, openBench, outcome, text } from '../../manager/signing/fixture.ts';

const siwe = (over: { readonly first?: string; readonly rest?: string } = {}): string =>
  [
    `app.example ${over.first ?? 'wants you to sign in with your'} Ethereum account:`,
    '0x00000000000000000000000000000000000000AA',
    '',
    'Hello.',
    '',
    'URI: https://app.example/login',
    'Version: 1',
    'Chain ID: 1',
    'Nonce: abcdefgh1',
    `Issued At: 2026-11-22T00:00:00Z${over.rest ?? ''}`,
  ].join('\n');

describe('a login', () => {
  it('on a look-alike is denied where sites are listed, though texts are allowed', async () => {
    const agent = { ...AGENT, signatures: { messages: 'allow', siweDomains: ['app.example'] } } as const;
    await using bench = await openBench({ agents: { a1: agent } });
    for (const site of ['app.example.evil.example', 'app-example.example', 'app.example:8443', 'app.example.'])
      expect(await outcome(bench.sign(login(site))), site).toBe('REQUEST_DENIED message_not_allowed');
    for (const order of [login('app.example'), login('APP.example'), text('hello')])
      expect(await outcome(bench.sign(order))).toBe('signed');
  });

  it('that hands out rights is more than a login', () => {
    expect(readText(siwe())).toMatchObject({ standard: 'siwe', complete: true });
    for (const scheme of ['urn:recap:', 'URN:ReCap:']) {
      const reading = readText(siwe({ rest: `\nResources:\n- https://app.example/terms\n- ${scheme}eyJhdHQiOnt9fQ` }));
      expect([reading.complete, only(reading, 'unknown')]).toMatchObject([false, [{ detail: expect.stringContaining('ReCap') }]]);
    }
  });

  it('written a little otherwise is no text', () => {
    for (const first of ['wants  you to sign in with your', 'WANTS YOU TO SIGN IN WITH YOUR', 'wants you to\nsign in with your']) {
      const reading = readText(siwe({ first }));
      expect([reading.complete, hazards(reading)], first).toEqual([false, ['misleading_text']]);
    }
  });
});

it('a hash is no text, however its hex is spelled', () => {
  for (const prefix of ['0x', '0X', ' 0X', ''])
    expect(hazards(readText(`${prefix}${'aB'.repeat(32)}\n`))).toEqual(['signature_in_disguise']);
});
