import type { Row } from './rows.ts';

/**
 * Parsed rows in front of the backend's serialized ones: two generations, of which the older is dropped whole when the
 * younger is full. A row that is in use moves to the younger one. `null` stands for a row that is known to be absent.
 */
export interface RowCache {
  get(key: string): Row | null | undefined;
  set(key: string, row: Row | null): void;
  clear(): void;
}

/** Most request rows kept: each is busy for a moment and then rests for ever. */
const MAX_REQUESTS = 1_024;

/** A cache of at most `capacity` rows, few of them requests, so that new requests do not push out what all steps need. */
export function createRowCache(capacity: number): RowCache {
  const requests = createGenerations(Math.min(capacity, MAX_REQUESTS));
  const others = createGenerations(capacity);
  const of = (key: string): RowCache => (key.startsWith('request/') ? requests : others);
  return {
    get: (key) => of(key).get(key),
    set: (key, row) => of(key).set(key, row),
    clear() {
      requests.clear();
      others.clear();
    },
  };
}

function createGenerations(capacity: number): RowCache {
  const half = Math.max(1, Math.floor(capacity / 2));
  let young = new Map<string, Row | null>();
  let old = new Map<string, Row | null>();
  const set = (key: string, row: Row | null): void => {
    young.set(key, row);
    if (young.size < half) return;
    old = young;
    young = new Map();
  };
  return {
    get(key) {
      const row = young.get(key);
      if (row !== undefined) return row;
      const older = old.get(key);
      if (older !== undefined) set(key, older);
      return older;
    },
    set,
    clear() {
      young = new Map();
      old = new Map();
    },
  };
}
