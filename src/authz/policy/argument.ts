import { type AccountId, type ChainId, parseAccount } from '../../core/index.ts';
import { parseSignedDecimal } from './decimal.ts';
import type { RuleItem } from './fields.ts';
import type { Operator } from './operators.ts';
import { decimalTest, wholeTest } from './ordered-test.ts';
import type { ConditionValue } from './rule.ts';
import { textPredicate } from './text-predicate.ts';
import type { Predicate } from './truth.ts';

/** What the constants of a condition on an argument are, and hence what it has to be. */
export type ArgumentKind = 'number' | 'account' | 'text';

/** Decoders show this many arguments; of a call with so many, one that is not there may have been left out. */
const MOST_SHOWN = 128;
/** Texts of arguments that are shown in full; of longer ones only the beginning, or a digest. */
const LONGEST_SHOWN = 1_024;
const SHORTENED = /^\d+ bytes, sha256 [0-9a-f]{64}$/;
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
  return accountOf(value) === undefined ? 'text' : 'account';
}

/** Null where the call lacks the argument, or where it is no call. */
function read(name: string, { call }: RuleItem): string | null | undefined {
  if (call === undefined) return null;
  const { args } = call;
  if (args === undefined) return undefined;
  if (!Object.hasOwn(args, name)) return Object.keys(args).length < MOST_SHOWN ? null : undefined;
  const text = args[name];
  return text === undefined || text.length > LONGEST_SHOWN || SHORTENED.test(text) ? undefined : text;
}

/** A condition on an argument. One that is of another kind than the constants cannot be compared, which is unknown. */
export function argumentPredicate(name: string, operator: Operator, value: ConditionValue): Predicate {
  if (operator === 'exists')
    return (item) => {
      const text = read(name, item);
      return text === undefined ? 'unknown' : (text !== null) === value;
    };
  const constants: readonly string[] = typeof value === 'boolean' ? [] : typeof value === 'string' ? [value] : value;
  const kind = argumentKind(operator, constants[0] ?? '');
  if (kind === 'number') return numberPredicate(name, operator, constants);
  return textPredicate(operator, value, (item) => {
    const text = read(name, item);
    if (typeof text !== 'string') return text;
    return kind === 'account' ? knownAccount(text, item.chain) : argumentSpelling(text);
  });
}

function numberPredicate(name: string, operator: Operator, constants: readonly string[]): Predicate {
  const decimals = constants.flatMap((text) => parseSignedDecimal(text) ?? []);
  const test = decimalTest(operator, decimals);
  const numbers = decimals.map(({ digits }) => Number(digits));
  // Small numbers need no big ones, as long as all that they are compared with are small.
  const testSmall = numbers.every(Number.isSafeInteger) ? wholeTest(operator, numbers) : undefined;
  return (item) => {
    const text = read(name, item);
    if (text === null) return false;
    if (text === undefined) return 'unknown';
    const small = testSmall === undefined ? undefined : smallNumber(text);
    if (small !== undefined) return (testSmall as (value: number) => boolean)(small);
    return WHOLE.test(text) ? test(BigInt(text), 0) : 'unknown';
  };
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

/** Accounts of one chain by the texts that were read lately; dropped whole when full, because any call can bring new ones. */
let lately: { readonly chain: ChainId; readonly accounts: Map<string, AccountId | undefined> } | undefined;
const MOST_LATELY = 4_096;

function knownAccount(text: string, chain: ChainId): AccountId | undefined {
  if (lately === undefined || lately.chain !== chain || lately.accounts.size >= MOST_LATELY) lately = { chain, accounts: new Map() };
  const { accounts } = lately;
  let account = accounts.get(text);
  if (account === undefined && !accounts.has(text)) {
    account = accountOf(text, chain);
    accounts.set(text, account);
  }
  return account;
}

function accountOf(text: string, chain?: ChainId): AccountId | undefined {
  try {
    return parseAccount(text, chain);
  } catch {
    return undefined;
  }
}
