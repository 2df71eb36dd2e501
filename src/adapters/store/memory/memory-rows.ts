import type { Row } from '../kernel/rows.ts';
import { createColdRows } from './cold-rows.ts';

/** Rows by key. The latest are objects, all others bytes outside the JavaScript heap. */
export interface MemoryRows {
  get(key: string): Row | undefined;
  set(key: string, row: Row | null): void;
  keys(): Iterable<string>;
}

/** Most request rows kept as objects: each is busy for a moment and then rests for ever, so it should die young here. */
const HOT_REQUESTS = 512;
const REQUEST = 'request/';

/** Empty rows of which at most `hot` are kept as objects; of requests, which only ever become more, far fewer. */
export function createMemoryRows(hot: number): MemoryRows {
  const requests = createPool(Math.min(hot, HOT_REQUESTS));
  const others = createPool(hot);
  const poolOf = (key: string): MemoryRows => (key.startsWith(REQUEST) ? requests : others);
  return {
    get: (key) => poolOf(key).get(key),
    set: (key, row) => poolOf(key).set(key, row),
    *keys() {
      yield* requests.keys();
      yield* others.keys();
    },
  };
}

/**
 * Two generations of objects: when the younger is full, what only the older has becomes bytes. Whole maps are dropped and
 * none is ever emptied key by key: the tables that a map leaves behind keep rows alive that nobody holds any more.
 */
function createPool(hot: number): MemoryRows {
  const half = Math.max(1, Math.floor(hot / 2));
  let young = new Map<string, Row>();
  let old = new Map<string, Row>();
  const cold = createColdRows();
  // Keys of requests are time-ordered: a greater one than all before is new, without looking.
  let greatest = '';

  const keep = (key: string, row: Row): void => {
    young.set(key, row);
    if (young.size < half) return;
    // A row that was only read since it was last put away lies there still.
    for (const [each, value] of old) if (!young.has(each) && !cold.has(each)) cold.set(each, JSON.stringify(value));
    old = young;
    young = new Map();
  };

  return {
    get(key) {
      if (key > greatest) return undefined;
      const row = young.get(key);
      if (row !== undefined) return row;
      const older = old.get(key);
      const json = older === undefined ? cold.get(key) : undefined;
      const found = older ?? (json === undefined ? undefined : (JSON.parse(json) as Row));
      if (found !== undefined) keep(key, found);
      return found;
    },
    set(key, row) {
      if (key > greatest) greatest = key;
      else cold.delete(key);
      if (row !== null) {
        keep(key, row);
        return;
      }
      young.delete(key);
      old.delete(key);
    },
    *keys() {
      yield* young.keys();
      for (const key of old.keys()) if (!young.has(key)) yield key;
      for (const key of cold.keys()) if (!young.has(key) && !old.has(key)) yield key;
    },
  };
}
