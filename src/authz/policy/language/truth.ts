import type { RuleContext, RuleItem } from './fields.ts';

/** Whether a condition holds. `unknown` counts against the request: it matches a denial and never an allowance. */
export type Truth = boolean | 'unknown';

/** A condition as code. */
export type Predicate = (item: RuleItem, context: RuleContext) => Truth;

/** The opposite, as far as it can be told: what is unknown stays so. */
export function negate(truth: Truth): Truth {
  return truth === 'unknown' ? 'unknown' : !truth;
}
