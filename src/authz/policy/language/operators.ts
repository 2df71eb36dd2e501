/** The closed set of comparisons. */
export const OPERATORS = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'not_in', 'between', 'contains', 'matches', 'exists'] as const;
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

const NUMBER_OPERATORS: readonly Operator[] = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'not_in', 'between', 'exists'];
/** For what has one spelling: part of an address, or of its name in a list, says nothing. */
const ID_OPERATORS: readonly Operator[] = ['eq', 'ne', 'in', 'not_in', 'exists'];
const TEXT_OPERATORS: readonly Operator[] = [...ID_OPERATORS, 'contains', 'matches'];
const BOOLEAN_OPERATORS: readonly Operator[] = ['eq', 'ne', 'exists'];

/** Which comparisons make sense for each kind of field. */
export const OPERATORS_OF = {
  number: NUMBER_OPERATORS,
  id: ID_OPERATORS,
  text: TEXT_OPERATORS,
  boolean: BOOLEAN_OPERATORS,
  any: OPERATORS,
} as const satisfies Readonly<Record<string, readonly Operator[]>>;
