import { ABSENT, type Cells, FALSE, TRUE, UNKNOWN } from './cell.ts';
import type { Operator } from './operators.ts';
import { parsePattern } from './pattern.ts';

/** What is true or false. */
export const TRUTH: Cells<boolean> = {
  of: (truth) => (truth === true ? TRUE : truth === false ? FALSE : truth === null ? ABSENT : UNKNOWN),
};

/** Whether a field applies; one that cannot be told may or may not. */
export const PRESENCE: Cells<unknown> = {
  of: (value) => (value === undefined ? UNKNOWN : value === null ? FALSE : TRUE),
};

/** Whether a part of a text, or its form, is as a condition says. @throws TypeError for any other operator, or for what is no pattern */
export function textTest(operator: Operator, constant: string): Cells<string> {
  const test = operator === 'contains' ? (text: string) => text.includes(constant) : parsePattern(constant);
  if (test === undefined || (operator !== 'contains' && operator !== 'matches'))
    throw new TypeError(`no test of text: ${operator} ${constant}`);
  return { of: (text) => TRUTH.of(typeof text === 'string' ? test(text) : text) };
}
