import { createArena } from './arena.ts';

/** Rows as bytes by key: neither keys nor rows are on the JavaScript heap. */
export interface ColdRows {
  get(key: string): string | undefined;
  has(key: string): boolean;
  set(key: string, json: string): void;
  delete(key: string): void;
  keys(): Iterable<string>;
}

const EMPTY = -1;
const DELETED = -2;
const FIRST_PLACES = 1_024;

/** Empty rows. An open-addressed table of (32-bit hash, arena reference) points at records `key length:key json`. */
export function createColdRows(): ColdRows {
  const arena = createArena();
  let hashes = new Uint32Array(FIRST_PLACES);
  let refs = new Float64Array(FIRST_PLACES).fill(EMPTY);
  let taken = 0;

  const recordAt = (place: number): { readonly key: string; readonly json: string } => {
    const text = arena.read(refs[place] as number);
    const colon = text.indexOf(':');
    const end = colon + 1 + Number(text.slice(0, colon));
    return { key: text.slice(colon + 1, end), json: text.slice(end) };
  };
  /** Place of the key, or undefined. */
  const find = (key: string): number | undefined => {
    const hash = hashOf(key);
    for (let place = hash & (refs.length - 1); refs[place] !== EMPTY; place = (place + 1) & (refs.length - 1)) {
      if (refs[place] !== DELETED && hashes[place] === hash && recordAt(place).key === key) return place;
    }
    return undefined;
  };
  const insert = (hash: number, ref: number): void => {
    let place = hash & (refs.length - 1);
    while (refs[place] !== EMPTY) place = (place + 1) & (refs.length - 1);
    hashes[place] = hash;
    refs[place] = ref;
    taken++;
  };
  const grow = (): void => {
    const [oldHashes, oldRefs] = [hashes, refs];
    hashes = new Uint32Array(oldRefs.length * 2);
    refs = new Float64Array(oldRefs.length * 2).fill(EMPTY);
    taken = 0;
    for (const [place, ref] of oldRefs.entries()) if (ref >= 0) insert(oldHashes[place] as number, ref);
  };

  return {
    get(key) {
      const place = find(key);
      return place === undefined ? undefined : recordAt(place).json;
    },
    has: (key) => find(key) !== undefined,
    set(key, json) {
      const ref = arena.add(json, `${key.length}:${key}`);
      const place = find(key);
      if (place !== undefined) {
        refs[place] = ref;
        return;
      }
      if (taken * 2 >= refs.length) grow();
      insert(hashOf(key), ref);
    },
    delete(key) {
      const place = find(key);
      if (place !== undefined) refs[place] = DELETED;
    },
    *keys() {
      for (let place = 0; place < refs.length; place++) if ((refs[place] as number) >= 0) yield recordAt(place).key;
    },
  };
}

/** FNV-1a over UTF-16 code units, with its bits mixed once more for the low ones that choose the place. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  hash ^= hash >>> 15;
  return Math.imul(hash, 0x2c1b3c6d) >>> 0;
}
