import { compareDecimal, type Decimal, parseDecimal } from './decimal.ts';
import { FIELDS, type RuleContext, type RuleItem, textOf, truthOf } from './fields.ts';
import type { Operator } from './operators.ts';
import type { Condition } from './rule.ts';

/** Whether a condition holds. `unknown` counts against the request: it matches a denial and never an allowance. */
export type Truth = boolean | 'unknown';

/** A condition as code. */
export type Predicate = (item: RuleItem, context: RuleContext) => Truth;

/** Turns a canonical condition into code, once. Its field, operator and value have been checked. */
export function compileCondition(condition: Condition): Predicate {
  const { field, operator, value } = condition;
  switch (FIELDS[field]) {
    case 'amount':
      return amountPredicate(operator, decimalsOf(value));
    case 'value':
      return numberPredicate(
        operator,
        decimalsOf(value),
        (_, { value: total }) => total,
        ({ valueDecimals }) => valueDecimals,
      );
    case 'integer':
      return numberPredicate(
        operator,
        decimalsOf(value),
        (_, context) => integerOf(field, context),
        () => SCORE_DECIMALS,
      );
    case 'boolean':
      return (item, context) => {
        const truth = truthOf(field, item, context);
        if (operator === 'exists') return (truth !== null) === value;
        if (truth === null) return false;
        return truth === undefined ? 'unknown' : (operator === 'eq') === (truth === value);
      };
    default:
      return textPredicate(operator, value, (item) => textOf(field, item));
  }
}

/** Risk scores are numbers; they are compared in millionths. */
const SCORE_DECIMALS = 6;

function integerOf(field: Condition['field'], context: RuleContext): bigint | undefined {
  if (field === 'hour') return BigInt(context.hour) * 1_000_000n;
  if (field === 'weekday') return BigInt(context.weekday) * 1_000_000n;
  return context.riskScore === undefined ? undefined : BigInt(Math.ceil(context.riskScore * 1_000_000));
}

function decimalsOf(value: Condition['value']): readonly Decimal[] {
  const texts = typeof value === 'boolean' ? [] : typeof value === 'string' ? [value] : value;
  return texts.map((text) => {
    const decimal = parseDecimal(text);
    if (decimal === undefined) throw new TypeError(`not a decimal: ${text}`);
    return decimal;
  });
}

function numberPredicate(
  operator: Operator,
  values: readonly Decimal[],
  read: (item: RuleItem, context: RuleContext) => bigint | undefined,
  decimals: (context: RuleContext) => number,
): Predicate {
  return (item, context) => {
    const amount = read(item, context);
    if (operator === 'exists') return amount !== undefined;
    return amount === undefined ? 'unknown' : holds(operator, values, (value) => compareDecimal(amount, decimals(context), value));
  };
}

function amountPredicate(operator: Operator, values: readonly Decimal[]): Predicate {
  return ({ asset, amount }, context) => {
    if (operator === 'exists') return amount !== null;
    if (amount === null || asset === null) return false;
    if (amount === 'unlimited') return holds(operator, values, () => 1);
    const decimals = context.decimals(asset);
    return decimals === undefined ? 'unknown' : holds(operator, values, (value) => compareDecimal(amount, decimals, value));
  };
}

function holds(operator: Operator, values: readonly Decimal[], compare: (value: Decimal) => number): boolean {
  const first = values[0] as Decimal;
  switch (operator) {
    case 'eq':
      return compare(first) === 0;
    case 'ne':
      return compare(first) !== 0;
    case 'gt':
      return compare(first) > 0;
    case 'gte':
      return compare(first) >= 0;
    case 'lt':
      return compare(first) < 0;
    case 'lte':
      return compare(first) <= 0;
    case 'in':
      return values.some((value) => compare(value) === 0);
    case 'not_in':
      return values.every((value) => compare(value) !== 0);
    case 'between':
      return compare(first) >= 0 && compare(values[1] as Decimal) <= 0;
    default:
      throw new TypeError(`no numeric operator: ${operator}`);
  }
}

function textPredicate(operator: Operator, value: Condition['value'], read: (item: RuleItem) => string | null | undefined): Predicate {
  if (operator === 'exists') return (item) => (read(item) !== null) === value;
  const wanted = operator === 'eq' || operator === 'in';
  if (typeof value === 'string') {
    return (item) => {
      const text = read(item);
      if (text === null) return false;
      return text === undefined ? 'unknown' : (text === value) === wanted;
    };
  }
  const list = new Set(value as readonly string[]);
  return (item) => {
    const text = read(item);
    if (text === null) return false;
    return text === undefined ? 'unknown' : list.has(text) === wanted;
  };
}
