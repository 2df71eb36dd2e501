import type { Operator } from './operators.ts';
import type { Condition, Rule, When } from './rule.ts';

const SIGNS: Readonly<Record<Exclude<Operator, 'exists'>, string>> = {
  eq: '=',
  ne: '≠',
  gt: '>',
  gte: '≥',
  lt: '<',
  lte: '≤',
  in: 'in',
  not_in: 'not in',
  between: 'between',
  contains: 'contains',
  matches: 'matches',
};
/** Values of a list that are written out; of longer ones the number. */
const MOST_SHOWN = 8;

/** Conditions in words, as one line: `asset = … and (amount > 5 or not hour between 9 and 17 Europe/Berlin)`. */
function describeWhen(when: readonly When[]): string {
  return when.length === 0 ? 'always' : joined(when, 'and', false);
}

/**
 * A rule in words: what it asks for, when, and what it is called.
 *
 * @example
 * ```ts
 * import { compilePolicy, DEFAULT_POLICY_BASE, describeRule } from 'castellan';
 *
 * const tokens = [{ asset: 'eip155:1/slip44:60' as never, symbol: 'ETH', decimals: 18 }];
 * const conditions = [{ any: [{ field: 'amount', operator: 'gt', value: 5 }, { field: 'isNewDestination', operator: 'eq', value: true }] }];
 * const { rules } = compilePolicy({ rules: [{ id: 'large', action: 'escalate', conditions }] }, tokens, DEFAULT_POLICY_BASE);
 * console.log(rules.filter(({ id }) => id === 'large').map(describeRule)[0]); // escalate when amount > 5 or isNewDestination (large)
 * ```
 */
export function describeRule({ id, then, when }: Pick<Rule, 'id' | 'then' | 'when'>): string {
  return `${then} when ${describeWhen(when)} (${id})`;
}

function joined(parts: readonly When[], word: 'and' | 'or', isInner: boolean): string {
  const text = parts.map((part) => described(part, parts.length > 1)).join(` ${word} `);
  return isInner && parts.length > 1 ? `(${text})` : text;
}

function described(when: When, isInner: boolean): string {
  if ('all' in when) return joined(when.all, 'and', isInner);
  if ('any' in when) return joined(when.any, 'or', isInner);
  if ('not' in when) return `not ${described(when.not, true)}`;
  return comparison(when);
}

function comparison({ field, operator, value, timeZone }: Condition): string {
  const zone = timeZone === undefined ? '' : ` ${timeZone}`;
  if (operator === 'exists') return `${field} ${value === true ? 'is there' : 'is not there'}`;
  if (typeof value === 'boolean') return value === (operator === 'eq') ? field : `not ${field}`;
  const quoted = operator === 'contains' || operator === 'matches' ? JSON.stringify(value) : undefined;
  return `${field} ${SIGNS[operator]} ${quoted ?? listed(operator, value)}${zone}`;
}

function listed(operator: Operator, value: string | readonly string[]): string {
  if (typeof value === 'string') return value;
  if (operator === 'between') return value.join(' and ');
  return value.length <= MOST_SHOWN ? `[${value.join(', ')}]` : `a list of ${value.length}`;
}
