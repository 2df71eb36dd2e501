import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { type Deployment, deployment, inProcess } from './deployment.ts';

const made: Deployment[] = [];
afterAll(() => {
  for (const each of made) each.remove();
});
let site: Deployment;
let checkpoint: string;

/** A fresh store with eight signed entries, and its checkpoint as an operator would keep it. */
beforeEach(async () => {
  site = deployment();
  made.push(site);
  const security = site.open();
  let note = '';
  security.onEvent((event) => {
    if (event.type === 'audit_checkpoint') note = String(event.details['checkpoint']);
  });
  await security.ready();
  for (let index = 0; index < 8; index += 1) await security.emergency.pauseAgent(`agent-${index}`, { reason: 'a drill' });
  await security.shutdown();
  checkpoint = join(site.directory, 'kept.txt');
  writeFileSync(checkpoint, note === '' ? storedNote() : note);
});

function tamper<T>(work: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(site.storePath);
  try {
    return work(db);
  } finally {
    db.close();
  }
}
const storedNote = (): string =>
  tamper(
    (db) =>
      (JSON.parse(String(db.prepare("SELECT v FROM kv WHERE k = 'doc/checkpoint/latest'").get()?.['v'])) as { value: { note: string } })
        .value.note,
  );
const verify = (...args: string[]) => inProcess(site.directory, ['audit', 'verify', ...args]);

it('an intact log: size, root, chain hash and speed, and the store is left as it was', async () => {
  const before = tamper((db) => JSON.stringify(db.prepare('SELECT * FROM kv ORDER BY k').all()));
  const ran = await site.cli('audit', 'verify', '--checkpoint', 'kept.txt');
  expect([ran.code, ran.err]).toEqual([0, '']);
  expect(ran.out).toMatch(
    /^The log is intact\.\nentries +8, 8 of them signed\nroot +[0-9a-f]{64}\nchain hash +[0-9a-f]{64}\nchecked +8 entries in [\d.]+ ms, \d+ a second\n$/,
  );
  const json = JSON.parse((await verify('--json')).out) as Record<string, unknown>;
  expect(json).toMatchObject({ ok: true, valid: true, size: 8, signedSize: 8, checkedEntries: 8, problems: [] });
  expect(tamper((db) => JSON.stringify(db.prepare('SELECT * FROM kv ORDER BY k').all()))).toBe(before);
});

it.each([3, 7])('one flipped byte of entry %i is found and named, and a kill still works', async (seq) => {
  const id = tamper((db) => {
    const row = db.prepare('SELECT id, entry FROM log WHERE seq = ?').get(seq) as { id: string; entry: string };
    const entry = row.entry.replace('a drill', 'a drilm');
    expect(entry).not.toBe(row.entry);
    db.prepare('UPDATE log SET entry = ? WHERE seq = ?').run(entry, seq);
    return row.id;
  });
  const ran = await site.cli('audit', 'verify');
  expect([ran.code, ran.err]).toEqual([1, '']);
  expect(ran.out).toMatch(/^The log is NOT intact: /);
  expect(ran.out).toContain(`! entry_altered at ${seq} (${id}): `);
  const json = JSON.parse((await verify('--json')).out) as Record<string, unknown>;
  expect(json).toMatchObject({
    ok: false,
    exitCode: 1,
    valid: false,
    problems: expect.arrayContaining([expect.objectContaining({ kind: 'entry_altered', index: seq })]),
  });
  expect((await inProcess(site.directory, ['kill'])).code).toBe(0);
});

it('a log too damaged to be opened is still examined', async () => {
  tamper((db) => db.exec('DELETE FROM log WHERE seq = 7'));
  expect((await inProcess(site.directory, ['status'])).err).toMatch(/^LOG_CORRUPT: /);
  const ran = await verify();
  expect([ran.code, ran.out]).toMatchObject([1, expect.stringContaining('! entry_missing at 7: ')]);
});

it('a log shortened together with its checkpoints shows against the one that was kept', async () => {
  tamper((db) => {
    const { chain } = db.prepare('SELECT chain FROM log WHERE seq = 4').get() as { chain: string };
    db.exec("DELETE FROM log WHERE seq > 4; DELETE FROM kv WHERE k LIKE 'doc/checkpoint/%'");
    const head = db.prepare("SELECT k, v FROM kv WHERE k NOT LIKE 'doc/%' AND v LIKE '%\"size\":8%'").get() as { k: string; v: string };
    const value = { ...(JSON.parse(head.v) as object), size: 5, chain };
    db.prepare('UPDATE kv SET v = ? WHERE k = ?').run(JSON.stringify(value), head.k);
  });
  expect((await verify()).code).toBe(0);
  const ran = await verify('--checkpoint', 'kept.txt');
  expect([ran.code, ran.out]).toMatchObject([1, expect.stringContaining('! log_shortened')]);
});

it('a checkpoint that is none, and a store without a log, are no success', async () => {
  writeFileSync(checkpoint, 'castellan/default\n8\nAAAA\n');
  const ran = await verify('--checkpoint', 'kept.txt');
  expect([ran.code, ran.out]).toMatchObject([1, expect.stringContaining('! checkpoint_invalid (held): ')]);
  const fresh = deployment();
  made.push(fresh);
  const empty = await inProcess(fresh.directory, ['audit', 'verify']);
  expect([empty.code, empty.err]).toMatchObject([1, expect.stringMatching(/^LOG_CORRUPT: This store has no key of a log/)]);
});
