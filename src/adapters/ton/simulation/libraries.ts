import { beginCell, type Cell, CellType, Dictionary } from '@ton/core';
import { malformed, readCell, readHash, readList, readObject } from '../answer.ts';
import type { TonClient } from '../client.ts';

/** Libraries per client that are kept; a hash names one content for ever. */
const MAX_KEPT = 256;
/** Codes whose libraries are remembered. */
const MAX_CODES = 4_096;
/** Cells of one code that are looked at: the network's own bound for an account. */
const MAX_CELLS = 65_536;
/** Libraries of libraries: deeper than any real code. */
const MAX_ROUNDS = 4;
/** Libraries that one request may name. */
const MAX_ASKED = 32;

const TAG_BITS = 8;
const HASH_BYTES = 32;

const kept = new WeakMap<TonClient, Map<string, Cell>>();
const needs = new Map<string, readonly string[]>();

/** Hashes of the masterchain libraries that cells of a code stand for. */
function librariesIn(code: Cell): readonly string[] {
  const key = code.hash().toString('hex');
  const known = needs.get(key);
  if (known !== undefined) return known;
  const found = new Set<string>();
  const seen = new Set<Cell>();
  const open: Cell[] = [code];
  for (let cell = open.pop(); cell !== undefined && seen.size < MAX_CELLS; cell = open.pop()) {
    if (seen.has(cell)) continue;
    seen.add(cell);
    if (cell.type === CellType.Library) found.add(cell.beginParse(true).skip(TAG_BITS).loadBuffer(HASH_BYTES).toString('hex'));
    else open.push(...cell.refs);
  }
  const list = [...found];
  if (needs.size >= MAX_CODES) needs.clear();
  needs.set(key, list);
  return list;
}

/** Libraries of one simulation: grows as codes that need them appear. */
export interface Libraries {
  /** Reads what these codes need. @throws CHAIN_RESPONSE_INVALID, CHAIN_UNAVAILABLE, TIMEOUT */
  cover(codes: readonly (Cell | null | undefined)[]): Promise<void>;
  /** All that were read, as the virtual machine takes them; null where none was needed. */
  readonly root: Cell | null;
  /** Hashes that codes name and the masterchain does not have. */
  readonly missing: ReadonlySet<string>;
}

async function fetchLibraries(client: TonClient, hashes: readonly string[], signal?: AbortSignal): Promise<ReadonlyMap<string, Cell>> {
  const libraries = hashes.map((hash) => Buffer.from(hash, 'hex').toString('base64'));
  const answer = readObject(await client.request('getLibraries', { libraries }, signal), 'libraries');
  const found = new Map<string, Cell>();
  for (const item of readList(answer['result'], 'libraries.result', MAX_ASKED)) {
    const fields = readObject(item, 'libraries.item');
    const hash = readHash(fields['hash'], 'libraries.hash');
    const cell = readCell(fields['data'], 'libraries.data');
    if (cell.hash().toString('hex') !== hash || !hashes.includes(hash)) throw malformed('libraries.hash');
    found.set(hash, cell);
  }
  return found;
}

/** Makes the libraries of one simulation. A library counts only if its content has the hash that it is asked for by. */
export function createLibraries(client: TonClient, signal?: AbortSignal): Libraries {
  const cache = kept.get(client) ?? new Map<string, Cell>();
  kept.set(client, cache);
  const loaded = new Map<string, Cell>();
  const missing = new Set<string>();
  let root: Cell | null = null;
  return {
    get root() {
      return root;
    },
    missing,
    async cover(codes) {
      let open = codes.flatMap((code) => (code === null || code === undefined ? [] : librariesIn(code)));
      for (let round = 0; round < MAX_ROUNDS; round += 1) {
        const wanted = [...new Set(open)].filter((hash) => !loaded.has(hash) && !missing.has(hash));
        if (wanted.length === 0) return;
        const unknown = wanted.filter((hash) => !cache.has(hash)).slice(0, MAX_ASKED);
        const fetched = unknown.length === 0 ? new Map<string, Cell>() : await fetchLibraries(client, unknown, signal);
        open = [];
        for (const hash of wanted) {
          const cell = fetched.get(hash) ?? cache.get(hash);
          if (cell === undefined) {
            missing.add(hash);
            continue;
          }
          loaded.set(hash, cell);
          open.push(...librariesIn(cell));
        }
        if (cache.size + fetched.size > MAX_KEPT) cache.clear();
        for (const [hash, cell] of fetched) cache.set(hash, cell);
        const dictionary = Dictionary.empty(Dictionary.Keys.Buffer(HASH_BYTES), Dictionary.Values.Cell());
        for (const [hash, cell] of loaded) dictionary.set(Buffer.from(hash, 'hex'), cell);
        root = loaded.size === 0 ? null : beginCell().storeDictDirect(dictionary).endCell();
      }
    },
  };
}
