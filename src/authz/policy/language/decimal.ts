/** An exact decimal number: `digits / 10^scale`. */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

const DECIMAL = /^(0|[1-9][0-9]{0,77})(?:\.([0-9]{1,78}))?$/;

/** Reads a safe integer or an exact decimal string, never below zero; undefined for anything else (a fractional number is not exact). */
export function parseDecimal(value: unknown): Decimal | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? { digits: BigInt(value), scale: 0 } : undefined;
  const match = typeof value === 'string' ? DECIMAL.exec(value) : null;
  if (match === null) return undefined;
  const fraction = (match[2] ?? '').replace(/0+$/, '');
  return { digits: BigInt(`${match[1]}${fraction}`), scale: fraction.length };
}

/** The same for numbers that may lie below zero. `-0` is none: zero has one spelling. */
export function parseSignedDecimal(value: unknown): Decimal | undefined {
  const isBelow = typeof value === 'number' ? value < 0 : typeof value === 'string' && value.startsWith('-');
  if (!isBelow) return parseDecimal(value);
  const positive = parseDecimal(typeof value === 'number' ? -value : (value as string).slice(1));
  return positive === undefined || positive.digits === 0n ? undefined : { digits: -positive.digits, scale: positive.scale };
}

/** The shortest exact text. */
export function formatDecimal({ digits, scale }: Decimal): string {
  if (digits < 0n) return `-${formatDecimal({ digits: -digits, scale })}`;
  const text = digits.toString().padStart(scale + 1, '0');
  const fraction = scale === 0 ? '' : text.slice(-scale).replace(/0+$/, '');
  const whole = scale === 0 ? text : text.slice(0, -scale);
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

/** Below 0 where the first is less, above 0 where it is more, 0 where they are equal. */
export function compareDecimals(left: Decimal, right: Decimal): number {
  const scale = Math.max(left.scale, right.scale);
  const difference = left.digits * 10n ** BigInt(scale - left.scale) - right.digits * 10n ** BigInt(scale - right.scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** In units of `10^-decimals`; undefined where that would lose something. */
export function scaleDecimal({ digits, scale }: Decimal, decimals: number): bigint | undefined {
  return scale > decimals ? undefined : digits * 10n ** BigInt(decimals - scale);
}
