import { LEAST_BITS } from './amount-habit.ts';
import { isAllowance, type WalletAction } from './wallet-action.ts';

/** log2 of whole units; {@link LEAST_BITS} for nothing. For statistics only. */
export function bitsOf(units: number): number {
  return units > 0 ? Math.max(LEAST_BITS, Math.log2(units)) : LEAST_BITS;
}

/** Whole units of an amount. For statistics only: 53 bits of it. */
export function unitsOf(amount: bigint, decimals: number): number {
  return Number(amount) / 10 ** decimals;
}

/** log2 of a span in seconds, 0 for one below a second. */
export function spanBits(ms: number): number {
  return Math.log2(Math.max(0, ms) / 1_000 + 1);
}

/** Significant digits of an amount of base units: 1 for 5 and for 5,000. */
export function digitsOf(amount: bigint): number {
  const text = amount.toString();
  let end = text.length;
  while (end > 1 && text.charCodeAt(end - 1) === 48) end -= 1;
  return end;
}

/** Records of amounts that an action belongs to: of its asset, and of the asset moved in this way. */
export function assetKeys({ asset, kind }: WalletAction): readonly string[] {
  return kind === 'token' || isAllowance(kind) ? [asset] : [asset, `${asset} ${kind}`];
}
