import { UNKNOWN } from './cell.ts';
import type { ItemCells } from './item-cells.ts';
import { type RuleTest, truthOf } from './rule-test.ts';

/**
 * Numbers of a test in its row: the scale, and the first and the last of the cells that it holds for. Where the last lies before
 * the first, it holds for all but those between them.
 */
const WIDTH = 3;
/** In the place of a scale: the test is none of one range, and its number among those follows. */
const OTHER = -1;

/**
 * What has to hold for each of some rules, as rows of numbers side by side: where a policy is long, it is the way to memory that
 * costs. Tests that are no plain range of cells stand apart.
 */
export class RuleTable {
  /** Where the row of each rule begins, and where the last one ends. */
  readonly #starts: Int32Array;
  readonly #rows: Int32Array;
  readonly #others: readonly RuleTest[];

  constructor(rules: readonly (readonly RuleTest[])[]) {
    const starts = [0];
    const rows: number[] = [];
    const others: RuleTest[] = [];
    for (const tests of rules) {
      for (const test of tests) {
        if (test.kind === 'cell' && test.listed === null)
          rows.push(test.scale, ...(test.isOutside ? [test.last + 1, test.first - 1] : [test.first, test.last]));
        else rows.push(OTHER, others.push(test) - 1, 0);
      }
      starts.push(rows.length);
    }
    this.#starts = Int32Array.from(starts);
    this.#rows = Int32Array.from(rows);
    this.#others = others;
  }

  /** Whether all of a rule holds for an item; what cannot be told does where `ifUnknown` says so. */
  holds(rule: number, cells: ItemCells, ifUnknown: boolean): boolean {
    const rows = this.#rows;
    const end = this.#starts[rule + 1] as number;
    for (let at = this.#starts[rule] as number; at < end; at += WIDTH) {
      const scale = rows[at] as number;
      const first = rows[at + 1] as number;
      const last = rows[at + 2] as number;
      if (scale === OTHER) {
        const truth = truthOf(this.#others[first] as RuleTest, cells);
        if (truth === false || (truth === 'unknown' && !ifUnknown)) return false;
        continue;
      }
      const cell = cells.at(scale);
      if (cell < 0) {
        if (cell !== UNKNOWN || !ifUnknown) return false;
      } else if (first <= last ? cell < first || cell > last : cell < first && cell > last) return false;
    }
    return true;
  }
}
