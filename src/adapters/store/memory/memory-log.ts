import type { LogRow } from '../../../core/store.ts';
import type { NewEntry } from '../kernel/group.ts';
import type { LoggedEntry } from '../kernel/rows.ts';
import type { ArenaRef } from './arena.ts';
import { createArena } from './arena.ts';

/** The audit log in memory, as bytes outside the JavaScript heap. */
export interface MemoryLog {
  add(entry: NewEntry): void;
  at(index: number): LogRow | undefined;
  find(id: string): LoggedEntry | undefined;
  /** Forgets the texts of a range; everything else about its entries stays. */
  drop(from: number, to: number): void;
}

/** `at|epoch|leaf|chain|id|entry`: only the last field may hold the separator, so six fields split it. */
const SEPARATOR = '\n';

/** An empty log. */
export function createMemoryLog(): MemoryLog {
  const arena = createArena();
  const places: ArenaRef[] = [];
  /** Indexes of entries whose id is greater than all before: ids are time-ordered, so this is nearly every entry. */
  const rising: number[] = [];
  const others = new Map<string, number>();
  let lastId = '';

  const fields = (index: number): readonly [string, string, string, string, string, string] => {
    const text = arena.read(places[index] as ArenaRef);
    const parts: string[] = [];
    let from = 0;
    for (let n = 0; n < 5; n++) {
      const to = text.indexOf(SEPARATOR, from);
      parts.push(text.slice(from, to));
      from = to + 1;
    }
    return [...parts, text.slice(from)] as unknown as readonly [string, string, string, string, string, string];
  };
  const indexOf = (id: string): number | undefined => {
    const other = others.get(id);
    if (other !== undefined || id > lastId) return other;
    let low = 0;
    let high = rising.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const index = rising[middle] as number;
      const here = fields(index)[4];
      if (here === id) return index;
      if (here < id) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  };

  return {
    add(entry) {
      if (entry.id > lastId) {
        rising.push(entry.index);
        lastId = entry.id;
      } else others.set(entry.id, entry.index);
      places.push(arena.add(entry.entry, `${entry.atMs}\n${entry.epoch}\n${entry.leaf}\n${entry.chain}\n${entry.id}\n`));
    },
    at(index) {
      if (places[index] === undefined) return undefined;
      const [, , leaf, chain, id, entry] = fields(index);
      return { index, id, entry, leaf, chain };
    },
    find(id) {
      const index = indexOf(id);
      if (index === undefined) return undefined;
      const [atMs, epoch] = fields(index);
      return { index, atMs: Number(atMs), epoch: Number(epoch) };
    },
    drop(from, to) {
      for (let index = from; index < to; index++) {
        const [atMs, epoch, leaf, chain, id] = fields(index);
        places[index] = arena.add('', `${atMs}\n${epoch}\n${leaf}\n${chain}\n${id}\n`);
      }
    },
  };
}
