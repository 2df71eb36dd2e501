import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { CastellanError } from '../../../core/errors.ts';
import { migrate } from './schema.ts';

/** Oldest SQLite whose write-ahead log is trusted: before it a checkpoint may overtake a reset of the log. */
const FIRST_SOUND_WAL = [3, 51, 3] as const;

/** Pages after which a commit moves the write-ahead log into the file: bounds the log, the stall and the recovery. */
const CHECKPOINT_PAGES = 2_000;
const CACHE_KIB = 65_536;
const PAGE_BYTES = 8_192;

/** An open file, ready for use. */
export interface Connection {
  readonly db: DatabaseSync;
  readonly notes: readonly string[];
  /**
   * Call before what is read or written counts. Whoever works on in a file that was deleted or replaced acknowledges what
   * nobody will find, and sees no kill of those who opened the new one. @throws STORE_UNAVAILABLE
   */
  checkInPlace(): void;
}

/** True where this version of SQLite runs in write-ahead mode. */
export function soundWal(version: string): boolean {
  const parts = version.split('.').map(Number);
  for (const [index, least] of FIRST_SOUND_WAL.entries()) {
    const part = parts[index] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}

/** Opens or makes the file. Throws what SQLite throws: BUSY where another process is opening or writing it. */
export function connect(path: string): Connection {
  const db = new DatabaseSync(path, { timeout: 0, enableForeignKeyConstraints: false });
  try {
    const version = String(db.prepare('SELECT sqlite_version() AS v').get()?.v);
    const wal = soundWal(version);
    db.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
    const mode = String(db.prepare(`PRAGMA journal_mode = ${wal ? 'WAL' : 'TRUNCATE'}`).get()?.journal_mode);
    db.exec(`PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY;
      PRAGMA cache_size = -${CACHE_KIB}; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}; PRAGMA journal_size_limit = ${CHECKPOINT_PAGES * PAGE_BYTES * 4}`);
    db.exec('BEGIN IMMEDIATE');
    migrate(db);
    db.exec('COMMIT');
    return { db, notes: notesOf(version, wal, mode), checkInPlace: inPlaceCheck(path) };
  } catch (error) {
    db.close();
    throw error;
  }
}

function inPlaceCheck(path: string): () => void {
  const opened = statSync(path, { throwIfNoEntry: false });
  // A database in memory has no file that could go away.
  if (opened === undefined) return () => undefined;
  return () => {
    const now = statSync(path, { throwIfNoEntry: false });
    if (now?.ino === opened.ino && now.dev === opened.dev) return;
    throw new CastellanError('STORE_UNAVAILABLE', {
      message: "The store's file was deleted or replaced while it was open: start this process anew.",
      details: { reason: 'file_replaced' },
    });
  };
}

function notesOf(version: string, wal: boolean, mode: string): readonly string[] {
  if (!wal) return [`SQLite ${version} is older than ${FIRST_SOUND_WAL.join('.')}: runs with a rollback journal, slower and as safe.`];
  return mode === 'wal' ? [] : [`The file cannot be used in write-ahead mode; SQLite chose ${mode}, slower and as safe.`];
}
