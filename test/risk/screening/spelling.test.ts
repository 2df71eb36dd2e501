import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountAddress, parseAccount, parseChainId } from '../../../src/core/index.ts';
import { readSpelling } from '../../../src/risk/screening/spelling.ts';
import { account } from '../fixtures.ts';
import { address, bytesOf, fresh, MAINNET, source, TON } from './lists.ts';

const digits = address(1).slice(2);
const checksummed = accountAddress(account(1));
/** From the ICAP specification. */
const ICAP = ['XE7338O073KYGTWWZN0F2WZ0R8PX5ZPPZS', '0x00c5496aee77c1ba1f0854206a26dda82a81d6d8'] as const;
const raw = `0:${'5a'.repeat(32)}`;
const friendly = (bounceable: boolean, testOnly: boolean): Buffer => {
  const bytes = Buffer.alloc(36, 0x5a);
  bytes[0] = (bounceable ? 0x11 : 0x51) | (testOnly ? 0x80 : 0);
  bytes[1] = 0;
  let crc = 0;
  for (const byte of bytes.subarray(0, 34)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  bytes.writeUInt16BE(crc, 34);
  return bytes;
};

const evmSpellings = [
  `0x${digits}`,
  checksummed,
  `0x${digits.toUpperCase()}`,
  `0X${digits.toUpperCase()}`,
  digits,
  digits.toUpperCase(),
  ` 0x${digits}\t`,
  // A checksum that is wrong: one letter in the other case.
  checksummed.replace(/[a-f](?=[^x]*$)/, (letter) => letter.toUpperCase()),
  `eip155:1:${checksummed}`,
  `EIP155:1:0x${digits}`,
  `eip155:137:0x${digits.toUpperCase()}`,
  `eth:${checksummed}`,
  `ethereum:${checksummed}@1`,
];
const tonSpellings = [
  raw,
  raw.toUpperCase(),
  `ton:-239:${raw}`,
  `tvm:-239:${raw}`,
  `ton:-3:${raw}`,
  ...[true, false].flatMap((bounceable) => ['base64', 'base64url'].map((form) => friendly(bounceable, false).toString(form as 'base64'))),
  `ton:-3:${friendly(true, true).toString('base64url')}`,
];

describe('spellings', () => {
  it.each(evmSpellings)('%s is listed, whichever the list wrote', async (written) => {
    const screening = fresh();
    await screening.load(source(), bytesOf(written.trim()));
    for (const asked of evmSpellings) expect(screening.screen(asked).verdict).toBe('listed');
    expect(screening.screen(address(2)).verdict).toBe('clear');
  });

  it.each(tonSpellings)('%s is listed, whichever the list wrote', async (written) => {
    const screening = fresh();
    await screening.load(source(), bytesOf(written));
    for (const asked of tonSpellings) expect(screening.screen(asked).verdict).toBe('listed');
    expect(screening.screen(raw.replace('0:', '-1:')).verdict).toBe('clear');
  });

  it('reads ICAP, and refuses one with a wrong check', () => {
    expect(readSpelling(ICAP[0], [MAINNET])).toBe(`eip155:1:${ICAP[1]}`);
    expect(readSpelling(ICAP[0].toLowerCase(), [MAINNET])).toBe(`eip155:1:${ICAP[1]}`);
    expect(readSpelling(ICAP[0].replace('XE73', 'XE74'), [MAINNET])).toBeUndefined();
  });

  it.each([
    '',
    '0x',
    '0x1',
    `0x${digits}0`,
    `0x${digits.slice(1)}`,
    `0x${digits.slice(1)}g`,
    `0x${digits} 0x${digits}`,
    `eip155::0x${digits}`,
    `eip155:01:0x${digits}`,
    `eip155:1:1:0x${digits}`,
    `eip155:1:0x${digits}\n`.repeat(2),
    `eip155:1:0x${digits.slice(1)}İ`,
    `1:${'5a'.repeat(32)}`,
    `0:${'5a'.repeat(31)}`,
    friendly(true, false).toString('base64url').replace(/^EQ/, 'EA'),
    'x'.repeat(100_000),
  ])('%# is no account, which is an error and not "clear"', (text) => {
    expect(() => fresh().screen(text)).toThrow('ADDRESS_INVALID');
  });

  it('takes nothing but text', () => {
    for (const value of [undefined, null, 1, {}, [account(1)]]) expect(() => fresh().screen(value as string)).toThrow('ADDRESS_INVALID');
  });

  it('agrees with the parser of accounts on whatever that reads', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.constantFrom(...evmSpellings, ...tonSpellings), fc.string()),
        fc.constantFrom(MAINNET, TON),
        (text, chain) => {
          let parsed: string | undefined;
          try {
            parsed = parseAccount(text, chain);
          } catch {
            return;
          }
          expect(readSpelling(text, [chain])).toBe(parsed);
        },
      ),
    );
  });

  it('reads an address on the first of the chains that has such addresses', () => {
    const polygon = parseChainId('eip155:137');
    expect(readSpelling(address(1), [TON, polygon, MAINNET])).toBe(`eip155:137:${address(1)}`);
    expect(readSpelling(address(1), [TON])).toBeUndefined();
    expect(readSpelling(address(1), [])).toBeUndefined();
  });
});
