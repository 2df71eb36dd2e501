import { type Cell, cellsIn } from './cell.ts';
import { type CellReader, readerOf } from './item-cells.ts';
import type { Rule } from './rule.ts';
import { RuleTable } from './rule-table.ts';
import { type CellTest, type RuleTest, scalesOf } from './rule-test.ts';

/** A rule, and all that has to hold for it; by some of that it can be found. */
export interface TestedRule {
  readonly rule: Rule;
  readonly tests: readonly { readonly test: RuleTest; readonly isKey: boolean }[];
}

/** Rules that compare one field with given values. */
export interface FieldIndex {
  readonly scale: number;
  /** By the cells of their values. */
  readonly byCell: readonly (readonly number[] | undefined)[];
  /** All of them. */
  readonly places: readonly number[];
}

/** Where rules are found. */
interface Finder {
  /** Rules of which nothing narrows down the items that they match. */
  readonly always: readonly number[];
  readonly fields: readonly FieldIndex[];
}

/** Some rules, sorted by what they look for. Each is known by its place in the order of reasons. */
export interface RulePart {
  /** Those that deny, then those that escalate, then those that allow. */
  readonly rules: readonly Rule[];
  /** What else has to hold for each of them where it was found. */
  readonly table: RuleTable;
  /** Reads what they compare, and nothing else. */
  readonly reader: CellReader;
  /** Those that deny or escalate. */
  readonly against: Finder;
  readonly allowing: Finder;
}

/**
 * Sorts rules, which come in the order of reasons, by what they look for: each that compares a field with given values, as one of
 * its conditions that all have to hold, is looked at only for items of these values.
 */
export function createRulePart(tested: readonly TestedRule[], reader: CellReader): RulePart {
  const rules = tested.map(({ rule }) => rule);
  const keys = tested.map(({ tests }) => tests.flatMap(({ test, isKey }) => (isKey && test.kind === 'cell' ? [test] : [])));
  const found = keys.map(rarestOf(keys.flat()));
  const left = tested.map(({ tests }, place) => tests.flatMap(({ test }) => (test === found[place] ? [] : [test])));
  const asked = new Set([...found.flatMap((key) => key?.scale ?? []), ...left.flat().flatMap(scalesOf)]);
  return {
    rules,
    table: new RuleTable(left),
    reader: readerOf(reader, asked),
    against: finderOf(found, (place) => rules[place]?.then !== 'allow'),
    allowing: finderOf(found, (place) => rules[place]?.then === 'allow'),
  };
}

/** Finds some of the rules by their keys. */
function finderOf(keys: readonly (CellTest | undefined)[], isOne: (place: number) => boolean): Finder {
  const always: number[] = [];
  const fields = new Map<number, { readonly scale: number; readonly byCell: number[][]; readonly places: number[] }>();
  for (const [place, key] of keys.entries()) {
    if (!isOne(place)) continue;
    if (key === undefined) {
      always.push(place);
      continue;
    }
    const { scale } = key;
    const field = fields.get(scale) ?? { scale, byCell: [], places: [] };
    fields.set(scale, field);
    field.places.push(place);
    for (const cell of cellsIn(key)) {
      const bucket = field.byCell[cell];
      if (bucket === undefined) field.byCell[cell] = [place];
      else bucket.push(place);
    }
  }
  return { always, fields: [...fields.values()] };
}

/** Tells the key whose fullest cell is that of the fewest rules. */
function rarestOf(keys: readonly CellTest[]): (among: readonly CellTest[]) => CellTest | undefined {
  const rules = new Map<string, number>();
  const slot = ({ scale }: CellTest, cell: Cell): string => `${scale} ${cell}`;
  for (const key of keys) for (const cell of cellsIn(key)) rules.set(slot(key, cell), (rules.get(slot(key, cell)) ?? 0) + 1);
  const fullest = (key: CellTest): number => Math.max(0, ...cellsIn(key).map((cell) => rules.get(slot(key, cell)) ?? 0));
  return (among) => {
    let rarest: CellTest | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const key of among) {
      const most = fullest(key);
      if (most < least) [rarest, least] = [key, most];
    }
    return rarest;
  };
}
