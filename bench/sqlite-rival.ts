import { DatabaseSync } from 'node:sqlite';

/** What one durable transaction costs at least, whatever is in it. */
export interface BareRival {
  /** So many transactions of one insert each, one after the other; ns per transaction. */
  round(count: number, pad: string): number;
  close(): void;
}

/** Transactions of one insert over `node:sqlite` alone, with the journal and the durability of the store. */
export function createBareRival(path: string): BareRival {
  const db = new DatabaseSync(path);
  db.exec('PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 2000');
  db.exec('CREATE TABLE log (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, entry TEXT NOT NULL)');
  const insert = db.prepare('INSERT INTO log (id, entry) VALUES (?, ?)');
  let turn = 0;
  return {
    round(count, pad) {
      const startedNs = process.hrtime.bigint();
      for (let n = 0; n < count; n++) {
        const id = `r${String(turn++).padStart(12, '0')}`;
        db.exec('BEGIN IMMEDIATE');
        insert.run(id, `{"id":"${id}","pad":"${pad}"}`);
        db.exec('COMMIT');
      }
      return Number(process.hrtime.bigint() - startedNs) / count;
    },
    close: () => db.close(),
  };
}
