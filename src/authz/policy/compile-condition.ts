import { type Decimal, formatDecimal, parseDecimal } from './decimal.ts';
import { FIELD_WORDS, FIELDS, type FieldName, type FieldType } from './fields.ts';
import type { Names } from './names.ts';
import { BOOLEAN_OPERATORS, OPERATORS, type Operator, parseOperator, TEXT_OPERATORS } from './operators.ts';
import type { ParsedCondition } from './permissions.ts';
import type { Condition, ConditionValue } from './rule.ts';
import { bareSelector, SELECTOR } from './selector.ts';

const OPERATORS_OF: Readonly<Record<FieldType, readonly Operator[]>> = {
  amount: OPERATORS,
  value: OPERATORS,
  integer: OPERATORS,
  account: TEXT_OPERATORS,
  asset: TEXT_OPERATORS,
  chain: TEXT_OPERATORS,
  selector: TEXT_OPERATORS,
  capability: TEXT_OPERATORS,
  effect: TEXT_OPERATORS,
  hazard: TEXT_OPERATORS,
  site: TEXT_OPERATORS,
  boolean: BOOLEAN_OPERATORS,
};

/** Checks one condition and brings it into its canonical form; undefined where `names.problems` says what is wrong. */
export function readCondition(input: ParsedCondition, path: string, names: Names): Condition | undefined {
  const before = names.problems.length;
  if (!Object.hasOwn(FIELDS, input.field)) {
    names.problems.push(`${path}.field: ${input.field} is none of ${Object.keys(FIELDS).join(', ')}`);
    return undefined;
  }
  const field = input.field as FieldName;
  const type = FIELDS[field];
  const operator = parseOperator(input.operator);
  if (operator === undefined || !OPERATORS_OF[type].includes(operator)) {
    names.problems.push(`${path}.operator: ${input.operator} is none of ${OPERATORS_OF[type].join(', ')}`);
    return undefined;
  }
  if (operator === 'exists' || type === 'boolean') {
    if (typeof input.value !== 'boolean') names.problems.push(`${path}.value: must be true or false`);
    return names.problems.length > before ? undefined : { field, operator, value: input.value as boolean };
  }
  const many = operator === 'in' || operator === 'not_in' || operator === 'between';
  if (Array.isArray(input.value) !== many) names.problems.push(`${path}.value: must ${many ? '' : 'not '}be a list`);
  if (operator === 'between' && (input.value as readonly unknown[]).length !== 2)
    names.problems.push(`${path}.value: must be the two ends`);
  if (names.problems.length > before) return undefined;
  const given = Array.isArray(input.value) ? input.value : [input.value];
  const values =
    type === 'amount' || type === 'value' || type === 'integer'
      ? readNumbers(given, operator, path, names)
      : readTexts(given, field, type, path, names);
  return names.problems.length > before ? undefined : { field, ...canonical(operator, values) };
}

/** A name may stand for several ids, one per chain: equality with it is membership. */
function canonical(operator: Operator, values: readonly string[]): { readonly operator: Operator; readonly value: ConditionValue } {
  const [only] = values;
  if (only !== undefined && values.length === 1)
    return { operator: operator === 'in' ? 'eq' : operator === 'not_in' ? 'ne' : operator, value: only };
  return { operator: operator === 'eq' ? 'in' : operator === 'ne' ? 'not_in' : operator, value: values };
}

function readNumbers(given: readonly unknown[], operator: Operator, path: string, names: Names): readonly string[] {
  const decimals = given.map((value) => parseDecimal(value));
  if (decimals.some((decimal) => decimal === undefined)) {
    names.problems.push(`${path}.value: must be a safe integer or an exact decimal string`);
    return [];
  }
  const [low, high] = decimals as Decimal[];
  if (operator === 'between' && low !== undefined && high !== undefined && isAbove(low, high))
    names.problems.push(`${path}.value: the first end lies above the second`);
  return (decimals as Decimal[]).map(formatDecimal);
}

function isAbove(low: Decimal, high: Decimal): boolean {
  const scale = Math.max(low.scale, high.scale);
  return low.digits * 10n ** BigInt(scale - low.scale) > high.digits * 10n ** BigInt(scale - high.scale);
}

function readTexts(given: readonly unknown[], field: FieldName, type: FieldType, path: string, names: Names): readonly string[] {
  const words = FIELD_WORDS[type];
  const read = given.flatMap((value): readonly string[] => {
    if (typeof value !== 'string') {
      names.problems.push(`${path}.value: must be text`);
      return [];
    }
    switch (type) {
      case 'account':
        return names.account(value, `${path}.value`);
      case 'asset':
        return names.assets(value, `${path}.value`);
      case 'chain':
        return [names.chain(value, `${path}.value`) ?? ''];
      case 'selector':
        if (!SELECTOR.test(value)) names.problems.push(`${path}.value: must be four bytes in hex`);
        return [bareSelector(value)];
      case 'site':
        return [value.toLowerCase()];
      default:
        if (!words?.includes(value)) names.problems.push(`${path}.value: ${value} is no ${field}`);
        return [value];
    }
  });
  return [...new Set(read)];
}
