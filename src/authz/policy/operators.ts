/** The closed set of comparisons. */
export const OPERATORS = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'not_in', 'between', 'exists'] as const;
/** How a condition compares a field with its value. */
export type Operator = (typeof OPERATORS)[number];

/** Other accepted spellings. */
const ALIASES: Readonly<Record<string, Operator>> = {
  equals: 'eq',
  not_equals: 'ne',
  greater_than: 'gt',
  greater_than_or_equal: 'gte',
  less_than: 'lt',
  less_than_or_equal: 'lte',
};

/** Reads an operator or an accepted alias; undefined for anything else. */
export function parseOperator(text: string): Operator | undefined {
  const known = OPERATORS.find((operator) => operator === text);
  return known ?? (Object.hasOwn(ALIASES, text) ? ALIASES[text] : undefined);
}

/** Which comparisons make sense for a field that is no number. */
export const TEXT_OPERATORS: readonly Operator[] = ['eq', 'ne', 'in', 'not_in', 'exists'];
export const BOOLEAN_OPERATORS: readonly Operator[] = ['eq', 'ne', 'exists'];
