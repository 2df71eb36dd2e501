import type { DatabaseSync } from 'node:sqlite';
import type { Json, LogRow } from '../../../core/store.ts';
import type { Changes, NewEntry } from '../kernel/group.ts';
import { fromRowText, toRowText } from '../kernel/row-text.ts';
import type { LoggedEntry, Row } from '../kernel/rows.ts';
import { createBulkWriter } from './bulk.ts';
import { createRowTable, type RowTable } from './row-table.ts';

/** The tables of the store, row by row. */
export interface Tables {
  /** True for a request row that cannot be there yet: behind the last one as of the last {@link Tables.refresh}, and of what was written since. */
  isNew(key: string): boolean;
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

const REQUEST = 'request/';
/** Behind every key of a request row: `0` follows `/`. */
const REQUEST_END = 'request0';

/** Prepares every statement once. */
export function createTables(db: DatabaseSync): Tables {
  const kv = createRowTable(db, 'kv');
  const requests = createRowTable(db, 'request');
  const tableOf = (key: string): RowTable => (key.startsWith(REQUEST) ? requests : kv);
  const addEntries = createEntryWriter(db);
  const dropTexts = db.prepare("UPDATE log SET entry = '' WHERE seq >= ? AND seq < ?");
  const findEntry = db.prepare('SELECT seq, at, epoch FROM log WHERE id = ?');
  const readEntries = db.prepare('SELECT seq, id, entry, leaf, chain FROM log WHERE seq >= ? ORDER BY seq LIMIT ?');
  const lastKey = db.prepare('SELECT max(k) AS k FROM request');
  // Request ids are time-ordered: a greater key than the last one is new, without looking.
  let lastRequest = REQUEST_END;
  const dataVersion = db.prepare('PRAGMA data_version');

  return {
    isNew: (key) => key > lastRequest && key.startsWith(REQUEST),
    load(key) {
      const found = tableOf(key).load(key);
      return found === undefined ? undefined : fromRowText(key, found);
    },
    findEntry(id) {
      const found = findEntry.get(id);
      return found === undefined ? undefined : { index: Number(found.seq), atMs: Number(found.at), epoch: Number(found.epoch) };
    },
    write({ rows, entries, dropped }) {
      const [own, small]: [string[], string[]] = [[], []];
      for (const [key, row] of rows) {
        if (row === null) tableOf(key).drop(key);
        else if (!key.startsWith(REQUEST)) small.push(key, toRowText(key, row));
        else {
          if (key > lastRequest) lastRequest = key;
          own.push(key, toRowText(key, row));
        }
      }
      requests.put(own);
      kv.put(small);
      addEntries(entries);
      if (dropped !== null) dropTexts.run(dropped.from, dropped.to);
    },
    scan(prefix, after, limit) {
      const isAfter = after !== undefined && after >= prefix;
      const [small, own] = [kv, requests].map((table) => table.scan(isAfter ? after : prefix, isAfter, `${prefix}\u{10FFFF}`, limit));
      // All keys of requests lie between the same two others.
      const at = small?.findIndex(({ key }) => key > REQUEST) ?? -1;
      const found = small?.toSpliced(at < 0 ? small.length : at, 0, ...(own ?? [])) ?? [];
      return found.slice(0, limit).map(({ key, text }) => ({ key, value: fromRowText(key, text) as Json }));
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
      lastRequest = String(lastKey.get()?.k ?? REQUEST);
    },
    dataVersion() {
      return Number(dataVersion.get()?.data_version);
    },
  };
}

/** Appends entries, many to a statement. */
function createEntryWriter(db: DatabaseSync): (entries: readonly NewEntry[]) => void {
  const add = createBulkWriter(db, 7, (rows) => `INSERT INTO log (seq, id, at, epoch, entry, leaf, chain) VALUES ${rows}`);
  return (entries) => {
    const values: (string | number)[] = [];
    for (const { index, id, atMs, epoch, entry, leaf, chain } of entries) values.push(index, id, atMs, epoch, entry, leaf, chain);
    add(values);
  };
}
