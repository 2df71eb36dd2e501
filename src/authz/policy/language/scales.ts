import { type CellReader, createCellReader } from './item-cells.ts';
import { OWN_FIELDS, ownScales } from './own-fields.ts';
import type { Condition, Rule } from './rule.ts';
import type { CellTest } from './rule-test.ts';
import { createScale, type Scale, scaleName } from './scale.ts';
import { conditionsOf } from './when.ts';

/** All that the rules of a policy compare. */
export interface Scales {
  readonly reader: CellReader;
  /** A condition of these rules as a test. */
  cellTest(condition: Condition): CellTest;
}

/** Cuts the fields that rules look at into cells by all constants that they name. */
export function createScales(rules: readonly Rule[]): Scales {
  const byName = Map.groupBy(conditionsOf(rules.flatMap(({ when }) => when)), scaleName);
  const own = OWN_FIELDS.map((field) => scaleName({ field, operator: 'eq', value: '' }));
  const names = [...new Set([...own, ...byName.keys()])];
  const scales = names.map((name): Scale | null => createScale(byName.get(name) ?? []));
  const numbers = new Map(names.map((name, number) => [name, number]));
  return {
    reader: createCellReader(
      ownScales((_, number) => scales[number]?.cells ?? null),
      scales.map((scale) => scale?.read),
    ),
    cellTest(condition) {
      const scale = numbers.get(scaleName(condition)) as number;
      return { kind: 'cell', scale, ...(scales[scale] as Scale).setOf(condition) };
    },
  };
}
