import { describe, expect, it } from 'vitest';
import { mulberry32 } from '../../scripts/scorecard/measure.ts';
import { compareDecimals, parseSignedDecimal } from '../../src/authz/policy/language/decimal.ts';
import { NumberCells } from '../../src/authz/policy/language/number-cells.ts';
import type { Operator } from '../../src/authz/policy/language/operators.ts';
import { drawFrom } from './policy-random.ts';

const MANTISSA = 2n ** 53n;
const UNITS = [
  0n,
  1n,
  10n,
  MANTISSA - 1n,
  MANTISSA,
  MANTISSA + 1n,
  2n ** 64n,
  10n ** 18n,
  10n ** 18n + 1n,
  2n ** 128n - 1n,
  2n ** 256n - 1n,
];
const CONSTANTS = ['0', '1', '-1', '0.5', '-0.5', '1.000000000000000001', '0.9007199254740993', '9007199254740992', '9007199254740993'];

describe('cells of numbers', () => {
  it('are exact: each comparison is that of the exact decimals', () => {
    const draw = drawFrom(mulberry32(53));
    for (let round = 0; round < 300; round += 1) {
      const near = UNITS.map((unit) => (unit + BigInt(draw.below(3) - 1)).toString());
      const constants = [...new Set([...CONSTANTS, ...near].filter(() => draw.chance(0.5)))];
      const cells = new NumberCells(constants);
      for (const decimals of [0, 6, 18, 30]) {
        const sign = draw.chance(0.3) ? -1n : 1n;
        const value = sign * (draw.one(UNITS) + BigInt(draw.below(3) - 1)) * (draw.chance(0.5) ? 1n : 10n ** BigInt(decimals));
        const cell = cells.cellOf(value, decimals);
        for (const text of constants) {
          const order = compareDecimals({ digits: value, scale: decimals }, parseSignedDecimal(text) as { digits: bigint; scale: number });
          const holds = (operator: Operator): boolean => {
            const { first, last, isOutside } = cells.setOf(operator, [text]);
            return (cell >= first && cell <= last) !== isOutside;
          };
          const found = (['eq', 'ne', 'gt', 'gte', 'lt', 'lte'] as const).map(holds);
          expect(found, `${value} / 10^${decimals} beside ${text}`).toEqual([
            order === 0,
            order !== 0,
            order > 0,
            order >= 0,
            order < 0,
            order <= 0,
          ]);
        }
      }
    }
  });

  it('are the same for numbers as for big ones, and for two spellings of a constant', () => {
    const cells = new NumberCells(['1', '1.0', '5', '0.5']);
    for (const value of [-1, 0, 1, 2, 5, 6]) expect(cells.cellOf(value)).toBe(cells.cellOf(BigInt(value)));
    expect(cells.setOf('gt', ['1'])).toEqual(cells.setOf('gt', ['1.0']));
    expect(cells.cellOf(6)).toBe(cells.top);
  });

  it('refuse what is no number, and what compares none', () => {
    expect(() => new NumberCells(['1e3'])).toThrow(TypeError);
    expect(() => new NumberCells(['1']).setOf('matches', ['1'])).toThrow(TypeError);
  });
});
