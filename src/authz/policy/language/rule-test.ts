import { type Cell, type CellSet, UNKNOWN } from './cell.ts';
import type { ItemCells } from './item-cells.ts';
import type { Condition, When } from './rule.ts';
import { negate, type Truth } from './truth.ts';

/** One comparison: the cells that it holds for, on the scale of a number. */
export interface CellTest extends CellSet {
  readonly kind: 'cell';
  readonly scale: number;
}

/** Conditions ready to be put to an item. `decides` is the truth that one part is enough for: true for "or", false for "and". */
export type RuleTest =
  | CellTest
  | { readonly kind: 'joined'; readonly decides: boolean; readonly parts: readonly RuleTest[] }
  | { readonly kind: 'not'; readonly inner: RuleTest };

/** A tree of conditions as tests; `cellTest` makes one of a comparison. */
export function compileTest(when: When, cellTest: (condition: Condition) => CellTest): RuleTest {
  const compile = (node: When): RuleTest => compileTest(node, cellTest);
  if ('all' in when) return { kind: 'joined', decides: false, parts: when.all.map(compile) };
  if ('any' in when) return { kind: 'joined', decides: true, parts: when.any.map(compile) };
  if ('not' in when) return { kind: 'not', inner: compile(when.not) };
  return cellTest(when);
}

/** Whether a test holds for an item. What cannot be told stays unknown through every join. */
export function truthOf(test: RuleTest, cells: ItemCells): Truth {
  if (test.kind === 'cell') return isIn(test, cells.at(test.scale));
  if (test.kind === 'not') return negate(truthOf(test.inner, cells));
  let truth: Truth = !test.decides;
  for (const part of test.parts) {
    const found = truthOf(part, cells);
    if (found === test.decides) return found;
    if (found === 'unknown') truth = found;
  }
  return truth;
}

/** Whether a cell is one of a set; of what cannot be told, neither can that. */
export function isIn({ first, last, listed, isOutside }: CellSet, cell: Cell): Truth {
  if (cell < 0) return cell === UNKNOWN ? 'unknown' : false;
  return (cell >= first && cell <= last && (listed === null || listed.has(cell))) !== isOutside;
}

/** The scales that a test looks at. */
export function scalesOf(test: RuleTest): readonly number[] {
  if (test.kind === 'cell') return [test.scale];
  return test.kind === 'not' ? scalesOf(test.inner) : test.parts.flatMap(scalesOf);
}
