import type { ChargeLine } from '../../../core/ledger.ts';
import { readAmount } from '../../../core/ledger.ts';

/** Most lines, caps or windows in one command: more is a mistake. */
const MAX_LIST = 256;

/** A non-empty string of at most `most` characters. */
export function isText(value: unknown, most = 512): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= most;
}

/** Text that may stand between two `/` of a row key: printable ASCII, which every backend orders alike. */
export function isKeyPart(value: unknown): value is string {
  return isText(value, 256) && /^[!-.0-~]+$/.test(value);
}

/** A safe integer of at least `least`. */
export function isCount(value: unknown, least = 0): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least;
}

/** A list that is not absurdly long. */
export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length <= MAX_LIST;
}

/** Sum of the lines by account; undefined where a line is malformed, so that two small lines weigh like one large one. */
export function sumLines(lines: unknown): Map<string, bigint> | undefined {
  if (!isList(lines)) return undefined;
  const sums = new Map<string, bigint>();
  for (const line of lines as readonly (ChargeLine | null | undefined)[]) {
    const amount = readAmount(line?.amount);
    if (amount === undefined || !isText(line?.account)) return undefined;
    sums.set(line.account, (sums.get(line.account) ?? 0n) + amount);
  }
  return sums;
}
