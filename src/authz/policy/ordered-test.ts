import type { Decimal } from './decimal.ts';
import type { Operator } from './operators.ts';

/** Whether a number stands to the constants of a condition as its operator says; `low` is the first of them, `high` the second. */
type Test<T extends bigint | number> = (value: T, low: T, high: T, all: readonly T[]) => boolean;

function testOf<T extends bigint | number>(operator: Operator): Test<T> {
  switch (operator) {
    case 'eq':
      return (value, low) => value === low;
    case 'ne':
      return (value, low) => value !== low;
    case 'gt':
      return (value, low) => value > low;
    case 'gte':
      return (value, low) => value >= low;
    case 'lt':
      return (value, low) => value < low;
    case 'lte':
      return (value, low) => value <= low;
    case 'in':
      return (value, _low, _high, all) => all.includes(value);
    case 'not_in':
      return (value, _low, _high, all) => !all.includes(value);
    case 'between':
      return (value, low, high) => value >= low && value <= high;
    default:
      throw new TypeError(`no numeric operator: ${operator}`);
  }
}

/** A comparison of whole numbers. */
export function wholeTest(operator: Operator, constants: readonly number[]): (value: number) => boolean {
  const test = testOf<number>(operator);
  const [low = 0, high = low] = constants;
  return (value) => test(value, low, high, constants);
}

/**
 * A comparison of `value / 10^decimals` with exact decimals. The constants are brought to the decimals once and kept for as long
 * as these do not change.
 */
export function decimalTest(operator: Operator, constants: readonly Decimal[]): (value: bigint, decimals: number) => boolean {
  const test = testOf<bigint>(operator);
  const finest = Math.max(0, ...constants.map(({ scale }) => scale));
  let scaledFor = -1;
  let factor = 1n;
  let isScaled = false;
  let scaled: readonly bigint[] = [];
  let low = 0n;
  let high = 0n;
  return (value, decimals) => {
    if (decimals !== scaledFor) {
      const scale = Math.max(finest, decimals);
      factor = 10n ** BigInt(scale - decimals);
      isScaled = scale !== decimals;
      scaled = constants.map((constant) => constant.digits * 10n ** BigInt(scale - constant.scale));
      [low = 0n, high = low] = scaled;
      scaledFor = decimals;
    }
    return test(isScaled ? value * factor : value, low, high, scaled);
  };
}

/** The same comparison for what is more than any number. */
export function unlimitedHolds(operator: Operator): boolean {
  return operator === 'ne' || operator === 'gt' || operator === 'gte' || operator === 'not_in';
}
