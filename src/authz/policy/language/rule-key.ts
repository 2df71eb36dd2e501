import type { TextField } from './read-field.ts';
import type { When } from './rule.ts';
import { constantsOf } from './scale.ts';
import { isCondition } from './when.ts';

/** Fields that rules are found by. */
const INDEXED: ReadonlySet<string> = new Set<TextField>([
  'destination',
  'contract',
  'selector',
  'method',
  'protocol',
  'operation',
  'asset',
  'site',
  'hazard',
  'effect',
  'capability',
  'chain',
  'type',
  'agent',
  'wallet',
]);
/** Rules with a longer list of values are looked at for each item. */
const MOST_VALUES = 64;

/** Everything that has to hold, whether it stands in a join or not. */
export function conjuncts(when: readonly When[]): readonly When[] {
  return when.flatMap((node) => ('all' in node ? conjuncts(node.all) : [node]));
}

/** Whether a rule can be found by it: one of a few values of a field. */
export function isKey(node: When): boolean {
  return (
    isCondition(node) &&
    (node.operator === 'eq' || node.operator === 'in') &&
    INDEXED.has(node.field) &&
    constantsOf(node).length <= MOST_VALUES
  );
}
