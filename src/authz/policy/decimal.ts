/** An exact decimal number: `digits / 10^scale`. Never negative. */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

const DECIMAL = /^(0|[1-9][0-9]{0,77})(?:\.([0-9]{1,78}))?$/;

/** Reads a safe integer or an exact decimal string; undefined for anything else (a fractional number is not exact). */
export function parseDecimal(value: unknown): Decimal | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? { digits: BigInt(value), scale: 0 } : undefined;
  const match = typeof value === 'string' ? DECIMAL.exec(value) : null;
  if (match === null) return undefined;
  const fraction = (match[2] ?? '').replace(/0+$/, '');
  return { digits: BigInt(`${match[1]}${fraction}`), scale: fraction.length };
}

/** The shortest exact text. */
export function formatDecimal({ digits, scale }: Decimal): string {
  const text = digits.toString().padStart(scale + 1, '0');
  const fraction = scale === 0 ? '' : text.slice(-scale).replace(/0+$/, '');
  const whole = scale === 0 ? text : text.slice(0, -scale);
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

/** In units of `10^-decimals`; undefined where that would lose something. */
export function scaleDecimal({ digits, scale }: Decimal, decimals: number): bigint | undefined {
  return scale > decimals ? undefined : digits * 10n ** BigInt(decimals - scale);
}

/** Sign of `amount / 10^decimals − threshold`, exactly. */
export function compareDecimal(amount: bigint, decimals: number, threshold: Decimal): number {
  const left = threshold.scale > decimals ? amount * 10n ** BigInt(threshold.scale - decimals) : amount;
  const right = threshold.scale > decimals ? threshold.digits : threshold.digits * 10n ** BigInt(decimals - threshold.scale);
  return left < right ? -1 : left > right ? 1 : 0;
}
