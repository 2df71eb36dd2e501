import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkpointKey } from '../../src/audit/stored-checkpoint.ts';
import { createCompactRange, type IntegrityReport, logOrigin, parseEntry, signCheckpoint, toEntry, verifyLog } from '../../src/audit/index.ts';
import { chainHash, leafHash, nodeHash } from '../../src/core/index.ts';
import { eventOf, fileLog, KEY, memoryLog, OTHER_KEY, stepsOf, tamper, temporaryFile } from './fixture.ts';

const SIZE = 1_250;

const folder = mkdtempSync(join(tmpdir(), 'castellan-integrity-'));
const original = join(folder, 'store.db');
let held = '';
beforeAll(makeOriginal);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of the file, and the checkpoint at 1,200 as an operator would have kept it. */
async function signedFile(): Promise<{ readonly path: string; readonly held: string }> {
  const path = temporaryFile();
  copyFileSync(original, path);
  return { path, held };
}

/** A file with 1,250 entries signed every hundred. */
async function makeOriginal(): Promise<void> {
  const path = original;
  const { store, log, close } = await fileLog(path);
  await log.start();
  for (let from = 0; from < SIZE; from += 50) {
    await store.apply(stepsOf(log, from, Math.min(50, SIZE - from)));
    while (log.health().unsigned >= 100) await new Promise((resolve) => setImmediate(resolve));
  }
  await close();
  held = String(readDoc(path, checkpointKey(1_200))['note']);
  // The copies are of one file: nothing may be left beside it.
  tamper(path, (db) => db.exec('PRAGMA wal_checkpoint(TRUNCATE)'));
}

function readDoc(path: string, key: string): Record<string, unknown> {
  let value: Record<string, unknown> = {};
  tamper(path, (db) => {
    value = (JSON.parse(String(db.prepare('SELECT v FROM kv WHERE k = ?').get(`doc/${key}`)?.v)) as { value: Record<string, unknown> }).value;
  });
  return value;
}

function writeDoc(db: DatabaseSync, key: string, value: unknown): void {
  db.prepare('UPDATE kv SET v = ? WHERE k = ?').run(JSON.stringify({ version: 99, value }), `doc/${key}`);
}

interface Row {
  readonly seq: number;
  readonly id: string;
  readonly at: number;
  readonly epoch: number;
  readonly entry: string;
  readonly leaf: string;
  readonly chain: string;
}

const rowsOf = (db: DatabaseSync): Row[] => db.prepare('SELECT * FROM log ORDER BY seq').all() as unknown as Row[];

/** Puts other rows in place of all, with leaves, links, positions and head made anew: the work of a careful forger. */
function rewrite(db: DatabaseSync, rows: readonly Row[]): void {
  db.exec('DELETE FROM log');
  const put = db.prepare('INSERT INTO log (seq, id, at, epoch, entry, leaf, chain) VALUES (?, ?, ?, ?, ?, ?, ?)');
  let chain = '0'.repeat(64);
  for (const [seq, row] of rows.entries()) {
    const leaf = leafHash(row.entry);
    chain = chainHash(chain, leaf);
    put.run(seq, row.id, row.at, row.epoch, row.entry, leaf, chain);
  }
  db.prepare("UPDATE kv SET v = json_set(v, '$.size', ?, '$.chain', ?) WHERE k = 'head'").run(rows.length, chain);
}

const forged = (row: Row): Row => ({ ...row, entry: toEntry({ ...parseEntry(row.entry), severity: 'critical' }).entry });

async function verify(path: string, options: { readonly checkpoint?: string; readonly from?: number; readonly to?: number; readonly publicKey?: Uint8Array } = {}): Promise<IntegrityReport> {
  const { log, close } = await fileLog(path);
  const report = await log.verifyIntegrity(options);
  await close();
  return report;
}

const named = (report: IntegrityReport): readonly string[] => report.problems.map(({ kind, index }) => `${kind}@${index}`);

async function afterTampering(change: (db: DatabaseSync) => void): Promise<readonly string[]> {
  const file = await signedFile();
  tamper(file.path, change);
  const report = await verify(file.path);
  expect(report.valid).toBe(false);
  for (const { detail } of report.problems) expect(detail).not.toBe('');
  return named(report);
}

describe('an untouched log', () => {
  it('is valid in whole and in parts, and says what was checked', async () => {
    const { path } = await signedFile();
    const whole = await verify(path, { checkpoint: held });
    expect(whole).toMatchObject({ valid: true, size: SIZE, checkedEntries: SIZE, signedSize: SIZE, problems: [], truncated: false });
    const range = createCompactRange();
    let chain = '0'.repeat(64);
    tamper(path, (db) => {
      for (const row of rowsOf(db)) {
        range.append(row.leaf);
        chain = row.chain;
      }
    });
    expect([whole.root, whole.chainHash]).toEqual([range.root(), chain]);
    expect(await verify(path, { from: 730, to: 760 })).toMatchObject({ valid: true, checkedEntries: 60 });
    expect(await verify(path, { from: 1_249 })).toMatchObject({ valid: true, checkedEntries: 50 });
    expect(await verify(path, { from: 1_210, checkpoint: held })).toMatchObject({ valid: true });
    expect(await verify(path, { to: 0, checkpoint: held })).toMatchObject({ valid: true, checkedEntries: 1_200 });
  });

  it('may be empty, unsigned, or growing while it is read', async () => {
    const { store, log } = memoryLog();
    expect(await log.verifyIntegrity()).toMatchObject({ valid: true, size: 0, checkedEntries: 0, root: createCompactRange().root() });
    await store.apply(stepsOf(log, 0, 3_500));
    expect(await log.verifyIntegrity()).toMatchObject({ valid: true, signedSize: 0, problems: [] });
    expect(named(await log.verifyIntegrity({ maxUnsigned: 3_499 }))).toEqual(['tail_unsigned@0']);
    await log.start();
    let from = 3_500;
    const growing = { ...store, log: async (start: number, limit?: number) => {
      await store.apply(stepsOf(log, (from += 40), 40));
      await new Promise((resolve) => setImmediate(resolve));
      return store.log(start, limit);
    } };
    expect(await verifyLog(growing, { publicKey: KEY.publicKey, origin: logOrigin('acme') })).toMatchObject({ valid: true, checkedEntries: 3_500, problems: [] });
    await log.stop();
  });
});

describe('tampering with the file is named', () => {
  it('one byte of an entry', async () => {
    expect(await afterTampering((db) => db.exec("UPDATE log SET entry = replace(entry, '\"amount\":\"777\"', '\"amount\":\"776\"') WHERE seq = 777"))).toEqual(['entry_altered@777']);
  });

  it('any one byte of any one entry, to bytes that are no text', async () => {
    const found = await afterTampering((db) => db.exec("UPDATE log SET entry = CAST(x'ff' || substr(CAST(entry AS BLOB), 2) AS TEXT) WHERE seq = 3"));
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
    const change = (db: DatabaseSync): void => rewrite(db, rowsOf(db).map((row) => (row.seq === 777 ? forged(row) : row)));
    const found = await afterTampering(change);
    expect(found).toEqual(['root_mismatch@800']);
  });

  it('two separate rewrites, each by the checkpoint that shows it', async () => {
    const change = (db: DatabaseSync): void => rewrite(db, rowsOf(db).map((row) => (row.seq === 120 || row.seq === 999 ? forged(row) : row)));
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
      rewrite(db, rowsOf(db).map((row) => (row.seq === 777 ? forged(row) : row)));
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

  it.each([
    ["json_set(v, '$.size', 1251)", 'entry_missing@1250'],
    ["json_set(v, '$.size', 1249)", 'head_mismatch@1249'],
    [`json_set(v, '$.chain', '${'0'.repeat(64)}')`, 'head_mismatch@1250'],
    ["json_set(v, '$.size', 'many')", 'head_mismatch@null'],
    ["'no json'", 'head_mismatch@null'],
  ])('the head edited: %s', async (expression, problem) => {
    expect(await afterTampering((db) => db.exec(`UPDATE kv SET v = ${expression} WHERE k = 'head'`))).toContain(problem);
  });

  it('a checkpoint replaced by one of another key, of another size, of another tree, or by none', async () => {
    const root = nodeHash(leafHash('a'), leafHash('b'));
    const other = signCheckpoint({ origin: logOrigin('acme'), size: 800, root }, OTHER_KEY);
    const stolen = signCheckpoint({ origin: logOrigin('acme'), size: 800, root }, KEY);
    const replaced = (change: (value: Record<string, unknown>, db: DatabaseSync) => unknown): Promise<readonly string[]> =>
      signedFile().then(async ({ path }) => {
        const value = readDoc(path, checkpointKey(800));
        tamper(path, (db) => writeDoc(db, checkpointKey(800), change(value, db)));
        return named(await verify(path));
      });
    expect(await replaced((value) => ({ ...value, note: other }))).toEqual(['checkpoint_invalid@800']);
    expect(await replaced((value) => ({ ...value, note: stolen }))).toEqual(['checkpoint_invalid@800']);
    expect(await replaced((value) => ({ ...value, size: 700 }))).toEqual(['checkpoint_invalid@800']);
    expect(await replaced((value) => ({ ...value, frontier: [] }))).toEqual(['checkpoint_invalid@800']);
    expect(await replaced(() => 7)).toEqual(['checkpoint_invalid@800']);
    expect(await replaced((value) => ({ ...value, note: String(value['note']).replace(/.$/m, '') }))).toEqual(['checkpoint_invalid@800']);
  });

  it('the latest checkpoint forged, set back or removed', async () => {
    expect(await afterTampering((db) => db.exec("DELETE FROM kv WHERE k = 'doc/checkpoint/latest'"))).toEqual(['checkpoint_invalid@null']);
    expect(await afterTampering((db) => writeDoc(db, 'checkpoint/latest', { v: 1 }))).toEqual(['checkpoint_invalid@null']);
    expect(await afterTampering((db) => db.exec("UPDATE kv SET v = 'no json' WHERE k = 'doc/checkpoint/latest'"))).toContain('checkpoint_invalid@null');
    const setBack = (db: DatabaseSync): void => {
      db.prepare("UPDATE kv SET v = (SELECT v FROM kv WHERE k = ?) WHERE k = 'doc/checkpoint/latest'").run(`doc/${checkpointKey(1_100)}`);
    };
    expect(await afterTampering(setBack)).toEqual(['checkpoint_invalid@1100']);
  });

  it('a held checkpoint that is no checkpoint of this log', async () => {
    const { path } = await signedFile();
    expect(named(await verify(path, { checkpoint: held.replace('acme', 'acne') }))).toEqual(['checkpoint_invalid@null']);
    expect(named(await verify(path, { checkpoint: '' }))).toEqual(['checkpoint_invalid@null']);
    expect(named(await verify(path, { publicKey: OTHER_KEY.publicKey }))).toContain('checkpoint_invalid@100');
  });

  it('every entry shifted, without a list that grows for ever', async () => {
    const file = await signedFile();
    tamper(file.path, (db) => db.exec("UPDATE log SET entry = entry || ' '"));
    const report = await verify(file.path);
    expect(report).toMatchObject({ valid: false, truncated: true });
    expect(report.problems).toHaveLength(200);
  });
});

describe('throughput', () => {
  it('verifies a file of 50,000 entries', async () => {
    const path = temporaryFile();
    const { store, log, close } = await fileLog(path);
    await log.start();
    for (let from = 0; from < 50_000; from += 500) await store.apply(stepsOf(log, from, 500));
    await log.stop();
    const startedMs = performance.now();
    const report = await log.verifyIntegrity();
    const elapsedMs = performance.now() - startedMs;
    expect(report).toMatchObject({ valid: true, checkedEntries: 50_000 });
    const entry = toEntry(eventOf(1)).entry;
    const hashMs = performance.now();
    for (let index = 0; index < 50_000; index += 1) leafHash(entry);
    const floorMs = performance.now() - hashMs;
    console.log(`verify: ${Math.round(50_000 / elapsedMs) * 1_000} entries/s from SQLite; one hash each alone: ${Math.round(50_000 / floorMs) * 1_000}/s`);
    await close();
  });
});
