import { ABSENT, type Cell, type CellSet, type Cells, cellSet, UNKNOWN } from './cell.ts';
import type { Operator } from './operators.ts';

/** Any text that no rule names. */
export const OTHER: Cell = 0;

/** The cells of text in its one spelling: one for each constant, and one for all other texts. */
export class TextCells implements Cells<string> {
  readonly #cells: ReadonlyMap<string, Cell>;

  constructor(constants: readonly string[]) {
    this.#cells = new Map([...new Set(constants)].map((text, index) => [text, index + 1]));
  }

  /** The cell of a text. */
  of(text: string | null | undefined): Cell {
    return typeof text === 'string' ? (this.#cells.get(text) ?? OTHER) : text === null ? ABSENT : UNKNOWN;
  }

  /** The cells that a comparison holds for. @throws TypeError for an operator that does not compare whole texts */
  setOf(operator: Operator, constants: readonly string[]): CellSet {
    const cells = constants.map((text) => this.of(text));
    if (operator === 'eq' || operator === 'in') return cellSet(cells, false);
    if (operator === 'ne' || operator === 'not_in') return cellSet(cells, true);
    throw new TypeError(`no operator of whole text: ${operator}`);
  }
}
