import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { startOwnPostgres } from '../../scripts/scorecard/own-postgres.ts';
import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { createPostgresStore } from '../../src/adapters/store/postgres/index.ts';
import { createRedisStore } from '../../src/adapters/store/redis/index.ts';
import { type Doc, type Store, storeKey } from '../../src/core/index.ts';
import { applyOne, capsOf, codeOf, DAY_MS, reserveCommand } from '../../src/testing/store-conformance/scene.ts';
import { type OwnRedis, onRedis, startOwnRedis } from './redis.ts';
import { failureOf, newScene } from './redis-scene.ts';

const server = await startOwnRedis();
if (server === undefined && process.env['CASTELLAN_REQUIRE_SERVICES'] === '1') throw new Error('Redis is required and not installed.');
const servers: OwnRedis[] = server === undefined ? [] : [server];
const kill = { kind: 'halt.set', change: { kind: 'kill', reason: '', by: '' } } as const;
const epochOf = async (store: Store, prefix: string): Promise<number> => {
  const [doc] = await store.get([storeKey.doc(`redis/${prefix}`)]);
  return ((doc as unknown as Doc | undefined)?.value as { readonly epoch: number } | undefined)?.epoch ?? 0;
};
const reserve = (store: Store, nowMs: number, id: string, amount = '1'): Promise<string> =>
  codeOf(store, reserveCommand(nowMs, { id, amount, dueMs: nowMs + 600_000 }));

describe.skipIf(server === undefined)(`a counter that is lost${server === undefined ? ' (skipped: Redis is not installed)' : ''}`, () => {
  const { url, restart, freeze, thaw, stop, start } = (server ?? {}) as OwnRedis;
  afterAll(async () => {
    for (const each of servers) await each.stop();
  });

  it.each([
    ['flushed', (): Promise<unknown> => onRedis((client) => client.flushAll(), url)],
    ['started anew, empty', (): Promise<unknown> => restart()],
  ])('by a server that was %s is counted anew from the record by one process, and the others go over to it', async (_, lose) => {
    const scene = newScene(url);
    const [a, b] = [await scene.open(), await scene.open()];
    const now = await a.store.now();
    expect(await reserve(a.store, now, 'r1', '60')).toBe('ok');
    expect(await epochOf(scene.memory, scene.prefix)).toBe(1);
    await lose();
    // Whoever comes at the very moment may be denied, and told to try again.
    const first = await failureOf(reserve(b.store, now, 'r2', '30'));
    if (first.code !== 'resolved') expect(first).toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true });
    await sleep(200);
    const before = a.record.steps + b.record.steps;
    expect(await Promise.all([reserve(a.store, now, 'r3', '100'), reserve(b.store, now, 'r4', '100')])).toEqual([
      'window_limit',
      'window_limit',
    ]);
    expect(await epochOf(scene.memory, scene.prefix)).toBe(2);
    // Nobody had to ask the record for more than the new counter: that was one step.
    expect(a.record.steps + b.record.steps - before).toBeLessThanOrEqual(2);
    const left = first.code === 'resolved' ? '10' : '40';
    expect(await reserve(a.store, now, 'r5', left)).toBe('ok');
    expect(await reserve(b.store, now, 'r6')).toBe('window_limit');
    await scene.close();
  });

  it('in the middle of much work never lets more through than the cap, and ends with every unit used', async () => {
    const scene = newScene(url);
    const stores = [await scene.open(), await scene.open()];
    const now = await scene.memory.now();
    const caps = capsOf([[DAY_MS, '400']]);
    let asking = true;
    const flushing = (async () => {
      for (; asking; await sleep(40)) await onRedis((client) => client.flushAll(), url);
    })();
    let granted = 0;
    await Promise.all(
      stores.flatMap(({ store }, which) =>
        Array.from({ length: 16 }, async (_, caller) => {
          for (let n = 0; n < 25; ) {
            const command = reserveCommand(now, { id: `${which}-${caller}-${n}`, amount: '1', dueMs: now + 600_000 }, caps);
            const result = await applyOne(store, command).catch(() => undefined);
            if (result === undefined) continue;
            if (result.ok) granted++;
            n++;
          }
        }),
      ),
    );
    asking = false;
    await flushing;
    expect(granted).toBe(400);
    await scene.close();
  });

  it('by eviction, whole or in part, is noticed', async () => {
    const scene = newScene(url);
    const { store } = await scene.open();
    const now = await store.now();
    expect(await reserve(store, now, 'r1', '100')).toBe('ok');
    for (const [n, pattern] of ['*:a:*', '*:fence'].entries()) {
      await onRedis(async (client) => {
        const keys = await client.keys(`{${scene.prefix}}${pattern}`);
        expect(keys.length).toBe(1);
        await client.del(keys);
      }, url);
      expect(await reserve(store, now, `again${n}`)).toBe('window_limit');
      expect(await epochOf(scene.memory, scene.prefix)).toBe(n + 1);
    }
    await scene.close();
  });

  it('a server that evicts is refused', async () => {
    const evicting = await startOwnRedis('--maxmemory', '50mb', '--maxmemory-policy', 'allkeys-lru');
    servers.push(evicting as OwnRedis);
    const scene = newScene(evicting?.url);
    expect(await failureOf(scene.open())).toMatchObject({ code: 'CONFIG_INVALID', details: { maxmemoryPolicy: 'allkeys-lru' } });
    await scene.close();
  });

  it('a process that holds to a counter which the record gave up begins another, and forgets what it knew', async () => {
    const scene = newScene(url);
    const { store } = await scene.open();
    const now = await store.now();
    expect(await reserve(store, now, 'r1', '60')).toBe('ok');
    // Another process, which reaches another server, began a counter of its own there.
    const key = `redis/${scene.prefix}`;
    await applyOne(scene.memory, { kind: 'doc.put', key, value: { epoch: 7, incarnation: 'elsewhere', runId: 'elsewhere' } });
    await sleep(1_100);
    expect(await reserve(store, now, 'r2', '41')).toBe('window_limit');
    expect(await epochOf(scene.memory, scene.prefix)).toBe(8);
    expect(await reserve(store, now, 'r3', '40')).toBe('ok');
    await scene.close();
  });

  it('a replica that takes over, behind or empty, counts for nothing until it was compared with the record', async () => {
    const replica = (await startOwnRedis('--replicaof', '127.0.0.1', new URL(url).port)) as OwnRedis;
    servers.push(replica);
    const gate = await openGate(Number(new URL(url).port));
    const scene = newScene(gate.url);
    const { store } = await scene.open();
    const now = await store.now();
    expect(await reserve(store, now, 'r1', '30')).toBe('ok');
    await waitFor(async () => (await onRedis((client) => client.keys(`{${scene.prefix}}*`), replica.url)).length === 2);
    // From here on the replica hears nothing.
    await onRedis((client) => client.sendCommand(['REPLICAOF', 'NO', 'ONE']), replica.url);
    expect(await reserve(store, now, 'r2', '70')).toBe('ok');
    gate.lead(replica.port);
    await failureOf(reserve(store, now, 'r3'));
    expect(await reserve(store, now, 'r4')).toBe('window_limit');
    expect(await epochOf(scene.memory, scene.prefix)).toBe(2);
    // It knew of thirty units; what is counted now is what the record holds.
    await onRedis((client) => client.flushAll(), replica.url);
    gate.lead(new URL(url).port === '' ? 0 : Number(new URL(url).port));
    await failureOf(reserve(store, now, 'r5'));
    expect(await reserve(store, now, 'r6')).toBe('window_limit');
    expect(await epochOf(scene.memory, scene.prefix)).toBe(3);
    await scene.close();
    gate.close();
  });

  it('that is away or stands still denies reservations soon, and a kill, a release and the log do not need it', async () => {
    const scene = newScene(url);
    const { store } = await scene.open({ deadlineMs: 300 });
    const now = await store.now();
    expect(await reserve(store, now, 'r1', '60')).toBe('ok');
    freeze();
    try {
      const startedMs = performance.now();
      expect(await failureOf(reserve(store, now, 'r2'))).toMatchObject({
        code: 'STORE_UNAVAILABLE',
        retryable: true,
        details: { part: 'counter' },
      });
      expect(performance.now() - startedMs).toBeLessThan(10_000);
      expect(await codeOf(store, { kind: 'ledger.expire', agent: 'a1', requestId: 'r1' })).toBe('ok');
    } finally {
      thaw();
    }
    await stop();
    expect(await failureOf(reserve(store, now, 'r3'))).toMatchObject({ code: 'STORE_UNAVAILABLE', details: { part: 'counter' } });
    expect(await codeOf(store, kill)).toBe('ok');
    expect(store.haltSnapshot()?.state.kill).not.toBe(null);
    const other = await scene.open({ deadlineMs: 5_000 });
    expect(await codeOf(other.store, { kind: 'halt.set', change: { kind: 'lift', reason: '', by: '' } })).toBe('ok');
    await start();
    await sleep(150);
    expect(await reserve(other.store, now, 'r4', '100')).toBe('ok');
    await scene.close();
  });

  it('without PostgreSQL nothing is reserved and nothing is taken for good', async ({ skip }) => {
    const postgres = await startOwnPostgres();
    if (postgres === undefined) return skip('PostgreSQL is not installed');
    const host = { clock: systemClock(), random: systemRandom() };
    const record = await createPostgresStore({ url: postgres.url, lockDeadlineMs: 200, outcomeDeadlineMs: 200, ...host });
    const store = await createRedisStore({ url, prefix: 'without-postgres', store: record, ...host });
    try {
      const now = await store.now();
      expect(await reserve(store, now, 'r1', '40')).toBe('ok');
      postgres.stop();
      for (const id of ['r2', 'r3']) expect(await failureOf(reserve(store, now, id, '60'))).toMatchObject({ code: 'STORE_UNAVAILABLE' });
      postgres.start();
      await waitFor(async () => (await failureOf(reserve(store, now, 'r4', '60'))).code === 'resolved');
      expect(await reserve(store, now, 'r5')).toBe('window_limit');
    } finally {
      await store.close();
      postgres.close();
    }
  });
});

async function waitFor(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await isSo()); tries++) {
    if (tries > 200) throw new Error('It did not come to that.');
    await sleep(50);
  }
}

/** An address behind which servers change, as behind a service name. */
async function openGate(first: number) {
  let port = first;
  const sockets = new Set<Socket>();
  const gate = createServer((inner) => {
    const outer = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
      from.pipe(to);
    }
  });
  await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve));
  const address = gate.address() as { readonly port: number };
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return {
    url: `redis://127.0.0.1:${address.port}`,
    lead(to: number) {
      port = to;
      cut();
    },
    close() {
      cut();
      gate.close();
    },
  };
}
