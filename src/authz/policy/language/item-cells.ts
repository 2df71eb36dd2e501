import type { Cell } from './cell.ts';
import type { RuleContext, RuleItem } from './fields.ts';
import { OWN_FIELDS, type OwnScales, ownScales, readOwn } from './own-fields.ts';
import type { ReadCell } from './read-field.ts';

const UNREAD: Cell = -3;

/** How the cells of items are read, by the numbers of their scales. */
export interface CellReader {
  /** Scales of the fields that items bear themselves, which have the first numbers. */
  readonly own: OwnScales;
  /** Undefined where no rule compares it. */
  readonly reads: readonly (ReadCell | undefined)[];
  /** Numbers of the scales that are read where a rule first asks for them. */
  readonly later: readonly number[];
  /** Cells that were given back; at most as many as evaluations began inside one another. */
  readonly spare: ItemCells[];
}

export function createCellReader(own: OwnScales, reads: CellReader['reads']): CellReader {
  return { own, reads, later: notIn(own, [...reads.keys()]), spare: [] };
}

/** A reader of those scales alone that are asked for. */
export function readerOf({ own, reads }: CellReader, asked: ReadonlySet<number>): CellReader {
  const kept = ownScales((field, scale) => (asked.has(scale) ? own[field] : null));
  return { own: kept, reads, later: notIn(kept, [...asked]), spare: [] };
}

/** Scales that are not read at once. What is true or false of an item itself has none to be read by, and always is. */
function notIn(own: OwnScales, scales: readonly number[]): readonly number[] {
  return scales.filter((scale) => {
    const field = OWN_FIELDS[scale];
    return field === undefined || own[field as keyof OwnScales] === null;
  });
}

/**
 * The fields of one item as cells. What it bears itself is read at once, the rest where a rule first asks for it. They are used
 * again by whoever reads the same scales ({@link takeCells}): an evaluation makes none, and those that are kept between two of them
 * keep the code that was optimized for them, which a full garbage collection throws away with the last one. Cells belong to whoever
 * took them until they are given back: an evaluation that begins inside another one, or after one that threw, takes others.
 */
export class ItemCells {
  readonly #reader: CellReader;
  readonly #cells: Int32Array;
  #item: RuleItem | undefined;
  #context: RuleContext | undefined;

  constructor(reader: CellReader, item: RuleItem, context: RuleContext) {
    this.#reader = reader;
    this.#cells = new Int32Array(reader.reads.length);
    this.put(item, context);
  }

  /** Takes another item in. */
  put(item: RuleItem, context: RuleContext): void {
    const cells = this.#cells;
    const { later, own } = this.#reader;
    for (let at = 0; at < later.length; at += 1) cells[later[at] as number] = UNREAD;
    readOwn(own, item, context, cells);
    this.#item = item;
    this.#context = context;
  }

  /** The cell on the scale of a number. */
  at(scale: number): Cell {
    const known = this.#cells[scale] as Cell;
    return known === UNREAD ? this.#read(scale) : known;
  }

  #read(scale: number): Cell {
    const read = this.#reader.reads[scale] as ReadCell;
    const cell = read(this.#item as RuleItem, this.#context as RuleContext);
    this.#cells[scale] = cell;
    return cell;
  }

  /** Gives it back; nothing may be read from it any more, and nothing of the item outlives it. */
  release(): void {
    this.#item = undefined;
    this.#context = undefined;
    this.#reader.spare.push(this);
  }
}

/** The cells of an item, in a row that was given back where there is one. */
export function takeCells(reader: CellReader, item: RuleItem, context: RuleContext): ItemCells {
  const cells = reader.spare.pop();
  if (cells === undefined) return new ItemCells(reader, item, context);
  cells.put(item, context);
  return cells;
}
