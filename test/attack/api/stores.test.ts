import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqliteStore } from '../../../src/adapters/store/sqlite/index.ts';
import { leafHash } from '../../../src/core/digest.ts';
import { createSecurityManager, type SecurityManager } from '../../../src/index.ts';
import { type Anvil, startAnvil } from '../../../src/testing/anvil.ts';
import { forged, rewrite, rowsOf } from '../../audit/signed-file.ts';
import { BOB, configOf, fund } from '../../e2e/bench.ts';
import { codeOf, endOf, killed, pay } from './bench.ts';

let anvil: Anvil;
const folder = mkdtempSync(join(tmpdir(), 'castellan-'));
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil.stop();
  rmSync(folder, { recursive: true });
});

const KEYS = { encryptionKey: '91'.repeat(32) };
const openAt = (path: string, given: object = {}): SecurityManager =>
  createSecurityManager(configOf(anvil, { keys: KEYS, store: sqliteStore({ path }), ...given } as never));
let files = 0;
let original: Promise<string> | undefined;

/** A file with a wallet and a few decisions in it. */
async function makeFile(): Promise<string> {
  files += 1;
  const path = join(folder, `${files}.sqlite`);
  const security = openAt(path);
  await security.start();
  const wallet = await security.custody.createWallet('owner', 'a1');
  await fund(anvil, wallet.address);
  for (let n = 0; n < 4; n += 1) await security.agent('a1').execute(pay(`r${n}`, { amount: n === 3 ? '40' : '0.001' }));
  await security.shutdown(1_000);
  return path;
}

/** A copy of one such file. All copies have the same wallet, so nothing is sent from them. */
async function copied(): Promise<string> {
  original ??= makeFile();
  const from = await original;
  files += 1;
  const path = join(folder, `${files}.sqlite`);
  copyFileSync(from, path);
  return path;
}

/** What the log's own check says after somebody worked on the file; with `held` to whoever kept a checkpoint. */
async function isWhole(change: (db: DatabaseSync) => void, { held = false } = {}): Promise<boolean> {
  const path = await copied();
  const db = new DatabaseSync(path);
  const latest = JSON.parse(String(db.prepare("SELECT v FROM kv WHERE k = 'doc/checkpoint/latest'").get()?.['v'])) as {
    value: { note: string };
  };
  change(db);
  db.close();
  const security = openAt(path);
  try {
    return (await security.audit.verifyIntegrity(held ? { checkpoint: latest.value.note } : {})).valid;
  } catch {
    return false;
  } finally {
    await security.shutdown(200);
  }
}
const noCheckpoints = (db: DatabaseSync): void => db.exec("DELETE FROM kv WHERE k LIKE 'doc/checkpoint/%'");
const anotherHistory = (db: DatabaseSync): void => {
  rewrite(
    db,
    rowsOf(db).map((row, at) => (at === 2 ? forged(row) : row)),
  );
  noCheckpoints(db);
};

describe('a log that somebody works on', () => {
  it('is whole where nobody did', async () => {
    expect([await isWhole(() => undefined), await isWhole(() => undefined, { held: true })]).toEqual([true, true]);
  });

  it.each<[string, (db: DatabaseSync) => void]>([
    [
      'details of an entry edited',
      (db) => db.exec(`UPDATE log SET entry = replace(entry, '"denied"', '"approved"') WHERE entry LIKE '%denied%'`),
    ],
    [
      'details edited and the entry’s hash made anew',
      (db) => {
        const { seq, entry } = db.prepare(`SELECT seq, entry FROM log WHERE entry LIKE '%denied%' LIMIT 1`).get() as {
          seq: number;
          entry: string;
        };
        const forged = entry.replaceAll('"denied"', '"approved"');
        db.prepare('UPDATE log SET entry = ?, leaf = ? WHERE seq = ?').run(forged, leafHash(forged), seq);
      },
    ],
    ['an entry deleted', (db) => db.exec('DELETE FROM log WHERE seq = 3')],
    ['the last entry deleted', (db) => db.exec('DELETE FROM log WHERE seq = (SELECT max(seq) FROM log)')],
    [
      'two entries exchanged',
      (db) => {
        db.exec('UPDATE log SET seq = -1 WHERE seq = 2');
        db.exec('UPDATE log SET seq = 2 WHERE seq = 4');
        db.exec('UPDATE log SET seq = 4 WHERE seq = -1');
      },
    ],
    [
      'an entry written over another',
      (db) => {
        db.exec('DROP INDEX IF EXISTS log_id');
        db.exec('UPDATE log SET (id, entry, leaf) = (SELECT id, entry, leaf FROM log WHERE seq = 2) WHERE seq = 4');
      },
    ],
    [
      'the whole history written anew below the checkpoints',
      (db) =>
        rewrite(
          db,
          rowsOf(db).map((row, at) => (at === 2 ? forged(row) : row)),
        ),
    ],
    ['the log cut off, head and all', (db) => rewrite(db, rowsOf(db).slice(0, 2))],
    ['a checkpoint edited', (db) => db.exec(`UPDATE kv SET v = replace(v, 'castellan', 'castellam') WHERE k LIKE 'doc/checkpoint/%'`)],
    ['the head set back', (db) => db.exec(`UPDATE kv SET v = json_set(v, '$.size', 2) WHERE k = 'head'`)],
  ])('shows it: %s', async (_name, change) => expect(await isWhole(change)).toBe(false));

  it('shows another history without checkpoints to whoever kept one', async () => {
    expect(await isWhole(anotherHistory, { held: true })).toBe(false);
  });

  it('shows another history without checkpoints to whoever kept none', async () => {
    expect(await isWhole(anotherHistory)).toBe(false);
  });

  it('and a report made from it is told from one that was edited', async () => {
    const security = openAt(await copied());
    const report = await security.audit.generateReport({ type: 'daily' });
    expect(await security.audit.verifyReport(report)).toMatchObject({ ok: true });
    const forged = JSON.parse(JSON.stringify(report)) as { summary: Record<string, unknown> };
    forged.summary['totalEvents'] = 1;
    expect((await security.audit.verifyReport(forged as never).catch(() => ({ ok: false }))).ok).toBe(false);
    await security.shutdown(200);
  });
});

describe('ids as they would be in a query', () => {
  it('on SQLite are ids: nothing is dropped, widened or found by them', async () => {
    const security = openAt(await makeFile());
    const evil = ["r'--", "r');DROP-TABLE-log;--", 'r"OR"1"="1', 'r%', 'r_', 'r*', 'r?1', "r0'||'", 'r0;', '$.size', 'r\\'];
    for (const id of evil) expect((await security.agent('a1').execute(pay(id))).status, id).toBe('success');
    for (const id of evil) expect((await security.audit.query({ requestId: id })).entries.length, id).toBeGreaterThan(0);
    expect((await security.audit.query({ requestId: "' OR '1'='1" })).entries).toEqual([]);
    for (const address of ["' OR '1'='1", '%', '*', '../agent/a1', 'doc/agent/a1'])
      expect(await codeOf(() => security.custody.getWallet(address))).not.toBe('passed');
    for (const user of ["' OR '1'='1", '%', 'owne%', '*']) expect(await security.custody.listWallets(user).catch(() => [])).toEqual([]);
    for (const key of ["' OR '1'='1", '%', '../vault']) expect(await codeOf(() => security.keys.getKey(key))).not.toBe('passed');
    for (const id of ["' OR '1'='1", '%', '../agent/a1']) expect(await security.approvals.get(id)).toBeUndefined();
    expect((await security.audit.verifyIntegrity()).valid).toBe(true);
    await security.shutdown(500);
  });

  it('of another tenant on the same file find nothing', async () => {
    const other = openAt(await copied(), { tenant: 'other' });
    const end = await other
      .agent('a1')
      .execute(pay('r9'))
      .then(endOf, (error: { code: string }) => error.code);
    expect(end).not.toBe('success');
    expect(await other.custody.listWallets('owner').catch(() => [])).toEqual([]);
    await other.shutdown(200);
  });
});

describe('two managers on one file', () => {
  it('pay one id once, hear one kill, and share one list of whom they never pay', async () => {
    const path = await makeFile();
    const [one, two] = [openAt(path), openAt(path)];
    await Promise.all([one.ready(), two.ready()]);
    const results = await Promise.all([one, two, one, two].map((security) => security.agent('a1').execute(pay('both'))));
    expect(new Set(results.map(({ status, txHash }) => `${status} ${txHash}`)).size).toBe(1);
    await one.risk.addToBlacklist(BOB, { reason: 'hacked', source: 'test', severity: 'high' });
    expect(endOf(await two.agent('a1').execute(pay('listed')))).toBe('address_blacklisted');
    await two.emergency.activateKillSwitch(killed);
    expect(endOf(await one.agent('a1').execute(pay('killed')))).toBe('halted');
    await Promise.all([one.shutdown(500), two.shutdown(500)]);
  });

  it('that open the file with another secret sign nothing', async () => {
    const thief = openAt(await copied(), { keys: { encryptionKey: '92'.repeat(32) } });
    expect(await codeOf(() => thief.ready())).toBe('KEY_DECRYPT_FAILED');
    await thief.shutdown(100);
  });
});
