import { parseDate, TIME_RANGES, type TimeField } from '../time/civil-time.ts';
import { isTimeZone } from '../time/time-zone.ts';
import { argumentKind, argumentSpelling } from './argument.ts';
import type { ParsedCondition } from './condition-schema.ts';
import { compareDecimals, type Decimal, formatDecimal, parseDecimal, parseSignedDecimal } from './decimal.ts';
import { FIELD_OPERATORS, FIELD_WORDS, FIELDS, type FieldName, type FieldType } from './fields.ts';
import { isMisread } from './misread-constant.ts';
import type { Names } from './names.ts';
import { OPERATORS_OF, type Operator, parseOperator } from './operators.ts';
import { MAX_PATTERN, parsePattern } from './pattern.ts';
import type { ArgumentField, Condition, ConditionValue } from './rule.ts';
import { bareCodeHash, bareSelector, CODE_HASH, SELECTOR } from './selector.ts';

const ARGUMENT = /^args(?:\.[A-Za-z0-9_$]{1,64}){1,8}$/;

/** Checks one condition and brings it into its canonical form; undefined where `names.problems` says what is wrong. */
export function readCondition(input: ParsedCondition, path: string, names: Names): Condition | undefined {
  const before = names.problems.length;
  const isArgument = ARGUMENT.test(input.field);
  if (!isArgument && !Object.hasOwn(FIELDS, input.field)) {
    names.problems.push(`${path}.field: ${input.field} is none of ${Object.keys(FIELDS).join(', ')}, args.<name>`);
    return undefined;
  }
  const type = isArgument ? undefined : FIELDS[input.field as FieldName];
  const operators = OPERATORS_OF[type === undefined ? 'any' : FIELD_OPERATORS[type]];
  const operator = parseOperator(input.operator);
  if (operator === undefined || !operators.includes(operator)) {
    names.problems.push(`${path}.operator: ${input.operator} is none of ${operators.join(', ')}`);
    return undefined;
  }
  const field = input.field as FieldName | ArgumentField;
  const timeZone = readTimeZone(input, type, path, names);
  if (operator === 'exists' || type === 'boolean') {
    if (typeof input.value !== 'boolean') names.problems.push(`${path}.value: must be true or false`);
    return names.problems.length > before ? undefined : { field, operator, value: input.value as boolean, ...timeZone };
  }
  const many = operator === 'in' || operator === 'not_in' || operator === 'between';
  if (Array.isArray(input.value) !== many) names.problems.push(`${path}.value: must ${many ? '' : 'not '}be a list`);
  if (operator === 'between' && (input.value as readonly unknown[]).length !== 2)
    names.problems.push(`${path}.value: must be the two ends`);
  if (names.problems.length > before) return undefined;
  const given: readonly unknown[] = Array.isArray(input.value) ? input.value : [input.value];
  const values = valuesOf(given, operator, type, input.field, `${path}.value`, names);
  return names.problems.length > before ? undefined : { field, ...canonical(operator, values), ...timeZone };
}

/** The zone that a field of time is read in; a problem beside any other field. */
function readTimeZone(
  { timeZone }: ParsedCondition,
  type: FieldType | undefined,
  path: string,
  names: Names,
): { readonly timeZone?: string } {
  if (timeZone === undefined) return {};
  if (type !== 'time' && type !== 'date') names.problems.push(`${path}.timeZone: only fields of time have one`);
  if (!isTimeZone(timeZone)) names.problems.push(`${path}.timeZone: ${timeZone.slice(0, 64)} is no time zone`);
  return timeZone === 'UTC' ? {} : { timeZone };
}

/** A name may stand for several ids, one per chain: equality with it is membership. */
function canonical(operator: Operator, values: readonly string[]): { readonly operator: Operator; readonly value: ConditionValue } {
  const [only] = values;
  if (only !== undefined && values.length === 1)
    return { operator: operator === 'in' ? 'eq' : operator === 'not_in' ? 'ne' : operator, value: only };
  return { operator: operator === 'eq' ? 'in' : operator === 'ne' ? 'not_in' : operator, value: values };
}

function valuesOf(
  given: readonly unknown[],
  operator: Operator,
  type: FieldType | undefined,
  field: string,
  path: string,
  names: Names,
): readonly string[] {
  switch (type) {
    case undefined:
      return readArguments(given, operator, path, names);
    case 'amount':
    case 'value':
      return readNumbers(given, operator, parseDecimal, path, names);
    case 'score':
      return readNumbers(given, operator, (value) => within(parseDecimal(value), 0, 100), path, names);
    case 'signed amount':
      return readNumbers(given, operator, parseSignedDecimal, path, names);
    case 'count':
      return readNumbers(given, operator, (value) => within(parseDecimal(value), 0, Number.MAX_SAFE_INTEGER), path, names);
    case 'time':
    case 'date': {
      const [least, most] = TIME_RANGES[field as TimeField];
      // The end that is never reached: `lt 24`.
      const room = operator === 'lt' || operator === 'gte' ? 1 : 0;
      const read = (value: unknown): Decimal | undefined =>
        within(parseDecimal(type === 'date' ? (typeof value === 'string' ? parseDate(value) : undefined) : value), least, most + room);
      return readNumbers(
        given,
        operator,
        read,
        path,
        names,
        type === 'date' ? 'a day such as 2026-01-31' : `a whole number, ${least} to ${most}`,
      );
    }
    default:
      return readTexts(given, operator, field, type, path, names);
  }
}

/** A whole number of a range. Scores may have decimals, and their range ends at 100. */
function within(decimal: Decimal | undefined, least: number, most: number): Decimal | undefined {
  if (decimal === undefined || (decimal.scale > 0 && most !== 100)) return undefined;
  const unit = 10n ** BigInt(decimal.scale);
  return decimal.digits < BigInt(least) * unit || decimal.digits > BigInt(most) * unit ? undefined : decimal;
}

function readNumbers(
  given: readonly unknown[],
  operator: Operator,
  read: (value: unknown) => Decimal | undefined,
  path: string,
  names: Names,
  what = 'a safe integer or an exact decimal string of the field’s range',
): readonly string[] {
  const decimals = given.map(read);
  if (!decimals.every((decimal) => decimal !== undefined)) {
    names.problems.push(`${path}: must be ${what}`);
    return [];
  }
  const [low, high] = decimals;
  if (operator === 'between' && low !== undefined && high !== undefined && compareDecimals(low, high) > 0)
    names.problems.push(`${path}: the first end lies above the second`);
  const texts = decimals.map(formatDecimal);
  return operator === 'between' ? texts : [...new Set(texts)];
}

/** Constants for an argument of a call: all of them numbers, all of them accounts, or all of them text. */
function readArguments(given: readonly unknown[], operator: Operator, path: string, names: Names): readonly string[] {
  if (['gt', 'gte', 'lt', 'lte', 'between'].includes(operator))
    return readNumbers(given, operator, (value) => whole(parseSignedDecimal(value)), path, names, 'exact whole numbers');
  if (operator === 'contains' || operator === 'matches') return readTexts(given, operator, 'args', 'text', path, names);
  const kinds = new Set<string>();
  const values = given.flatMap((value): readonly string[] => {
    const text = typeof value === 'boolean' || typeof value === 'number' ? String(value) : value;
    const number = parseSignedDecimal(value);
    if (typeof text !== 'string' || (typeof value === 'number' && number === undefined) || (number !== undefined && number.scale > 0)) {
      names.problems.push(`${path}: must be whole numbers, addresses or text`);
      return [];
    }
    const accounts = number === undefined ? names.accountsNamed(text) : [];
    if (number === undefined && accounts.length === 0 && isMisread(text, names))
      names.problems.push(`${path}: ${text.slice(0, 64)} is no exact whole number, and no address as it is written`);
    const read = number !== undefined ? [formatDecimal(number)] : accounts.length > 0 ? accounts : [argumentSpelling(text)];
    for (const one of read) kinds.add(argumentKind(operator, one));
    return read;
  });
  if (kinds.size > 1) names.problems.push(`${path}: numbers, addresses, bytes in hex and text cannot stand in one list`);
  return [...new Set(values)];
}

const whole = (decimal: Decimal | undefined): Decimal | undefined => (decimal?.scale === 0 ? decimal : undefined);

function readTexts(
  given: readonly unknown[],
  operator: Operator,
  field: string,
  type: FieldType,
  path: string,
  names: Names,
): readonly string[] {
  const words = FIELD_WORDS[type];
  const read = given.flatMap((value): readonly string[] => {
    if (typeof value !== 'string' || value === '') {
      names.problems.push(`${path}: must be text`);
      return [];
    }
    switch (type) {
      case 'account':
        return names.account(value, path);
      case 'asset':
        return names.assets(value, path);
      case 'chain':
        return [names.chain(value, path) ?? ''];
      case 'selector':
        if (!SELECTOR.test(value)) names.problems.push(`${path}: must be four bytes in hex`);
        return [bareSelector(value)];
      case 'code hash':
        if (!CODE_HASH.test(value)) names.problems.push(`${path}: must be 32 bytes in hex`);
        return [bareCodeHash(value)];
      case 'site':
      case 'text':
        if (operator === 'matches' && parsePattern(value) === undefined)
          names.problems.push(`${path}: is no pattern of at most ${MAX_PATTERN} characters`);
        return [type === 'site' ? value.toLowerCase() : value];
      default:
        if (!words?.includes(value)) names.problems.push(`${path}: ${value} is no ${field}`);
        return [value];
    }
  });
  return [...new Set(read)];
}
