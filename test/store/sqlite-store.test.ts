import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { soundWal } from '../../src/adapters/store/sqlite/connection.ts';
import { createSqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import type { AccountId } from '../../src/core/ids.ts';
import type { Command, Store } from '../../src/core/store.ts';
import {
  ACCOUNT,
  appendCommand,
  applyOne,
  capsOf,
  codeOf,
  issueCommand,
  redeemCommand,
  reserveCommand,
} from '../../src/testing/store-conformance/scene.ts';

const directory = mkdtempSync(join(tmpdir(), 'castellan-file-'));
afterAll(() => rmSync(directory, { recursive: true }));
let files = 0;
const newPath = (): string => join(directory, `${files++}.sqlite`);
const open = (path: string, lockDeadlineMs = 5_000): Promise<Store> =>
  createSqliteStore({ path, clock: systemClock(), random: systemRandom(), lockDeadlineMs });
const REQUESTS = ['request/r1/a1', 'request/r2/a1'];
const codeOfError = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'resolved',
    (error: { readonly code?: unknown }) => error.code,
  );

describe('one file', () => {
  it('keeps everything over a reopen, the emergency state included', async () => {
    const path = newPath();
    const first = await open(path);
    const now = await first.now();
    await applyOne(first, reserveCommand(now, { id: 'r1', amount: '60' }), issueCommand(now, 'r1'), appendCommand('e1'));
    await applyOne(first, { kind: 'halt.set', change: { kind: 'pause', agent: 'x', reason: '', by: '', untilMs: null } });
    await first.close();
    const second = await open(path);
    expect(await codeOf(second, reserveCommand(now, { id: 'r2', amount: '41' }))).toBe('window_limit');
    expect(await codeOf(second, redeemCommand('r1'))).toBe('epoch_changed');
    expect(second.haltSnapshot()?.state.epoch).toBe(1);
    expect(await second.findLog('e1')).toBe(0);
    expect(await second.now()).toBeGreaterThanOrEqual(now);
    await second.close();
  });

  it('shows each process what the other committed, and lets the first kill win', async () => {
    const path = newPath();
    const [a, b] = [await open(path), await open(path)];
    const now = await a.now();
    expect(await codeOf(a, reserveCommand(now, { id: 'r1', amount: '60' }), issueCommand(now, 'r1'))).toBe('ok');
    expect(await codeOf(b, reserveCommand(now, { id: 'r2', amount: '41' }))).toBe('window_limit');
    await applyOne(b, { kind: 'doc.put', key: 'x', value: { n: 1 } });
    expect(await a.get(['doc/x'])).toEqual([{ version: 1, value: { n: 1 } }]);
    await applyOne(b, { kind: 'halt.set', change: { kind: 'kill', reason: '', by: '' } });
    expect(await codeOf(a, redeemCommand('r1'))).toBe('halted');
    expect(a.haltSnapshot()?.state.kill).not.toBe(null);
    await Promise.all([a.close(), b.close()]);
  });

  it('reads what the version before wrote, goes on with it, and shows it nothing that it could misread', async () => {
    const path = newPath();
    const first = await open(path);
    const now = await first.now();
    for (const id of ['r1', 'r2'])
      await applyOne(first, reserveCommand(now, { id, amount: '40' }), issueCommand(now, id), appendCommand(id));
    const rows = await first.get(REQUESTS);
    await first.close();
    const before = new DatabaseSync(path);
    const write = before.prepare('UPDATE request SET v = ? WHERE k = ?');
    for (const [at, key] of REQUESTS.entries()) write.run(JSON.stringify(rows[at]), key);
    before.exec("UPDATE meta SET value = '1' WHERE name = 'schema'");
    before.close();
    const store = await open(path);
    expect(await store.get(REQUESTS)).toEqual(rows);
    expect((await store.scan('request/')).map(({ value }) => value)).toEqual(rows);
    expect(await codeOf(store, redeemCommand('r1'))).toBe('ok');
    expect(await codeOf(store, reserveCommand(now, { id: 'r3', amount: '21' }))).toBe('window_limit');
    const file = new DatabaseSync(path);
    expect(file.prepare("SELECT value FROM meta WHERE name = 'schema'").get()?.value).toBe('2');
    const [written, kept] = file.prepare('SELECT v FROM request ORDER BY k').all();
    expect(() => JSON.parse(String(written?.v))).toThrow(SyntaxError);
    expect(JSON.parse(String(kept?.v))).toEqual(rows[1]);
    file.close();
    await store.close();
  });

  it('gives the rows of requests in their place among the others, page by page', async () => {
    const store = await open(newPath());
    const now = await store.now();
    for (const id of ['r2', 'r1', 'r3']) await applyOne(store, reserveCommand(now, { id }));
    for (const key of ['a', 'z', '\u{1F600}', '\uffff']) await applyOne(store, { kind: 'doc.put', key, value: 1 });
    await applyOne(store, { kind: 'halt.set', change: { kind: 'pause', agent: 'x', reason: '', by: '', untilMs: null } });
    const wallet = 'eip155:1:0x00000000000000000000000000000000000000aa' as AccountId;
    await applyOne(store, { kind: 'slot.take', agent: 'a1', requestId: 'r1', wallet, slot: 0, base: 0, dueMs: now + 60_000 });
    const all = (await store.scan('')).map(({ key }) => key);
    const requests = ['request/r1/a1', 'request/r2/a1', 'request/r3/a1'];
    expect(all).toEqual([
      'doc/a',
      'doc/z',
      'doc/\uffff',
      'doc/\u{1F600}',
      'halt',
      `ledger/${ACCOUNT}`,
      ...requests,
      `slots/${wallet}`,
      'time',
    ]);
    for (let limit = 1; limit <= all.length; limit++) {
      const paged: string[] = [];
      for (let page: readonly { readonly key: string }[] = await store.scan('', { limit }); page.length > 0; ) {
        paged.push(...page.map(({ key }) => key));
        page = await store.scan('', { limit, after: paged.at(-1) as string });
      }
      expect(paged).toEqual(all);
    }
    for (const prefix of ['request/', 'req', 'r']) expect((await store.scan(prefix)).map(({ key }) => key)).toEqual(requests);
    expect((await store.scan('request/', { after: 'request/r1/a1', limit: 1 })).map(({ key }) => key)).toEqual(['request/r2/a1']);
    await store.close();
  });

  it('works off two writers in one process fairly', async () => {
    const path = newPath();
    const stores = [await open(path), await open(path)];
    const order: number[] = [];
    await Promise.all(
      stores.flatMap((store, which) =>
        Array.from({ length: 1_500 }, async (_, n) => {
          await applyOne(store, appendCommand(`${which}-${String(n).padStart(5, '0')}`));
          order.push(which);
        }),
      ),
    );
    // Neither had to wait until the other had finished.
    expect(order.indexOf(1)).toBeLessThan(order.lastIndexOf(0));
    expect(order.indexOf(0)).toBeLessThan(order.lastIndexOf(1));
    expect((await stores[0]?.logHead())?.size).toBe(3_000);
    await Promise.all(stores.map((store) => store.close()));
  });
});

describe('what stands in the way', () => {
  it('a lock that stays: STORE_UNAVAILABLE, and nothing happens then or later', async () => {
    const path = newPath();
    const store = await open(path, 60);
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    expect(await codeOfError(applyOne(store, appendCommand('e1')))).toBe('STORE_UNAVAILABLE');
    // A reader does not need the lock in write-ahead mode.
    expect(await store.findLog('e1')).toBe(undefined);
    other.exec('ROLLBACK');
    other.close();
    expect(await store.findLog('e1')).toBe(undefined);
    expect(await applyOne(store, appendCommand('e2'))).toMatchObject({ ok: true, logIndex: 0 });
    await store.close();
  });

  it('a write that SQLite breaks off: STORE_UNAVAILABLE, nothing of the step applied, and the store goes on', async () => {
    const path = newPath();
    const store = await open(path);
    await applyOne(store, appendCommand('e1'));
    const big: Command = { kind: 'doc.put', key: 'big', value: { pad: 'x'.repeat(3_000_000) } };
    const guard = new DatabaseSync(path);
    guard.exec("CREATE TRIGGER broken BEFORE INSERT ON kv WHEN length(NEW.v) > 2000000 BEGIN SELECT RAISE(ABORT, 'broken off'); END");
    guard.close();
    expect(await codeOfError(applyOne(store, big, appendCommand('e2')))).toBe('STORE_UNAVAILABLE');
    expect(await store.get(['doc/big'])).toEqual([undefined]);
    expect(await applyOne(store, appendCommand('e2'))).toMatchObject({ ok: true, logIndex: 1, replayed: false });
    await store.close();
  });

  it('a damaged row breaks only the calls that need it', async () => {
    const path = newPath();
    const store = await open(path);
    const now = await store.now();
    await applyOne(store, reserveCommand(now, { id: 'r1' }));
    const vandal = new DatabaseSync(path);
    vandal.prepare('UPDATE kv SET v = ? WHERE k = ?').run('{"inFlight":', `ledger/${ACCOUNT}`);
    vandal.close();
    const [good, bad] = await Promise.allSettled([
      applyOne(store, appendCommand('e1')),
      applyOne(store, reserveCommand(now, { id: 'r2' })),
    ]);
    expect(good).toMatchObject({ status: 'fulfilled', value: { ok: true } });
    expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'STORE_CORRUPT' } });
    const other = new DatabaseSync(path);
    other.prepare('UPDATE request SET v = replace(v, ?, ?)').run('"held"', '"paid"');
    other.close();
    expect(await codeOfError(applyOne(store, issueCommand(now, 'r1')))).toBe('STORE_CORRUPT');
    expect(await codeOfError(store.get(['request/r1/a1']))).toBe('STORE_CORRUPT');
    expect(await codeOfError(store.scan('request/'))).toBe('STORE_CORRUPT');
    await store.close();
  });

  it('a later schema, a foreign database and a file that is none are refused and left as they are', async () => {
    const later = newPath();
    await (await open(later)).close();
    const db = new DatabaseSync(later);
    db.exec("UPDATE meta SET value = '99' WHERE name = 'schema'");
    db.close();
    expect(await codeOfError(open(later))).toBe('STORE_SCHEMA_NEWER');
    const foreign = newPath();
    const other = new DatabaseSync(foreign);
    other.exec('CREATE TABLE people (name TEXT)');
    other.close();
    expect(await codeOfError(open(foreign))).toBe('STORE_CORRUPT');
    const text = newPath();
    writeFileSync(text, 'This is a letter and no database, however long it may be. '.repeat(40));
    expect(await codeOfError(open(text))).toBe('STORE_CORRUPT');
    expect(await codeOfError(open(join(directory, 'missing', 'x.sqlite')))).toBe('STORE_UNAVAILABLE');
  });

  it('more than 100,000 waiting steps are turned away at once', async () => {
    const store = await open(newPath());
    const step = { commands: [{ kind: 'rate.take', key: 'k', windowMs: 1_000, max: 1, cooldownMs: 0 } as const] };
    const first = store.apply(Array.from({ length: 100_000 }, () => step));
    expect(await codeOfError(store.apply([step]))).toBe('STORE_UNAVAILABLE');
    expect((await first).filter((result) => result.ok).length).toBeGreaterThan(0);
    await store.close();
  });
});

describe('write-ahead mode', () => {
  it('is used from SQLite 3.51.3 on, and said where it is not', () => {
    expect(['3.51.3', '3.51.4', '3.52.0', '4.0.0'].map(soundWal)).toEqual([true, true, true, true]);
    expect(['3.51.2', '3.50.9', '2.99.99', '3.9.3', '3.51', ''].map(soundWal)).toEqual([false, false, false, false, false, false]);
  });

  it('matches what this SQLite does', async () => {
    const path = newPath();
    const store = await open(path);
    const db = new DatabaseSync(path);
    const version = String(db.prepare('SELECT sqlite_version() AS v').get()?.v);
    const mode = db.prepare('PRAGMA journal_mode').get()?.journal_mode;
    db.close();
    expect(mode === 'wal').toBe(soundWal(version));
    expect(store.info).toMatchObject({ kind: 'sqlite', durability: 'durable', shared: true });
    expect(store.info.notes.length).toBe(soundWal(version) ? 0 : 1);
    expect(await codeOf(store, reserveCommand(await store.now(), { id: 'r1', amount: '5' }, capsOf([[0, '5']])))).toBe('ok');
    await store.close();
  });
});
