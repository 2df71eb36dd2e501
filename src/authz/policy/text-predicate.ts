import type { RuleContext, RuleItem } from './fields.ts';
import type { Operator } from './operators.ts';
import { parsePattern } from './pattern.ts';
import type { ConditionValue } from './rule.ts';
import type { Predicate } from './truth.ts';

/** Reads a text: null where there is none, undefined where it cannot be told. */
type Read = (item: RuleItem, context: RuleContext) => string | null | undefined;

/** A comparison of a text with the constants of a condition, for every operator of text but `exists`. */
export function textPredicate(operator: Operator, value: ConditionValue, read: Read): Predicate {
  const constants: readonly string[] = typeof value === 'boolean' ? [] : typeof value === 'string' ? [value] : value;
  const [only = ''] = constants;
  const wanted = operator === 'eq' || operator === 'in';
  switch (operator) {
    case 'contains':
      return (item, context) => {
        const text = read(item, context);
        return text === null ? false : (text?.includes(only) ?? 'unknown');
      };
    case 'matches': {
      const matches = parsePattern(only);
      if (matches === undefined) throw new TypeError(`not a pattern: ${only}`);
      return (item, context) => {
        const text = read(item, context);
        if (text === null) return false;
        return (text === undefined ? undefined : matches(text)) ?? 'unknown';
      };
    }
    case 'eq':
    case 'ne':
    case 'in':
    case 'not_in': {
      if (constants.length === 1)
        return (item, context) => {
          const text = read(item, context);
          if (text === null) return false;
          return text === undefined ? 'unknown' : (text === only) === wanted;
        };
      const list = new Set(constants);
      return (item, context) => {
        const text = read(item, context);
        if (text === null) return false;
        return text === undefined ? 'unknown' : list.has(text) === wanted;
      };
    }
    default:
      throw new TypeError(`no operator of text: ${operator}`);
  }
}
