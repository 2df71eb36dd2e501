import type { Cell } from './cell.ts';
import type { RuleContext, RuleItem } from './fields.ts';
import { OWN_FIELDS, type OwnScales, ownScales, readOwn } from './own-fields.ts';
import type { ReadCell } from './read-field.ts';
import { SpareRows } from './spare-rows.ts';

const UNREAD: Cell = -3;

/** How the cells of items are read, by the numbers of their scales. */
export interface CellReader {
  /** Scales of the fields that items bear themselves, which have the first numbers. */
  readonly own: OwnScales;
  /** Undefined where no rule compares it. */
  readonly reads: readonly (ReadCell | undefined)[];
  /** Numbers of the scales that are read where a rule first asks for them. */
  readonly later: readonly number[];
  readonly rows: SpareRows;
}

export function createCellReader(own: OwnScales, reads: CellReader['reads']): CellReader {
  return { own, reads, later: notIn(own, [...reads.keys()]), rows: new SpareRows(reads.length) };
}

/** A reader of those scales alone that are asked for. */
export function readerOf({ own, reads, rows }: CellReader, asked: ReadonlySet<number>): CellReader {
  const kept = ownScales((field, scale) => (asked.has(scale) ? own[field] : null));
  return { own: kept, reads, later: notIn(kept, [...asked]), rows };
}

/** Scales that are not read at once. */
function notIn(own: OwnScales, scales: readonly number[]): readonly number[] {
  return scales.filter((scale) => {
    const field = OWN_FIELDS[scale];
    return field === undefined || (field !== 'listed' && field !== 'unlimited' && own[field] === null);
  });
}

/**
 * The fields of one item as cells. What it bears itself is read at once, the rest where a rule first asks for it. Its row is lent:
 * who is done with it gives it back.
 */
export class ItemCells {
  readonly #reader: CellReader;
  readonly #cells: Int32Array;
  readonly #item: RuleItem;
  readonly #context: RuleContext;

  constructor(reader: CellReader, item: RuleItem, context: RuleContext) {
    const cells = reader.rows.take();
    const { later } = reader;
    for (let at = 0; at < later.length; at += 1) cells[later[at] as number] = UNREAD;
    readOwn(reader.own, item, context, cells);
    this.#reader = reader;
    this.#cells = cells;
    this.#item = item;
    this.#context = context;
  }

  /** The cell on the scale of a number. */
  at(scale: number): Cell {
    const known = this.#cells[scale] as Cell;
    if (known !== UNREAD) return known;
    const read = this.#reader.reads[scale] as ReadCell;
    const cell = read(this.#item, this.#context);
    this.#cells[scale] = cell;
    return cell;
  }

  /** Gives its row back; nothing may be read from it any more. */
  release(): void {
    this.#reader.rows.give(this.#cells);
  }
}
