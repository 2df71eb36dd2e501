import { argumentPredicate } from './argument.ts';
import { civilField, type TimeField } from './civil-time.ts';
import { type Decimal, parseSignedDecimal } from './decimal.ts';
import { FIELDS, type FieldName, type RuleContext, type RuleItem } from './fields.ts';
import type { Operator } from './operators.ts';
import { decimalTest, unlimitedHolds, wholeTest } from './ordered-test.ts';
import { type BooleanField, READ_BOOLEAN, READ_TEXT, type ReadBoolean, type TextField } from './read-field.ts';
import type { Condition, ConditionValue, When } from './rule.ts';
import { textPredicate } from './text-predicate.ts';
import { negate, type Predicate, type Truth } from './truth.ts';

/** Turns a tree of canonical conditions into code, once. What cannot be told stays unknown through every join. */
export function compileWhen(when: When): Predicate {
  if ('all' in when) return joined(when.all.map(compileWhen), false);
  if ('any' in when) return joined(when.any.map(compileWhen), true);
  if ('not' in when) {
    const inner = compileWhen(when.not);
    return (item, context) => negate(inner(item, context));
  }
  return compileCondition(when);
}

/** `decides` is the truth that one part is enough for: true for "or", false for "and". */
function joined(parts: readonly Predicate[], decides: boolean): Predicate {
  return (item, context) => {
    let truth: Truth = !decides;
    for (const part of parts) {
      const found = part(item, context);
      if (found === decides) return decides;
      if (found === 'unknown') truth = 'unknown';
    }
    return truth;
  };
}

/** Turns a canonical condition into code, once. Its field, operator and value have been checked. */
function compileCondition(condition: Condition): Predicate {
  const { field, operator, value } = condition;
  if (!Object.hasOwn(FIELDS, field)) return argumentPredicate(field.slice('args.'.length), operator, value);
  const known = field as FieldName;
  switch (FIELDS[known]) {
    case 'amount':
      return amountPredicate(operator, value);
    case 'signed amount':
      return netChangePredicate(operator, value);
    case 'value':
      return valuePredicate(known === 'value' ? (context) => context.value : (context) => context.exposure, operator, value);
    case 'score':
      return scorePredicate(operator, value);
    case 'count':
      return agePredicate(operator, value);
    case 'time':
    case 'date':
      return timePredicate(known as TimeField, condition);
    case 'boolean':
      return booleanPredicate(READ_BOOLEAN[known as BooleanField], operator, value === true);
    default: {
      const read = READ_TEXT[known as TextField];
      if (operator === 'exists') return (item, context) => exists(read(item, context), value);
      return textPredicate(operator, value, read);
    }
  }
}

/** Whether a field applies; one that cannot be told may or may not. */
function exists(read: unknown, wanted: ConditionValue): Truth {
  return read === undefined ? 'unknown' : (read !== null) === wanted;
}

/** The exact decimals of a canonical value. */
function decimalsOf(value: ConditionValue): readonly Decimal[] {
  const texts = typeof value === 'boolean' ? [] : typeof value === 'string' ? [value] : value;
  return texts.map((text) => {
    const decimal = parseSignedDecimal(text);
    if (decimal === undefined) throw new TypeError(`not a decimal: ${text}`);
    return decimal;
  });
}

const numbersOf = (value: ConditionValue): readonly number[] => decimalsOf(value).map(({ digits }) => Number(digits));

function amountPredicate(operator: Operator, value: ConditionValue): Predicate {
  if (operator === 'exists') return ({ amount }) => exists(amount, value);
  const test = decimalTest(operator, decimalsOf(value));
  const ofUnlimited = unlimitedHolds(operator);
  return ({ asset, amount }, context) => {
    if (amount === null || asset === null) return false;
    if (amount === 'unlimited') return ofUnlimited;
    const decimals = context.decimals(asset);
    return decimals === undefined ? 'unknown' : test(amount, decimals);
  };
}

function netChangePredicate(operator: Operator, value: ConditionValue): Predicate {
  if (operator === 'exists') return ({ asset }) => exists(asset, value);
  const test = decimalTest(operator, decimalsOf(value));
  return ({ asset }, context) => {
    if (asset === null) return false;
    const decimals = context.decimals(asset);
    return decimals === undefined ? 'unknown' : test(context.netChange(asset), decimals);
  };
}

function valuePredicate(read: (context: RuleContext) => bigint | undefined, operator: Operator, value: ConditionValue): Predicate {
  if (operator === 'exists') return (_, context) => exists(read(context), value);
  const test = decimalTest(operator, decimalsOf(value));
  return (_, context) => {
    const found = read(context);
    return found === undefined ? 'unknown' : test(found, context.valueDecimals);
  };
}

/** Risk scores are numbers; they are compared in millionths, rounded up. */
const SCORE_DECIMALS = 6;

function scorePredicate(operator: Operator, value: ConditionValue): Predicate {
  if (operator === 'exists') return (_, { riskScore }) => exists(riskScore, value);
  const test = decimalTest(operator, decimalsOf(value));
  return (_, { riskScore }) =>
    riskScore === undefined ? 'unknown' : test(BigInt(Math.ceil(riskScore * 10 ** SCORE_DECIMALS)), SCORE_DECIMALS);
}

function agePredicate(operator: Operator, value: ConditionValue): Predicate {
  const read = ({ destination }: RuleItem, context: RuleContext): number | null | undefined =>
    typeof destination === 'string' ? context.ageMs(destination) : destination;
  if (operator === 'exists') return (item, context) => exists(read(item, context), value);
  const test = wholeTest(operator, numbersOf(value));
  return (item, context) => {
    const ageMs = read(item, context);
    if (ageMs === null) return false;
    return ageMs === undefined ? 'unknown' : test(ageMs);
  };
}

function timePredicate(field: TimeField, { operator, value, timeZone }: Condition): Predicate {
  if (operator === 'exists') return () => value === true;
  const test = wholeTest(operator, numbersOf(value));
  return (_, context) => test(civilField(field, context.localMs(timeZone)));
}

function booleanPredicate(read: ReadBoolean, operator: Operator, wanted: boolean): Predicate {
  if (operator === 'exists') return (item, context) => exists(read(item, context), wanted);
  const holds = (operator === 'eq') === wanted;
  return (item, context) => {
    const truth = read(item, context);
    if (truth === null) return false;
    return truth === undefined ? 'unknown' : truth === holds;
  };
}
