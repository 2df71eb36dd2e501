import { describe, expect, it } from 'vitest';
import { isMisread } from '../../../src/authz/policy/language/misread-constant.ts';

const noNames = { accountsNamed: () => [] };

describe('a text that was surely meant as a number or an account', () => {
  it.each([
    '1',
    '+1',
    '-1',
    '007',
    '1_000',
    "1'000",
    '1,000',
    '1 000',
    '1.5',
    '1.',
    '.5',
    '-.5',
    '1e21',
    '1E21',
    '1e+21',
    '1.5e-3',
    '.5e7',
    ' 1',
    '1 ',
    '１２',
  ])('%j is a number in another notation', (text) => {
    expect(isMisread(text, noNames)).toBe(true);
  });

  it.each(['', 'a', 'v1', '1a', 'e21', '1e', '1e+', '1.2.3', '.', '+', '-', '--1', '1e1.5', '0x1f4', 'x1', '1;000', '..5', '_1', 'n 1'])(
    '%j is none',
    (text) => {
      expect(isMisread(text, noNames)).toBe(false);
    },
  );

  const address = 'EQDKbjIcfM6ezt8KjKJJLshZJJSqX7XOA4ff-W72r5gqPrHF';
  it('48 characters of base64 in small and capital letters are an address whose checksum is wrong', () => {
    expect(isMisread(address, noNames)).toBe(true);
    expect(isMisread(address.replace('-', '+'), noNames)).toBe(true);
    expect(isMisread(address.replace('-', '_'), noNames)).toBe(true);
    expect(isMisread(address.replace('-', '/'), noNames)).toBe(true);
    for (const other of [
      address.slice(1),
      `${address}A`,
      `.${address}`,
      address.replace('-', '.'),
      address.toLowerCase(),
      address.toUpperCase(),
      ` ${address}`,
    ])
      expect(isMisread(other, noNames)).toBe(false);
  });

  it('what names an account in small letters has a wrong checksum', () => {
    const names = { accountsNamed: (text: string) => (text === '0xab' ? (['eip155:1:0xab'] as never) : []) };
    expect(isMisread('0xAb', names)).toBe(true);
    expect(isMisread('0xAc', names)).toBe(false);
  });
});
