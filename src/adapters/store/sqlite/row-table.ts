import type { DatabaseSync } from 'node:sqlite';
import { createBulkWriter } from './bulk.ts';

/** A row as it lies in the file: its key, and the text that stands for its value. */
export interface StoredRow {
  readonly key: string;
  readonly text: string;
}

/** One table of keyed rows. */
export interface RowTable {
  load(key: string): string | undefined;
  /** Writes rows over what there was: key, text, key, text, … */
  put(rows: readonly string[]): void;
  drop(key: string): void;
  /** Rows with keys from `from` (behind it where `isAfter`) to before `end`, in order. */
  scan(from: string, isAfter: boolean, end: string, limit: number): readonly StoredRow[];
}

/** Prepares the statements of a table that has the columns `k` and `v`. */
export function createRowTable(db: DatabaseSync, table: 'kv' | 'request'): RowTable {
  const put = createBulkWriter(db, 2, (rows) => `INSERT INTO ${table} (k, v) VALUES ${rows} ON CONFLICT (k) DO UPDATE SET v = excluded.v`);
  const loadRow = db.prepare(`SELECT v FROM ${table} WHERE k = ?`);
  const dropRow = db.prepare(`DELETE FROM ${table} WHERE k = ?`);
  const scanFrom = db.prepare(`SELECT k, v FROM ${table} WHERE k >= ? AND k < ? ORDER BY k LIMIT ?`);
  const scanAfter = db.prepare(`SELECT k, v FROM ${table} WHERE k > ? AND k < ? ORDER BY k LIMIT ?`);
  return {
    load(key) {
      const found = loadRow.get(key);
      return found === undefined ? undefined : String(found.v);
    },
    put,
    drop(key) {
      dropRow.run(key);
    },
    scan(from, isAfter, end, limit) {
      return (isAfter ? scanAfter : scanFrom).all(from, end, limit).map(({ k, v }) => ({ key: String(k), text: String(v) }));
    },
  };
}
