import { buildPart, type KeyBlock, REMOVED } from './build-part.ts';
import { EMPTY_TABLE, type KeyPart, KeyTable, PARTS } from './key-table.ts';

interface Block extends KeyBlock {
  listing: Uint16Array;
  size: number;
}

const SMALLEST = 16;
const LARGEST = 4_096;

/**
 * Collects digests and builds a table of them, aside: a table that it begins from is read and never changed, and shares
 * with the new one every part that nothing was added to or taken from. Its own memory is 10 bytes an entry, given back part by part.
 */
export class TableBuilder {
  readonly #base: KeyTable;
  readonly #blocks: Block[][] = Array.from({ length: PARTS }, () => []);
  #added = 0;

  constructor(base: KeyTable = EMPTY_TABLE) {
    this.#base = base;
  }

  /** Entries added or removed so far, one for each call. */
  get added(): number {
    return this.#added;
  }

  add(hi: number, lo: number, listing: number): void {
    const blocks = this.#blocks[hi >>> 24] as Block[];
    let block = blocks.at(-1);
    if (block === undefined || block.size === block.listing.length) {
      const before = blocks.reduce((sum, { size }) => sum + size, 0);
      const room = Math.max(SMALLEST, Math.min(LARGEST, before >>> 2));
      block = { keys: new Uint32Array(2 * room), listing: new Uint16Array(room), size: 0 };
      blocks.push(block);
    }
    block.keys[2 * block.size] = hi;
    block.keys[2 * block.size + 1] = lo;
    block.listing[block.size] = listing;
    block.size += 1;
    this.#added += 1;
  }

  remove(hi: number, lo: number): void {
    this.add(hi, lo, REMOVED);
  }

  /** Builds the table; `pause` is waited for behind each part, so that other work goes on. The builder is empty afterwards. */
  async build(merge: (a: number, b: number) => number, pause: () => Promise<void> | undefined): Promise<KeyTable> {
    const parts: KeyPart[] = [];
    for (let index = 0; index < PARTS; index += 1) {
      const old = this.#base.parts[index] as KeyPart;
      const blocks = this.#blocks[index] as Block[];
      this.#blocks[index] = [];
      parts.push(blocks.length === 0 ? old : buildPart(old, blocks, merge));
      await pause();
    }
    this.#added = 0;
    return new KeyTable(parts);
  }
}
