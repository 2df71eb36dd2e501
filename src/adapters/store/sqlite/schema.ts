import type { DatabaseSync } from 'node:sqlite';
import { CastellanError } from '../../../core/errors.ts';

/**
 * Forward-only migrations: entry n leads from schema n to n + 1. Released ones are never edited.
 *
 * `kv`: one row per key. `request`: those of requests, which come and rest. Apart, the small rows that each step rewrites lie side by
 * side on few pages. `log`: one audit entry per position, ids time-ordered so that both trees grow at their end.
 */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE kv (k TEXT PRIMARY KEY, v TEXT NOT NULL);
   CREATE TABLE request (k TEXT PRIMARY KEY, v TEXT NOT NULL);
   CREATE TABLE log (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, at INTEGER NOT NULL, epoch INTEGER NOT NULL,
     entry TEXT NOT NULL, leaf TEXT NOT NULL, chain TEXT NOT NULL);
   CREATE UNIQUE INDEX log_id ON log (id);`,
  // No table changes: from here on rows may be in the short forms of `kernel/row-text.ts`, which schema 1 cannot read.
  '',
];

/** The schema that this version writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/**
 * Brings the schema up to date, in the caller's write transaction.
 * @throws STORE_SCHEMA_NEWER where a later version wrote it: nothing is changed then.
 * @throws STORE_CORRUPT where the file is a database of something else.
 */
export function migrate(db: DatabaseSync): void {
  const tables = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
    .all()
    .map(({ name }) => String(name));
  if (tables.length > 0 && !tables.includes('meta')) {
    throw new CastellanError('STORE_CORRUPT', { message: 'The file is a database, but not one of castellan.', details: { tables } });
  }
  if (tables.length === 0)
    db.exec("CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID; INSERT INTO meta VALUES ('schema', '0')");
  const found = Number(db.prepare("SELECT value FROM meta WHERE name = 'schema'").get()?.value);
  if (!Number.isSafeInteger(found) || found < 0)
    throw new CastellanError('STORE_CORRUPT', { message: 'The store does not say which schema it has.' });
  if (found > SCHEMA_VERSION) {
    throw new CastellanError('STORE_SCHEMA_NEWER', {
      message: 'A later version of castellan wrote this store.',
      details: { found, known: SCHEMA_VERSION },
    });
  }
  if (found === SCHEMA_VERSION) return;
  for (const statements of MIGRATIONS.slice(found)) db.exec(statements);
  db.prepare("UPDATE meta SET value = ? WHERE name = 'schema'").run(String(SCHEMA_VERSION));
}
