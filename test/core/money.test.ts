import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAmount, MAX_AMOUNT, parseAmount, parseBaseUnits } from '../../src/core/index.ts';
import { expectCode } from './expect-code.ts';

/** Spellings that other parsers take for a number. */
const NEVER = [
  '',
  ' ',
  '.',
  '1.',
  '.5',
  '-1',
  '+1',
  '-0',
  '1e3',
  '1E3',
  '0x10',
  '0b1',
  '1_000',
  '1,000',
  '1,5',
  ' 1',
  '1 ',
  '1\n',
  '\t1',
  '00',
  '01',
  '01.5',
  '1.5.5',
  '1..5',
  'NaN',
  'Infinity',
  '١٢',
  '１',
  '1．5',
  '1n',
  'one',
  '\u00a01',
  '1\u200b',
  '0.-5',
  '1.+5',
  '1.5e1',
  '9'.repeat(400),
];
const amounts = fc.bigInt({ min: 0n, max: MAX_AMOUNT });

describe('parseAmount', () => {
  it.each([
    ['0', 18, 0n],
    ['0.5', 18, 500_000_000_000_000_000n],
    ['1', 0, 1n],
    ['1.000000', 6, 1_000_000n],
    ['0.000001', 6, 1n],
    ['123456789.123456789', 9, 123456789123456789n],
    ['0.1', 1, 1n],
    ['0.0', 1, 0n],
  ])('%s with %i decimals', (text, decimals, amount) => expect(parseAmount(text, decimals)).toBe(amount));

  it.each(NEVER)('refuses %j', (text) => {
    for (const decimals of [0, 6, 18]) expectCode('AMOUNT_INVALID', () => parseAmount(text, decimals));
  });
  it('refuses more decimals than the asset has, zeros too', () => {
    expectCode('AMOUNT_INVALID', () => parseAmount('0.0000001', 6));
    expectCode('AMOUNT_INVALID', () => parseAmount('1.0', 0));
  });
  it('refuses what is not text', () => {
    for (const value of [1, 1n, null, undefined, {}, ['1'], { toString: () => '1' }])
      expectCode('AMOUNT_INVALID', () => parseAmount(value as string, 6));
  });
  it('refuses decimals that are no small integer', () => {
    for (const decimals of [-1, 1.5, Number.NaN, 256, '6', undefined]) {
      expectCode('AMOUNT_INVALID', () => parseAmount('1', decimals as number));
      expectCode('AMOUNT_INVALID', () => formatAmount(1n, decimals as number));
    }
  });
  it('ends at 2^256 - 1, decimals counted in', () => {
    expect(parseAmount(MAX_AMOUNT.toString(), 0)).toBe(MAX_AMOUNT);
    expectCode('AMOUNT_INVALID', () => parseAmount((MAX_AMOUNT + 1n).toString(), 0));
    expectCode('AMOUNT_INVALID', () => parseAmount(MAX_AMOUNT.toString(), 1));
  });

  it('reads back what formatAmount writes, which is the shortest', () => {
    fc.assert(
      fc.property(amounts, fc.nat(255), (amount, decimals) => {
        const text = formatAmount(amount, decimals);
        expect(parseAmount(text, decimals)).toBe(amount);
        expect(text).not.toMatch(/\.\d*0$|\.$/);
      }),
      { numRuns: 500 },
    );
  });
  it('never rounds: one base unit more is another amount', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: MAX_AMOUNT - 1n }), fc.nat(36), (amount, decimals) => {
        expect(parseAmount(formatAmount(amount + 1n, decimals), decimals) - parseAmount(formatAmount(amount, decimals), decimals)).toBe(1n);
      }),
    );
  });
  it('takes digits and one point, and nothing else', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0123456789.+-eExX_, \n') }), (text) => {
        const wellFormed = /^(0|[1-9]\d*)(\.\d{1,6})?$/.test(text) && !text.endsWith('\n');
        let accepted = true;
        try {
          parseAmount(text, 6);
        } catch {
          accepted = false;
        }
        expect(accepted).toBe(wellFormed);
      }),
      { numRuns: 2_000 },
    );
  });
});

it('formatAmount refuses what is no amount', () => {
  for (const value of [-1n, 1, '1', null]) expectCode('AMOUNT_INVALID', () => formatAmount(value as bigint, 6));
});

describe('parseBaseUnits', () => {
  it('reads every amount back', () => {
    fc.assert(
      fc.property(amounts, (amount) => {
        expect(parseBaseUnits(amount.toString())).toBe(amount);
      }),
    );
  });
  it.each([...NEVER, '1.0', '0.0', (MAX_AMOUNT + 1n).toString()])('refuses %j', (text) =>
    expectCode('AMOUNT_INVALID', () => parseBaseUnits(text)),
  );
  it('refuses numbers and bigints', () => {
    for (const value of [1, 1n, null]) expectCode('AMOUNT_INVALID', () => parseBaseUnits(value as unknown as string));
  });
});
