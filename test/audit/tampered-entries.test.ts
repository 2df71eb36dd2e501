import type { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { checkpointKey } from '../../src/audit/stored-checkpoint.ts';
import { leafHash } from '../../src/core/index.ts';
import { fileLog, tamper } from './fixture.ts';
import { afterTampering, forged, named, type Row, rewrite, rowsOf, signedFile, verify } from './signed-file.ts';

describe('tampering with the file is named', () => {
  it('one byte of an entry', async () => {
    expect(
      await afterTampering((db) =>
        db.exec('UPDATE log SET entry = replace(entry, \'"amount":"777"\', \'"amount":"776"\') WHERE seq = 777'),
      ),
    ).toEqual(['entry_altered@777']);
  });

  it('any one byte of any one entry, to bytes that are no text', async () => {
    const found = await afterTampering((db) =>
      db.exec("UPDATE log SET entry = CAST(x'ff' || substr(CAST(entry AS BLOB), 2) AS TEXT) WHERE seq = 3"),
    );
    expect(found).toContain('entry_altered@3');
  });

  it('a field changed and its leaf hash made anew', async () => {
    const change = (db: DatabaseSync): void => {
      const row = forged(rowsOf(db)[777] as Row);
      db.prepare('UPDATE log SET entry = ?, leaf = ? WHERE seq = 777').run(row.entry, leafHash(row.entry));
    };
    expect(await afterTampering(change)).toEqual(expect.arrayContaining(['chain_mismatch@777', 'root_mismatch@800']));
  });

  it('a field changed and everything after made anew, head included', async () => {
    const change = (db: DatabaseSync): void =>
      rewrite(
        db,
        rowsOf(db).map((row) => (row.seq === 777 ? forged(row) : row)),
      );
    const found = await afterTampering(change);
    expect(found).toEqual(['root_mismatch@800']);
  });

  it('two separate rewrites, each by the checkpoint that shows it', async () => {
    const change = (db: DatabaseSync): void =>
      rewrite(
        db,
        rowsOf(db).map((row) => (row.seq === 120 || row.seq === 999 ? forged(row) : row)),
      );
    expect(await afterTampering(change)).toEqual(['root_mismatch@200', 'root_mismatch@1000']);
  });

  it('an entry deleted from the middle', async () => {
    expect(await afterTampering((db) => db.exec('DELETE FROM log WHERE seq = 500'))).toEqual(['entry_missing@500']);
  });

  it('an entry deleted and the rest moved up', async () => {
    const change = (db: DatabaseSync): void => {
      db.exec('DELETE FROM log WHERE seq = 500');
      for (const { seq } of rowsOf(db)) if (seq > 500) db.prepare('UPDATE log SET seq = ? WHERE seq = ?').run(seq - 1, seq);
    };
    expect(await afterTampering(change)).toEqual(expect.arrayContaining(['chain_mismatch@500', 'root_mismatch@600', 'entry_missing@1249']));
  });

  it('the tail deleted', async () => {
    expect(await afterTampering((db) => db.exec('DELETE FROM log WHERE seq >= 1240'))).toContain('entry_missing@1240');
  });

  it('the tail deleted and the head set back', async () => {
    const found = await afterTampering((db) => rewrite(db, rowsOf(db).slice(0, 1_150)));
    expect(found).toEqual(expect.arrayContaining(['log_shortened@1200', 'log_shortened@1250']));
  });

  it('the tail deleted with head and every later checkpoint, to whoever holds a checkpoint', async () => {
    const change = (db: DatabaseSync): void => {
      rewrite(db, rowsOf(db).slice(0, 1_150));
      const earlier = db.prepare('SELECT v FROM kv WHERE k = ?').get(`doc/${checkpointKey(1_100)}`)?.v;
      db.prepare("DELETE FROM kv WHERE k > ? AND k < 'doc/checkpoint/l'").run(`doc/${checkpointKey(1_100)}`);
      db.prepare("UPDATE kv SET v = ? WHERE k = 'doc/checkpoint/latest'").run(String(earlier));
    };
    const file = await signedFile();
    tamper(file.path, change);
    expect(named(await verify(file.path))).toEqual([]);
    expect(named(await verify(file.path, { checkpoint: file.held }))).toEqual(['log_shortened@1200']);
  });

  it('history rewritten and signed anew with a stolen key, to whoever holds a checkpoint', async () => {
    const file = await signedFile();
    tamper(file.path, (db) => {
      rewrite(
        db,
        rowsOf(db).map((row) => (row.seq === 777 ? forged(row) : row)),
      );
      db.exec("DELETE FROM kv WHERE k LIKE 'doc/checkpoint/%'");
    });
    const { log, close } = await fileLog(file.path);
    await log.start();
    await log.stop();
    expect(named(await log.verifyIntegrity())).toEqual([]);
    expect(named(await log.verifyIntegrity({ checkpoint: file.held }))).toEqual(['root_mismatch@1200']);
    await close();
  });

  it.each([
    [400, 900],
    [400, 401],
    [0, 1_249],
  ])('entries %i and %i swapped with their links', async (a, b) => {
    const change = (db: DatabaseSync): void => {
      db.prepare('UPDATE log SET seq = -1 WHERE seq = ?').run(a);
      db.prepare('UPDATE log SET seq = ? WHERE seq = ?').run(a, b);
      db.prepare('UPDATE log SET seq = ? WHERE seq = -1').run(b);
    };
    const found = await afterTampering(change);
    expect(found).toContain(`entry_reordered@${b}`);
    expect(found.filter((problem) => problem.startsWith('chain_mismatch'))).toEqual([]);
  });

  it('two entries swapped and their links left in place', async () => {
    const change = (db: DatabaseSync): void => {
      const rows = rowsOf(db);
      const [a, b] = [rows[400] as Row, rows[900] as Row];
      const put = db.prepare('UPDATE log SET id = ?, entry = ?, leaf = ? WHERE seq = ?');
      put.run('swapping', a.entry, a.leaf, 900);
      put.run(b.id, b.entry, b.leaf, 400);
      put.run(a.id, a.entry, a.leaf, 900);
    };
    expect(await afterTampering(change)).toEqual(expect.arrayContaining(['entry_reordered@400', 'entry_reordered@900']));
  });

  it('an entry written over another', async () => {
    const change = (db: DatabaseSync): void => {
      db.exec('DROP INDEX log_id');
      db.exec('UPDATE log SET (id, entry, leaf) = (SELECT id, entry, leaf FROM log WHERE seq = 300) WHERE seq = 600');
    };
    expect(await afterTampering(change)).toEqual(expect.arrayContaining(['entry_duplicated@600', 'root_mismatch@700']));
  });

  it('an entry appended a second time, head included', async () => {
    const change = (db: DatabaseSync): void => {
      db.exec('DROP INDEX log_id');
      const rows = rowsOf(db);
      rewrite(db, [...rows.slice(0, 500), rows[300] as Row, ...rows.slice(500)]);
    };
    expect(await afterTampering(change)).toContain('root_mismatch@600');
  });

  it('an entry filed under another id', async () => {
    expect(await afterTampering((db) => db.exec("UPDATE log SET id = 'event-x' WHERE seq = 42"))).toEqual(['id_mismatch@42']);
  });

  it('hashes that are none', async () => {
    expect(await afterTampering((db) => db.exec("UPDATE log SET leaf = 'zz' WHERE seq = 42"))).toContain('entry_altered@42');
    expect(await afterTampering((db) => db.exec("UPDATE log SET chain = '' WHERE seq = 42"))).toContain('entry_altered@42');
  });
});
