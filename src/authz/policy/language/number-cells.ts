import { type Cell, type CellSet, cellRange, cellSet } from './cell.ts';
import { compareDecimals, type Decimal, parseSignedDecimal } from './decimal.ts';
import type { Operator } from './operators.ts';

/** The constants in units of `10^-decimals`, from the least to the most, those between two units raised to the upper one. */
interface Line {
  readonly exact: readonly bigint[];
  /** Whether the constant is a whole number of units. */
  readonly isWhole: readonly boolean[];
  readonly rounded: Float64Array;
}

/**
 * The cells of a field of numbers: one for each constant, one below it, and one above them all. The line of numbers is kept for
 * each number of decimals that values came in; token lists bound how many there are.
 */
export class NumberCells {
  readonly #constants: readonly Decimal[];
  readonly #places: ReadonlyMap<string, number>;
  readonly #lines: (Line | undefined)[] = [];

  /** @throws TypeError for a constant that is no exact decimal */
  constructor(constants: readonly string[]) {
    const read = [...new Set(constants)].map((text) => ({ text, decimal: decimalOf(text) }));
    read.sort((left, right) => compareDecimals(left.decimal, right.decimal));
    const sorted: Decimal[] = [];
    this.#places = new Map(
      read.map(({ text, decimal }) => {
        const last = sorted.at(-1);
        // Two spellings of one number stand at one place.
        if (last === undefined || compareDecimals(last, decimal) !== 0) sorted.push(decimal);
        return [text, sorted.length - 1];
      }),
    );
    this.#constants = sorted;
  }

  /** Above every constant. */
  get top(): Cell {
    return 2 * this.#constants.length;
  }

  /** The cell of `value / 10^decimals`, exactly. A `number` has to be a safe integer. */
  cellOf(value: bigint | number, decimals = 0): Cell {
    const { exact, isWhole, rounded } = this.#lines[decimals] ?? this.#lineOf(decimals);
    const near = Number(value);
    // Rounding never swaps two numbers, so that only those that round alike are compared again, and safe integers do not round.
    const isExact = Number.isSafeInteger(near);
    let below = 0;
    let end = rounded.length;
    while (below < end) {
      const middle = (below + end) >> 1;
      const constant = rounded[middle] as number;
      if (constant < near || (constant === near && (isExact || (exact[middle] as bigint) <= value))) below = middle + 1;
      else end = middle;
    }
    const last = below - 1;
    const isConstant = last >= 0 && rounded[last] === near && isWhole[last] === true && (isExact || (exact[last] as bigint) >= value);
    return isConstant ? 2 * last + 1 : 2 * below;
  }

  /** The cells that a comparison holds for. @throws TypeError for an operator that does not compare numbers */
  setOf(operator: Operator, constants: readonly string[]): CellSet {
    const cells = constants.map((text) => 2 * (this.#places.get(text) as number) + 1);
    const [low = 0, high = low] = cells;
    switch (operator) {
      case 'eq':
      case 'in':
        return cellSet(cells, false);
      case 'ne':
      case 'not_in':
        return cellSet(cells, true);
      case 'gt':
        return cellRange(low + 1, this.top);
      case 'gte':
        return cellRange(low, this.top);
      case 'lt':
        return cellRange(0, low - 1);
      case 'lte':
        return cellRange(0, low);
      case 'between':
        return cellRange(low, high);
      default:
        throw new TypeError(`no operator of numbers: ${operator}`);
    }
  }

  #lineOf(decimals: number): Line {
    const parts = this.#constants.map(({ digits, scale }) => {
      if (scale <= decimals) return { exact: digits * 10n ** BigInt(decimals - scale), isWhole: true };
      const unit = 10n ** BigInt(scale - decimals);
      const floor = digits / unit - (digits % unit < 0n ? 1n : 0n);
      return digits % unit === 0n ? { exact: floor, isWhole: true } : { exact: floor + 1n, isWhole: false };
    });
    const exact = parts.map((part) => part.exact);
    const line = { exact, isWhole: parts.map((part) => part.isWhole), rounded: Float64Array.from(exact, Number) };
    this.#lines[decimals] = line;
    return line;
  }
}

function decimalOf(text: string): Decimal {
  const decimal = parseSignedDecimal(text);
  if (decimal === undefined) throw new TypeError(`not a decimal: ${text}`);
  return decimal;
}
