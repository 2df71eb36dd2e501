import { AccountTexts, accountOf } from './account-texts.ts';
import type { Cells } from './cell.ts';
import { parseSignedDecimal } from './decimal.ts';
import type { RuleItem } from './fields.ts';
import type { Operator } from './operators.ts';
import type { ReadCell } from './read-field.ts';

/** What the constants of a condition on an argument are, and hence what it has to be. */
export type ArgumentKind = 'number' | 'account' | 'bytes' | 'text';

/** Decoders show this many arguments; of a call with so many, one that is not there may have been left out. */
const MOST_SHOWN = 128;
/** Texts of arguments that are shown in full; of longer ones only the beginning, or a digest. */
const LONGEST_SHOWN = 1_024;
const SHORTENED = /^\d+ bytes, sha256 [0-9a-f]{64}$/;
const LEAST_SHORTENED = '0 bytes, sha256 '.length + 64;
const WHOLE = /^-?(?:0|[1-9][0-9]{0,99})$/;
const HEX = /^0[xX][0-9a-fA-F]*$/;

/** Bytes have one spelling, lowercase; other text stays as it is. */
export function argumentSpelling(text: string): string {
  return HEX.test(text) ? text.toLowerCase() : text;
}

/** What a canonical constant is: exact numbers and CAIP-10 accounts are known by their spelling. */
export function argumentKind(operator: Operator, value: string): ArgumentKind {
  if (operator === 'contains' || operator === 'matches') return 'text';
  if (parseSignedDecimal(value) !== undefined) return 'number';
  if (accountOf(value) !== undefined) return 'account';
  return HEX.test(value) ? 'bytes' : 'text';
}

/** An argument as its decoder shows it. Null where the call lacks it, or where it is no call; undefined where it cannot be told. */
export function readArgument(name: string, { call }: RuleItem): string | null | undefined {
  if (call === undefined) return null;
  const { args } = call;
  if (args === undefined) return undefined;
  if (!Object.hasOwn(args, name)) return Object.keys(args).length < MOST_SHOWN ? null : undefined;
  const text = args[name];
  return text === undefined || text.length > LONGEST_SHOWN || isShortened(text) ? undefined : text;
}

const isShortened = (text: string): boolean => text.length >= LEAST_SHORTENED && SHORTENED.test(text);

/** How an argument is read that is compared as text. One that names no account, or is no bytes in hex, cannot be told where these are meant. */
export function readTextArgument(name: string, kind: 'account' | 'bytes' | 'text', cells: Cells<string>): ReadCell {
  const accounts = kind === 'account' ? new AccountTexts(cells) : null;
  return (item) => {
    const text = readArgument(name, item);
    if (typeof text !== 'string') return cells.of(text);
    if (accounts !== null) return accounts.of(text, item.chain);
    return cells.of(kind === 'bytes' && !HEX.test(text) ? undefined : argumentSpelling(text));
  };
}

/** A whole number; undefined for text that is none. Small ones need no big ones. */
export function argumentNumber(text: string): number | bigint | undefined {
  return smallNumber(text) ?? (WHOLE.test(text) ? BigInt(text) : undefined);
}

/** A number below 10^15 in its one spelling; undefined for everything else. */
function smallNumber(text: string): number | undefined {
  const { length } = text;
  if (length === 0 || length > 15 || (length > 1 && text.charCodeAt(0) === 48)) return undefined;
  let number = 0;
  for (let at = 0; at < length; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return undefined;
    number = number * 10 + digit;
  }
  return number;
}
