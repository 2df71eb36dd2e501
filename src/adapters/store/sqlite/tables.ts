import type { DatabaseSync } from 'node:sqlite';
import { CastellanError } from '../../../core/errors.ts';
import type { Json, LogRow } from '../../../core/store.ts';
import type { Changes } from '../kernel/group.ts';
import type { LoggedEntry, Row } from '../kernel/rows.ts';

/** The two tables of the store, row by row. */
export interface Tables {
  load(key: string): Row | undefined;
  findEntry(id: string): LoggedEntry | undefined;
  write(changes: Changes): void;
  scan(prefix: string, after: string | undefined, limit: number): readonly { readonly key: string; readonly value: Json }[];
  entries(from: number, limit: number): readonly LogRow[];
  /** Changes whenever another connection has committed. */
  dataVersion(): number;
  /** Reads anew which request row is the last one. Call when another connection has committed, or a write was undone. */
  refresh(): void;
}

/** Rows that one upsert statement takes: fewer calls into SQLite for a group. */
const ROWS_PER_PUT = 8;
const PUT = 'INSERT INTO kv (k, v) VALUES';
const REQUEST = 'request/';
/** Behind every key of a request row: `0` follows `/`. */
const REQUEST_END = 'request0';
const OVER = 'ON CONFLICT (k) DO UPDATE SET v = excluded.v';

/** Prepares every statement once. */
export function createTables(db: DatabaseSync): Tables {
  const loadRow = db.prepare('SELECT v FROM kv WHERE k = ?');
  const putRow = db.prepare(`${PUT} (?, ?) ${OVER}`);
  const putRows = db.prepare(`${PUT} ${Array.from({ length: ROWS_PER_PUT }, () => '(?, ?)').join(', ')} ${OVER}`);
  const dropRow = db.prepare('DELETE FROM kv WHERE k = ?');
  const addEntry = db.prepare('INSERT INTO log (seq, id, at, epoch, entry, leaf, chain) VALUES (?, ?, ?, ?, ?, ?, ?)');
  const dropTexts = db.prepare("UPDATE log SET entry = '' WHERE seq >= ? AND seq < ?");
  const findEntry = db.prepare('SELECT seq, at, epoch FROM log WHERE id = ?');
  const readEntries = db.prepare('SELECT seq, id, entry, leaf, chain FROM log WHERE seq >= ? ORDER BY seq LIMIT ?');
  const scanFrom = db.prepare('SELECT k, v FROM kv WHERE k >= ? AND k < ? ORDER BY k LIMIT ?');
  const scanAfter = db.prepare('SELECT k, v FROM kv WHERE k > ? AND k < ? ORDER BY k LIMIT ?');
  const lastKey = db.prepare('SELECT max(k) AS k FROM kv WHERE k >= ? AND k < ?');
  // Request ids are time-ordered: a greater key than the last one is new, without looking.
  let lastRequest = REQUEST_END;
  const dataVersion = db.prepare('PRAGMA data_version');

  const parse = (key: string, text: unknown): Row => {
    try {
      const row: unknown = JSON.parse(String(text));
      if (typeof row === 'object' && row !== null) return row;
    } catch {
      // Told below, with the key and without what the row holds.
    }
    throw new CastellanError('STORE_CORRUPT', { message: 'A row of the store is no JSON object.', details: { key } });
  };

  return {
    load(key) {
      if (key > lastRequest && key.startsWith(REQUEST)) return undefined;
      const found = loadRow.get(key);
      return found === undefined ? undefined : parse(key, found.v);
    },
    findEntry(id) {
      const found = findEntry.get(id);
      return found === undefined ? undefined : { index: Number(found.seq), atMs: Number(found.at), epoch: Number(found.epoch) };
    },
    write({ rows, entries, dropped }) {
      let batch: string[] = [];
      for (const [key, row] of rows) {
        if (row === null) {
          dropRow.run(key);
          continue;
        }
        if (key > lastRequest && key.startsWith(REQUEST)) lastRequest = key;
        batch.push(key, JSON.stringify(row));
        if (batch.length < ROWS_PER_PUT * 2) continue;
        putRows.run(...batch);
        batch = [];
      }
      for (let at = 0; at < batch.length; at += 2) putRow.run(batch[at] as string, batch[at + 1] as string);
      for (const entry of entries) addEntry.run(entry.index, entry.id, entry.atMs, entry.epoch, entry.entry, entry.leaf, entry.chain);
      if (dropped !== null) dropTexts.run(dropped.from, dropped.to);
    },
    scan(prefix, after, limit) {
      const end = `${prefix}\u{10FFFF}`;
      const found = after === undefined || after < prefix ? scanFrom.all(prefix, end, limit) : scanAfter.all(after, end, limit);
      return found.map(({ k, v }) => ({ key: String(k), value: parse(String(k), v) as Json }));
    },
    entries(from, limit) {
      return readEntries.all(from, limit).map(({ seq, id, entry, leaf, chain }) => ({
        index: Number(seq),
        id: String(id),
        entry: String(entry),
        leaf: String(leaf),
        chain: String(chain),
      }));
    },
    refresh() {
      lastRequest = String(lastKey.get(REQUEST, REQUEST_END)?.k ?? REQUEST);
    },
    dataVersion() {
      return Number(dataVersion.get()?.data_version);
    },
  };
}
