import { CastellanError } from './errors.ts';

/** The largest amount any chain here can hold, base units. */
export const MAX_AMOUNT = 2n ** 256n - 1n;

/** Decimals a token may have: an ERC-20 states them in one byte. */
const MAX_DECIMALS = 255;
/** 78 digits, a point, 255 decimals: longer text cannot be an amount. */
const MAX_TEXT = 78 + 1 + MAX_DECIMALS;
const BASE_UNITS = /^(?:0|[1-9][0-9]{0,77})$/;
const DECIMAL = /^(0|[1-9][0-9]*)(?:\.([0-9]+))?$/;

/**
 * Reads a decimal amount exactly: `parseAmount('0.5', 18)` is 5·10¹⁷ base units.
 *
 * Fails closed when the text is anything but plain digits with at most `decimals` of them behind one point: no sign, no
 * exponent, no space, no leading zero, no bare point.
 *
 * @param text - an exact decimal in whole units of the asset: `0.5`
 * @param decimals - of the asset: how many digits may stand behind the point
 * @throws AMOUNT_INVALID
 * @example
 * ```ts
 * import { parseAmount } from 'castellan';
 *
 * console.log(parseAmount('0.5', 18), parseAmount('12', 6)); // 500000000000000000n 12000000n
 * ```
 */
export function parseAmount(text: string, decimals: number): bigint {
  checkDecimals(decimals);
  const match = typeof text === 'string' && text.length <= MAX_TEXT ? DECIMAL.exec(text) : null;
  if (match === null) throw invalid('An amount is a decimal string such as "12.5".');
  const fraction = match[2] ?? '';
  if (fraction.length > decimals) throw invalid('The amount has more decimals than its asset.', { decimals });
  return bounded(BigInt(`${match[1]}${fraction.padEnd(decimals, '0')}`));
}

/**
 * Writes base units as the shortest exact decimal: `formatAmount(500n, 3)` is `0.5`.
 *
 * @param amount - base units, 0 or more
 * @param decimals - of the asset, 0 to 255; 18 of ether, 9 of toncoin
 * @throws AMOUNT_INVALID
 * @example
 * ```ts
 * import { formatAmount } from 'castellan';
 *
 * console.log(formatAmount(500n, 3), formatAmount(10n ** 18n, 18)); // 0.5 1
 * ```
 */
export function formatAmount(amount: bigint, decimals: number): string {
  checkDecimals(decimals);
  if (typeof amount !== 'bigint' || amount < 0n) throw invalid('An amount is a bigint that is not negative.');
  const digits = amount.toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '');
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

/** Reads an integer number of base units from its decimal string. @throws AMOUNT_INVALID */
export function parseBaseUnits(text: string): bigint {
  if (typeof text !== 'string' || !BASE_UNITS.test(text)) throw invalid('Base units are a string of decimal digits.');
  return bounded(BigInt(text));
}

function bounded(amount: bigint): bigint {
  if (amount > MAX_AMOUNT) throw invalid('The amount is beyond 2^256 - 1.');
  return amount;
}

function checkDecimals(decimals: number): void {
  if (!Number.isInteger(decimals) || decimals < 0 || decimals > MAX_DECIMALS) throw invalid('Decimals are an integer from 0 to 255.');
}

function invalid(message: string, details: Record<string, number> = {}): CastellanError {
  return new CastellanError('AMOUNT_INVALID', { message, details });
}
