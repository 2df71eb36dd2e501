import type { Row } from '../kernel/rows.ts';
import { createArena } from './arena.ts';
import type { ArenaRef } from './arena.ts';

/** Rows by key. The latest few thousand are objects, all others bytes outside the JavaScript heap. */

export interface MemoryRows {
  get(key: string): Row | undefined;
  set(key: string, row: Row | null): void;
  keys(): Iterable<string>;
}

/** Most request rows kept as objects: each is busy for a moment and then rests for ever, so it should not grow old here. */
const HOT_REQUESTS = 2_048;
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

function createPool(hot: number): MemoryRows {
  const objects = new Map<string, Row>();
  const cold = new Map<string, ArenaRef>();
  const arena = createArena();
  let oldest = objects.keys();

  // One iterator walks the map for its whole life: it goes on behind what it has passed, where new keys are added.
  const evictOne = (): void => {
    let next = oldest.next();
    if (next.done === true) {
      oldest = objects.keys();
      next = oldest.next();
    }
    if (next.done === true) return;
    const row = objects.get(next.value);
    if (row === undefined) return;
    // A row that was only read since it was last put away lies there still.
    if (!cold.has(next.value)) cold.set(next.value, arena.add(JSON.stringify(row)));
    objects.delete(next.value);
  };

  const keep = (key: string, row: Row): void => {
    objects.set(key, row);
    if (objects.size > hot) evictOne();
  };

  return {
    get(key) {
      const row = objects.get(key);
      if (row !== undefined) return row;
      const ref = cold.get(key);
      if (ref === undefined) return undefined;
      const read = JSON.parse(arena.read(ref)) as Row;
      keep(key, read);
      return read;
    },
    set(key, row) {
      cold.delete(key);
      if (row === null) {
        objects.delete(key);
        return;
      }
      keep(key, row);
    },
    *keys() {
      yield* objects.keys();
      for (const key of cold.keys()) if (!objects.has(key)) yield key;
    },
  };
}
