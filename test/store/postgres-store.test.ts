import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { createPostgresStore, type PostgresStoreOptions } from '../../src/adapters/store/postgres/index.ts';
import { type LedgerRow, pendingOf, type Store, storeKey } from '../../src/core/index.ts';
import {
  ACCOUNT,
  AGENT,
  appendCommand,
  applyOne,
  capsOf,
  codeOf,
  issueCommand,
  redeemCommand,
  reserveCommand,
} from '../../src/testing/store-conformance/scene.ts';
import { dropSchemas, hasPostgres, newSchema, onPostgres, POSTGRES_URL } from './postgres.ts';

const here = await hasPostgres();
const schemas: string[] = [];
const fresh = (): string => {
  const schema = newSchema('store');
  schemas.push(schema);
  return schema;
};
const open = (schema: string, options: Partial<PostgresStoreOptions> = {}): Promise<Store> =>
  createPostgresStore({ url: POSTGRES_URL, schema, clock: systemClock(), random: systemRandom(), ...options });
const failureOf = (promise: Promise<unknown>): Promise<{ readonly code?: unknown; readonly details?: unknown }> =>
  promise.then(
    () => ({ code: 'resolved' }),
    (error: { readonly code?: unknown }) => error,
  );

describe.skipIf(!here)(`one schema of PostgreSQL${here ? '' : ' (skipped: no server answers)'}`, () => {
  afterAll(() => dropSchemas(...schemas));

  it('shows each process what the other committed, keeps it over a reopen, and lets the first kill win', async () => {
    const schema = fresh();
    const [a, b] = await Promise.all([open(schema), open(schema)]);
    const now = await a.now();
    expect(await codeOf(a, reserveCommand(now, { id: 'r1', amount: '60' }), issueCommand(now, 'r1'), appendCommand('e1'))).toBe('ok');
    expect(await codeOf(b, reserveCommand(now, { id: 'r2', amount: '41' }))).toBe('window_limit');
    await applyOne(b, { kind: 'doc.put', key: 'x', value: { n: 1 } });
    expect(await a.get(['doc/x'])).toEqual([{ version: 1, value: { n: 1 } }]);
    await applyOne(b, { kind: 'halt.set', change: { kind: 'kill', reason: '', by: '' } });
    expect(await codeOf(a, redeemCommand('r1'))).toBe('halted');
    expect(a.haltSnapshot()?.state.kill).not.toBe(null);
    await Promise.all([a.close(), b.close()]);
    expect(await failureOf(a.get(['x']))).toMatchObject({ code: 'STORE_CLOSED' });
    expect(await failureOf(applyOne(b, appendCommand('e9')))).toMatchObject({ code: 'STORE_CLOSED' });
    const c = await open(schema);
    expect(await c.findLog('e1')).toBe(0);
    expect(await codeOf(c, redeemCommand('r1'))).toBe('halted');
    expect(c.info).toMatchObject({ kind: 'postgres', durability: 'durable', shared: true });
    await c.close();
  });

  it('works off two writers fairly, and a refusal is never about a state that is gone', async () => {
    const schema = fresh();
    const stores = await Promise.all([open(schema), open(schema)]);
    const now = await (stores[0] as Store).now();
    const order: number[] = [];
    const codes = await Promise.all(
      stores.flatMap((store, which) =>
        Array.from({ length: 6 }, async (_, caller) => {
          const own: string[] = [];
          for (let n = 0; n < 20; n++) {
            const id = `${which}-${caller}-${n}`;
            own.push(await codeOf(store, reserveCommand(now, { id, amount: '1' }), appendCommand(id)));
            order.push(which);
          }
          return own;
        }),
      ),
    ).then((all) => all.flat());
    expect(codes.filter((code) => code === 'ok').length).toBe(100);
    expect(new Set(codes)).toEqual(new Set(['ok', 'window_limit']));
    // Neither had to wait until the other had finished.
    expect(order.indexOf(0)).toBeLessThan(order.lastIndexOf(1));
    expect(order.indexOf(1)).toBeLessThan(order.lastIndexOf(0));
    expect((await stores[1]?.logHead())?.size).toBe(100);
    await applyOne(stores[0] as Store, { kind: 'ledger.expire', agent: AGENT, requestId: String((await stores[0]?.log(0))?.[0]?.id) });
    expect(await codeOf(stores[1] as Store, reserveCommand(now, { id: 'again', amount: '1' }))).toBe('ok');
    await Promise.all(stores.map((store) => store.close()));
  });

  it('answers every call once though its connections are cut in the middle of commits', async () => {
    const schema = fresh();
    const stores = await Promise.all([open(schema), open(schema)]);
    const now = await (stores[0] as Store).now();
    const caps = capsOf([[86_400_000, '1000000']]);
    let cuts = 0;
    let asking = true;
    const cutting = (async () => {
      while (asking) {
        await sleep(15);
        const [row] = await onPostgres(
          `SELECT count(pg_terminate_backend(pid)) AS n FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query LIKE '%${schema}%'`,
        );
        cuts += Number(row?.['n']);
      }
    })();
    const answered: string[] = [];
    await Promise.all(
      stores.flatMap((store, which) =>
        Array.from({ length: 8 }, async (_, caller) => {
          // On a quick machine all would be answered before enough was cut.
          for (let n = 0; n < 8 || (cuts < 4 && n < 60); n++) {
            if (n >= 8) await sleep(10);
            const id = `${which}-${caller}-${String(n).padStart(3, '0')}`;
            const result = await applyOne(store, reserveCommand(now, { id, amount: '1', dueMs: now + 600_000 }, caps), appendCommand(id));
            expect(result).toMatchObject({ ok: true });
            answered.push(id);
          }
        }),
      ),
    );
    asking = false;
    await cutting;
    expect(cuts).toBeGreaterThan(3);
    const [store] = stores as [Store, Store];
    expect((await store.log(0)).map(({ id }) => id).sort()).toEqual([...answered].sort());
    const [ledger] = await store.get([storeKey.ledger(ACCOUNT)]);
    expect(pendingOf(ledger as unknown as LedgerRow, 0)).toBe(BigInt(answered.length));
    expect((await store.get(answered.map((id) => storeKey.request(AGENT, id)))).filter((row) => row === undefined)).toEqual([]);
    await Promise.all(stores.map((each) => each.close()));
  });

  it('a lock that stays: STORE_UNAVAILABLE, nothing happens then or later, and reads go on', async () => {
    const schema = fresh();
    const store = await open(schema, { lockDeadlineMs: 100 });
    const holding = onPostgres(`BEGIN; SELECT 1 FROM ${schema}.meta WHERE name = 'stamp' FOR UPDATE; SELECT pg_sleep(0.8); COMMIT`);
    await sleep(100);
    expect(await failureOf(applyOne(store, appendCommand('e1')))).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(await store.findLog('e1')).toBe(undefined);
    await holding;
    expect(await store.findLog('e1')).toBe(undefined);
    expect(await applyOne(store, appendCommand('e2'))).toMatchObject({ ok: true, logIndex: 0 });
    await store.close();
  });

  it('a fence bars what it gave up, is not taken for a commit, and says the same when asked again', async () => {
    const schema = fresh();
    await (await open(schema)).close();
    const call = async (text: string): Promise<unknown> => (await onPostgres(`SELECT ${schema}.${text} AS word`))[0]?.['word'];
    const commit = (number: number, from: string, to: string) =>
      call(`commit_group('${from}', 'w', ${number}, '${to}', '', '', '', '', '', 0, 0, '', '', '', '', '', 0, 0)`);
    expect(await commit(1, 'empty', 's1')).toBe('ok');
    expect(await call("fence_writer('w', 2)")).toBe('1');
    expect(await call("fence_writer('w', 2)")).toBe('1');
    expect(await commit(2, 's1', 's2')).toBe('fenced');
    expect(await commit(3, 's2', 's3')).toBe('lost');
    expect(await commit(3, 's1', 's3')).toBe('ok');
    expect(await call("fence_writer('w', 3)")).toBe('3');
    expect(await call("fence_writer('new', 1)")).toBe('0');
    expect(await commit(3, 's3', 's4')).toBe('fenced');
  });

  it('reads what the version before wrote, goes on with it, and shows it nothing that it could misread', async () => {
    const schema = fresh();
    const keys = ['request/r1/a1', 'request/r2/a1'];
    const first = await open(schema);
    const now = await first.now();
    for (const id of ['r1', 'r2'])
      await applyOne(first, reserveCommand(now, { id, amount: '40' }), issueCommand(now, id), appendCommand(id));
    const rows = await first.get(keys);
    await first.close();
    for (const [at, key] of keys.entries())
      await onPostgres(`UPDATE ${schema}.kv SET v = '${JSON.stringify(rows[at])}' WHERE k = '${key}'`);
    await onPostgres(`UPDATE ${schema}.meta SET value = '1' WHERE name = 'schema'`);
    const store = await open(schema);
    expect(await store.get(keys)).toEqual(rows);
    expect((await store.scan('request/')).map(({ value }) => value)).toEqual(rows);
    expect(await codeOf(store, redeemCommand('r1'))).toBe('ok');
    expect(await codeOf(store, reserveCommand(now, { id: 'r3', amount: '21' }))).toBe('window_limit');
    expect(await onPostgres(`SELECT value FROM ${schema}.meta WHERE name = 'schema'`)).toEqual([{ value: '2' }]);
    const [written, kept] = await onPostgres(`SELECT v FROM ${schema}.kv WHERE k LIKE 'request/%' ORDER BY k`);
    expect(() => JSON.parse(String(written?.['v']))).toThrow(SyntaxError);
    expect(JSON.parse(String(kept?.['v']))).toEqual(rows[1]);
    await store.close();
  });

  it('keeps any text, in the order of its bytes', async () => {
    const store = await open(fresh());
    const keys = ['a\u0000', 'a\u0000b', 'a\u0001', 'a\u0002', 'a\u0003', 'a\nb', 'a"\\', 'aé', 'a\u{1F512}'];
    for (const key of keys) await applyOne(store, { kind: 'doc.put', key, value: { key } });
    expect((await store.scan('doc/a')).map(({ key }) => key)).toEqual(keys.map((key) => `doc/${key}`));
    expect((await store.scan('doc/a', { after: 'doc/a\u0001', limit: 2 })).map(({ key }) => key)).toEqual(['doc/a\u0002', 'doc/a\u0003']);
    expect((await store.scan('doc/a\u0000')).length).toBe(2);
    const entry = 'one\u0001two\u0002three\u0000\nfour\u007F';
    await applyOne(store, appendCommand('id\u0001', entry));
    expect((await store.log(0))[0]).toMatchObject({ id: 'id\u0001', entry });
    expect(await store.findLog('id\u0001')).toBe(0);
    await store.close();
  });

  it('a damaged row breaks only the calls that need it', async () => {
    const schema = fresh();
    const store = await open(schema, { cachedRows: 1 });
    const now = await store.now();
    await applyOne(store, reserveCommand(now, { id: 'r1' }));
    await onPostgres(`UPDATE ${schema}.kv SET v = '{"inFlight":' WHERE k = 'ledger/${ACCOUNT}'`);
    const [good, bad, read, damaged] = await Promise.allSettled([
      applyOne(store, appendCommand('e1')),
      applyOne(store, reserveCommand(now, { id: 'r2' })),
      store.get(['doc/x']),
      store.get([storeKey.ledger(ACCOUNT)]),
    ]);
    expect(good).toMatchObject({ status: 'fulfilled', value: { ok: true } });
    expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'STORE_CORRUPT' } });
    expect(read).toMatchObject({ status: 'fulfilled', value: [undefined] });
    expect(damaged).toMatchObject({ status: 'rejected', reason: { code: 'STORE_CORRUPT' } });
    await store.close();
  });
});

describe.skipIf(!here)(`what cannot be opened${here ? '' : ' (skipped: no server answers)'}`, () => {
  afterAll(() => dropSchemas(...schemas));

  it('a later schema and foreign tables are refused and left as they are; many may open at once', async () => {
    const schema = fresh();
    await Promise.all((await Promise.all([open(schema), open(schema), open(schema), open(schema)])).map((store) => store.close()));
    await onPostgres(`UPDATE ${schema}.meta SET value = '99' WHERE name = 'schema'`);
    expect(await failureOf(open(schema))).toMatchObject({ code: 'STORE_SCHEMA_NEWER', details: { found: 99 } });
    const foreign = fresh();
    await onPostgres(`CREATE SCHEMA ${foreign}; CREATE TABLE ${foreign}.people (name text)`);
    expect(await failureOf(open(foreign))).toMatchObject({ code: 'STORE_CORRUPT' });
  });

  it('names that are none, addresses that are none, and servers that say no or nothing', async () => {
    for (const schema of ['', 'pg_x', 'A', 'a-b', 'a"; DROP', '1a', 'x'.repeat(64)])
      expect(await failureOf(open(schema))).toMatchObject({ code: 'CONFIG_INVALID', details: { field: 'schema' } });
    const secret = 'hunter2-secret';
    const errors = await Promise.all(
      [`postgres://postgres:${secret}@[bad/test`, `postgres://nobody:${secret}@127.0.0.1:1/test`, `${POSTGRES_URL}_${secret}`].map((url) =>
        failureOf(open('castellan', { url, lockDeadlineMs: 50 })),
      ),
    );
    expect(errors.map(({ code }) => code)).toEqual(['CONFIG_INVALID', 'STORE_UNAVAILABLE', 'STORE_UNAVAILABLE']);
    for (const error of errors) expect(inspect(error, { depth: 9 }) + JSON.stringify(error) + String(error)).not.toContain(secret);
  });
});
