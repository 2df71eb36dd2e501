import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { createSqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import type { Command, Store } from '../../src/core/store.ts';
import { ACCOUNT, applyOne, issueCommand, redeemCommand, reserveCommand, WALLET } from '../../src/testing/store-conformance/scene.ts';

const directory = mkdtempSync(join(tmpdir(), 'castellan-damage-'));
afterAll(() => rmSync(directory, { recursive: true }));
let files = 0;
const newPath = (): string => join(directory, `${files++}.sqlite`);
const open = (path: string): Promise<Store> =>
  createSqliteStore({ path, clock: systemClock(), random: systemRandom(), lockDeadlineMs: 2_000 });
const outcome = (store: Store, ...commands: readonly Command[]): Promise<unknown> =>
  store.apply([{ commands }]).then(
    ([result]) => (result?.ok === true ? 'ok' : result?.reason.code),
    (error: { readonly code?: unknown }) => error.code,
  );

async function held(path: string): Promise<Store> {
  const store = await open(path);
  const now = await store.now();
  await applyOne(
    store,
    reserveCommand(now, { id: 'r1', amount: '10', slot: 0 }),
    { kind: 'slot.take', wallet: WALLET, slot: 0, base: 0, agent: 'a1', requestId: 'r1', dueMs: now + 60_000 },
    issueCommand(now, 'r1'),
  );
  return store;
}

describe('a row that is damaged', () => {
  const rows = ['halt', `ledger/${ACCOUNT}`, `slots/${WALLET}`, 'request/r1/a1'];
  const damages = ['', '{', 'null', '"x"', '7', '{}', '[]', '{"epoch":"0"}'];
  it.each(rows.flatMap((key) => damages.map((text) => [key, text] as const)))('%s as %j redeems nothing', async (key, text) => {
    const path = newPath();
    const store = await held(path);
    const other = new DatabaseSync(path);
    const table = key.startsWith('request/') ? 'request' : 'kv';
    other.prepare(`INSERT INTO ${table} VALUES (?, ?) ON CONFLICT (k) DO UPDATE SET v = excluded.v`).run(key, text);
    expect(await outcome(store, redeemCommand('r1'))).not.toBe('ok');
    const open = other.prepare("SELECT count(*) AS n FROM kv WHERE k = 'open/r1/a1'").get();
    other.close();
    expect(open?.['n']).toBe(0);
    await store.close().catch(() => undefined);
  });
});

describe('permit ids', () => {
  it('that split differently open nothing', async () => {
    const store = await held(newPath());
    const { permitId } = redeemCommand('r1') as { readonly permitId: string };
    const [id, agent, secret] = permitId.split('/') as [string, string, string];
    const forged = [
      `${id}/${agent}/x/${secret}`,
      `/${id}/${agent}/${secret}`,
      `${id}//${secret}`,
      `${agent}/${id}/${secret}`,
      `${id}/${agent}/${secret}/`,
    ];
    forged.push(
      `${id}/${agent}\u0000/${secret}`,
      `${id}/A1/${secret}`,
      `${id}/${agent}/${secret.toUpperCase()}X`,
      `r/${id}/../${agent}/${secret}`,
    );
    for (const permitId of forged) expect(await outcome(store, redeemCommand('r1', { permitId }))).toBe('permit_unknown');
    expect(await outcome(store, redeemCommand('r1'))).toBe('ok');
    await store.close();
  });

  it('and rows of requests whose ids look like one another stay apart', async () => {
    const store = await open(newPath());
    const now = await store.now();
    for (const id of ['r', 'r%', 'r_', '%', '..', 'r0', '~', '!', 'request', '"\'', '{}', '\\'])
      for (const agent of ['a', 'A', 'a.', '..', '-', '_'])
        expect(await outcome(store, reserveCommand(now, { id, agent, amount: '0' }))).toBe('ok');
    expect((await store.scan('request/', { limit: 1_000 })).length).toBe(72);
    expect((await store.scan('request/r/')).length).toBe(6);
    await store.close();
  });
});

describe('another process', () => {
  it('is seen by the very next read, cached or not', async () => {
    const path = newPath();
    const store = await open(path);
    await applyOne(store, { kind: 'doc.put', key: 'x', value: { n: 0 } });
    const script = `
      const { createSqliteStore } = await import(${JSON.stringify(new URL('../../src/adapters/store/sqlite/index.ts', import.meta.url).href)});
      const { systemClock, systemRandom } = await import(${JSON.stringify(new URL('../../src/adapters/host/index.ts', import.meta.url).href)});
      const store = await createSqliteStore({ path: ${JSON.stringify(path)}, clock: systemClock(), random: systemRandom() });
      for (let n = 1; n <= 400; n++) {
        await store.apply([{ commands: [{ kind: 'doc.put', key: 'x', value: { n } }] }]);
        process.stdout.write(n + '\\n');
        if (n % 7 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      }
      await store.close();`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    let acknowledged = 0;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n')) if (line !== '') acknowledged = Math.max(acknowledged, Number(line));
    });
    const gone = new Promise<void>((resolve) => void child.once('close', () => resolve()));
    let reads = 0;
    let last = 0;
    while (child.exitCode === null) {
      const before = acknowledged;
      const [doc] = (await store.get(['doc/x'])) as readonly [{ readonly value: { readonly n: number } }];
      expect(doc.value.n).toBeGreaterThanOrEqual(Math.max(before, last));
      last = doc.value.n;
      reads += 1;
      if (reads % 5 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await gone;
    expect((await store.get(['doc/x']))[0]).toMatchObject({ value: { n: 400 } });
    expect(reads).toBeGreaterThan(400);
    await store.close();
  });
});

describe('a file that cannot be written', () => {
  it('is refused, and nothing is told that is not so', async () => {
    const path = newPath();
    await (await held(path)).close();
    chmodSync(path, 0o400);
    if (process.getuid?.() === 0) return;
    expect(
      await open(path).then(
        () => 'open',
        (error: { readonly code?: unknown }) => error.code,
      ),
    ).toBe('STORE_UNAVAILABLE');
  });
});
