import type { CompiledRule } from './compiled-rule.ts';
import { FIELDS } from './fields.ts';
import { READ_TEXT, type ReadText, type TextField } from './read-field.ts';
import type { Condition, When } from './rule.ts';
import type { Predicate } from './truth.ts';
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
/** A longer list stays one look-up in a set of its own: its rule is looked at for each item. */
const MOST_VALUES = 64;

/** A rule at its place in the order of reasons: those that deny, then those that escalate, then those that allow. */
export interface IndexedRule {
  readonly position: number;
  readonly compiled: CompiledRule;
  readonly isAllow: boolean;
  /** What is left to be looked at where it was found by its value. */
  readonly rest: readonly Predicate[];
}

/** Rules that compare one field with given values, by value. */
export interface FieldIndex {
  readonly read: ReadText;
  readonly byValue: ReadonlyMap<string, readonly IndexedRule[]>;
  /** All of them: what cannot be told may be any of the values. */
  readonly every: readonly IndexedRule[];
}

/** Rules sorted by what they look for. */
export interface RuleIndex {
  readonly size: number;
  /** Rules of which nothing narrows down the items that they match. */
  readonly always: readonly IndexedRule[];
  readonly fields: readonly FieldIndex[];
}

const CONSEQUENCES = ['deny', 'escalate', 'allow'] as const;

/**
 * Sorts rules by what they look for: each that compares a field with given values, as one of its conditions that all have to
 * hold, is looked at only for items of these values. What is found is what looking at every rule would find.
 */
export function createRuleIndex(rules: readonly CompiledRule[]): RuleIndex {
  const ordered = CONSEQUENCES.flatMap((then) =>
    rules.filter(({ rule }) => rule.then === then).sort((a, b) => b.rule.priority - a.rule.priority),
  );
  const keysOf = ordered.map(({ rule }) =>
    rule.when.flatMap((node, at) => (isKey(node) ? [{ at, ...node, values: [...new Set(listOf(node.value))] }] : [])),
  );
  const load = new Map<string, number>();
  for (const { field, values } of keysOf.flat())
    for (const value of values) load.set(`${field} ${value}`, (load.get(`${field} ${value}`) ?? 0) + 1);
  const always: IndexedRule[] = [];
  const fields = new Map<string, { readonly byValue: Map<string, IndexedRule[]>; readonly every: IndexedRule[] }>();
  for (const [position, compiled] of ordered.entries()) {
    let key: (typeof keysOf)[number][number] | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const candidate of keysOf[position] ?? []) {
      const worst = Math.max(0, ...candidate.values.map((value) => load.get(`${candidate.field} ${value}`) ?? 0));
      if (worst < least) [key, least] = [candidate, worst];
    }
    const isAllow = compiled.rule.then === 'allow';
    if (key === undefined) {
      always.push({ position, compiled, isAllow, rest: compiled.when });
      continue;
    }
    const { at } = key;
    const entry = { position, compiled, isAllow, rest: compiled.when.filter((_, index) => index !== at) };
    const index = fields.get(key.field) ?? { byValue: new Map<string, IndexedRule[]>(), every: [] };
    fields.set(key.field, index);
    index.every.push(entry);
    for (const value of key.values) {
      const found = index.byValue.get(value);
      if (found === undefined) index.byValue.set(value, [entry]);
      else found.push(entry);
    }
  }
  return {
    size: ordered.length,
    always,
    fields: [...fields].map(([field, { byValue, every }]) => ({ read: READ_TEXT[field as TextField], byValue, every })),
  };
}

const listOf = (value: Condition['value']): readonly string[] =>
  typeof value === 'boolean' ? [] : typeof value === 'string' ? [value] : value;

function isKey(node: When): node is Condition {
  return (
    isCondition(node) &&
    (node.operator === 'eq' || node.operator === 'in') &&
    INDEXED.has(node.field) &&
    Object.hasOwn(FIELDS, node.field) &&
    listOf(node.value).length <= MOST_VALUES
  );
}
