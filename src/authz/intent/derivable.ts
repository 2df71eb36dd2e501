import { compareDecimals, type Decimal } from '../policy/language/decimal.ts';

/** Factors that people ask for in words: half, a third, a quarter, twice, three times; percentages are said in numbers. */
const FACTORS: readonly (readonly [bigint, bigint])[] = [
  [1n, 1n],
  [1n, 2n],
  [1n, 3n],
  [1n, 4n],
  [2n, 1n],
  [3n, 1n],
];

/**
 * True where `amount` is one of the numbers, a common fraction or multiple of one, or one changed by a number that the words
 * themselves say (more, less, a percentage of it). Exact: nothing is rounded.
 */
export function derivable(amount: Decimal, numbers: readonly Decimal[], changes: readonly Decimal[]): boolean {
  return numbers.some(
    (number) =>
      FACTORS.some(([up, down]) => isEqual(times(amount, down), times(number, up))) ||
      changes.some(
        (change) =>
          isEqual(amount, sum(number, change)) ||
          isEqual(sum(amount, change), number) ||
          isEqual(times(amount, 100n), { digits: number.digits * change.digits, scale: number.scale + change.scale }),
      ),
  );
}

const isEqual = (left: Decimal, right: Decimal): boolean => compareDecimals(left, right) === 0;

function times({ digits, scale }: Decimal, by: bigint): Decimal {
  return { digits: digits * by, scale };
}

function sum(left: Decimal, right: Decimal): Decimal {
  const scale = Math.max(left.scale, right.scale);
  return { digits: left.digits * 10n ** BigInt(scale - left.scale) + right.digits * 10n ** BigInt(scale - right.scale), scale };
}
