import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { createRedisStore } from '../../src/adapters/store/redis/index.ts';
import { CastellanError, type Store } from '../../src/core/index.ts';
import { createManualClock } from '../../src/testing/index.ts';
import {
  AGENT,
  appendCommand,
  applyOne,
  capsOf,
  codeOf,
  DAY_MS,
  issueCommand,
  redeemCommand,
  requestRow,
  reserveCommand,
  settleCommand,
} from '../../src/testing/store-conformance/scene.ts';
import { dropPrefixes, hasRedis, newPrefix, REDIS_URL } from './redis.ts';
import { failureOf, newScene, watched } from './redis-scene.ts';

const here = await hasRedis();
const prefixes: string[] = [];
const fresh = (): ReturnType<typeof newScene> => {
  const scene = newScene();
  prefixes.push(scene.prefix);
  return scene;
};
const unavailable = (outcome?: 'unknown') =>
  new CastellanError('STORE_UNAVAILABLE', { message: 'away', details: outcome === undefined ? {} : { outcome }, retryable: true });

describe.skipIf(!here)(`a counter on Redis${here ? '' : ' (skipped: no server answers)'}`, () => {
  afterAll(() => dropPrefixes(...prefixes));

  it('refuses what does not fit with the words of the kernel, and the record is not asked', async () => {
    const clock = createManualClock();
    const prefix = newPrefix('words');
    prefixes.push(prefix);
    const record = watched(createMemoryStore({ clock }));
    const store = await createRedisStore({ url: REDIS_URL, prefix, store: record, clock, random: systemRandom() });
    const alone = createMemoryStore({ clock });
    const now = clock.nowMs();
    const lines = [
      { account: 'agent:a1|USD', amount: '7' },
      { account: 'cap:fleet|USD', amount: '7' },
    ];
    const caps = [
      ...capsOf(
        [
          [0, '50'],
          [3_600_000, '30'],
          [DAY_MS, '40'],
        ],
        'agent:a1|USD',
      ),
      ...capsOf([[null, '20']], 'cap:fleet|USD'),
    ];
    for (const [n, amount] of ['7', '7', '60', '7', '1', '5'].entries()) {
      const command = reserveCommand(now, { id: `r${n}`, lines: lines.map((line) => ({ ...line, amount })) }, caps);
      const expected = await applyOne(alone, command);
      const before = record.steps;
      expect(await applyOne(store, command)).toEqual(expected);
      if (!expected.ok) expect(record.steps).toBe(before);
      else expect(record.steps).toBe(before + 1);
    }
    clock.advance(1_000);
    await Promise.all([store.close(), alone.close()]);
  });

  it('lets no more than the cap through to the record, whoever asks at once', async () => {
    const scene = fresh();
    // Patient, and with looks that stay fresh: however busy the machine is, it is the counter that refuses.
    const patient = { deadlineMs: 60_000, freshMs: 10_000 };
    const processes = [await scene.open(patient), await scene.open(patient), await scene.open(patient)];
    const now = await scene.memory.now();
    const caps = capsOf([[DAY_MS, '300']]);
    const results = await Promise.all(
      Array.from({ length: 900 }, (_, n) =>
        codeOf(
          (processes[n % 3] as (typeof processes)[number]).store,
          reserveCommand(now, { id: `r${n}`, amount: '1', dueMs: now + 600_000 }, caps),
        ),
      ),
    );
    expect(results.filter((code) => code === 'ok').length).toBe(300);
    expect(new Set(results)).toEqual(new Set(['ok', 'window_limit']));
    expect(processes.reduce((sum, { record }) => sum + record.steps, 0)).toBeLessThan(600);
    await scene.close();
  });

  it('answers a step that was made before as it was then, though nothing fits any more', async () => {
    const scene = fresh();
    const [a, b] = [await scene.open(), await scene.open()];
    const now = await a.store.now();
    const commands = [reserveCommand(now, { id: 'r1', amount: '100' }), appendCommand('e1')];
    const first = await applyOne(a.store, ...commands);
    expect(first).toMatchObject({ ok: true, replayed: false });
    expect(await applyOne(a.store, ...commands)).toEqual({ ...first, replayed: true });
    expect(await applyOne(b.store, ...commands)).toEqual({ ...first, replayed: true });
    await sleep(150);
    expect(await applyOne(b.store, ...commands)).toEqual({ ...first, replayed: true });
    // Its room counts once all the same.
    expect(await codeOf(b.store, reserveCommand(now, { id: 'r2', amount: '1' }), appendCommand('e2'))).toBe('window_limit');
    expect(await codeOf(a.store, { kind: 'ledger.expire', agent: AGENT, requestId: 'r1' })).toBe('ok');
    expect(await codeOf(a.store, reserveCommand(now, { id: 'r3', amount: '100' }), appendCommand('e3'))).toBe('ok');
    await scene.close();
  });

  it('finds room that was freed at once where it was freed, and elsewhere too', async () => {
    const scene = fresh();
    const [a, b] = [await scene.open({ freshMs: 60_000 }), await scene.open({ freshMs: 60_000 })];
    const now = await a.store.now();
    const full = async (store: Store, id: string): Promise<string> =>
      codeOf(store, reserveCommand(now, { id, amount: '100' }), issueCommand(now, id));
    expect(await full(a.store, 'r1')).toBe('ok');
    expect(await full(b.store, 'r2')).toBe('window_limit');
    await applyOne(a.store, { kind: 'ledger.expire', agent: AGENT, requestId: 'r1' });
    expect(await full(b.store, 'r3')).toBe('ok');
    expect(await codeOf(b.store, redeemCommand('r3'))).toBe('ok');
    expect(await full(a.store, 'r4')).toBe('window_limit');
    await applyOne(b.store, settleCommand('r3', 'final', [{ account: 'agent:a1|eip155:1/slip44:60', amount: '40' }]));
    expect(await codeOf(a.store, reserveCommand(now, { id: 'r5', amount: '60' }))).toBe('ok');
    expect(await codeOf(a.store, reserveCommand(now, { id: 'r6', amount: '1' }))).toBe('window_limit');
    await scene.close();
  });

  it('finds what others freed without a word after freshMs', async () => {
    const scene = fresh();
    const a = await scene.open({ freshMs: 200 });
    const now = await a.store.now();
    await applyOne(a.store, reserveCommand(now, { id: 'r1', amount: '100' }));
    expect(await codeOf(a.store, reserveCommand(now, { id: 'r2', amount: '100' }))).toBe('window_limit');
    await applyOne(scene.memory, { kind: 'ledger.expire', agent: AGENT, requestId: 'r1' });
    await sleep(250);
    expect(await codeOf(a.store, reserveCommand(now, { id: 'r3', amount: '100' }))).toBe('ok');
    await scene.close();
  });

  it('keeps room of a step whose process died before the record until the hold is over, and no longer', async () => {
    const scene = fresh();
    const [dying, other] = [await scene.open(), await scene.open()];
    const death = Promise.withResolvers<void>();
    dying.record.before = () => death.promise;
    const now = await other.store.now();
    const dead = failureOf(applyOne(dying.store, reserveCommand(now, { id: 'r1', amount: '100', dueMs: now + 1_200 })));
    await sleep(300);
    expect(await codeOf(other.store, reserveCommand(now, { id: 'r2', amount: '1' }))).toBe('window_limit');
    await sleep(1_500);
    expect(await codeOf(other.store, reserveCommand(await other.store.now(), { id: 'r2', amount: '100' }))).toBe('ok');
    death.reject(unavailable());
    expect(await dead).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await scene.close();
  });

  it('answers what was asked before it was closed, and refuses what comes after', async () => {
    const scene = fresh();
    const { store, record } = await scene.open();
    const gate = Promise.withResolvers<void>();
    record.before = () => gate.promise;
    const now = await store.now();
    const before = codeOf(store, reserveCommand(now, { id: 'r1', amount: '1' }));
    await sleep(50);
    const closed = [store.close(), store.close()];
    expect(await failureOf(applyOne(store, reserveCommand(now, { id: 'r2', amount: '1' })))).toMatchObject({ code: 'STORE_CLOSED' });
    gate.resolve();
    expect(await before).toBe('ok');
    await Promise.all(closed);
    expect(await failureOf(applyOne(store, reserveCommand(now, { id: 'r3', amount: '1' })))).toMatchObject({ code: 'STORE_CLOSED' });
    await scene.close();
  });

  it('gives room back where the record says no or is away, and keeps it where nobody knows', async () => {
    const scene = fresh();
    const [a, b] = [await scene.open(), await scene.open()];
    const now = await a.store.now();
    await applyOne(scene.memory, { kind: 'ledger.note', request: { ...requestRow(now, { id: 'r1' }), state: 'denied' } });
    expect(await codeOf(a.store, reserveCommand(now, { id: 'r1', amount: '100', body: 'other' }))).toBe('request_id_reused');
    a.record.before = () => Promise.reject(unavailable());
    expect(await failureOf(applyOne(a.store, reserveCommand(now, { id: 'r2', amount: '100' })))).toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
    expect(await codeOf(b.store, reserveCommand(now, { id: 'r3', amount: '50' }))).toBe('ok');
    a.record.before = async () => undefined;
    // Made, and the answer was lost.
    a.record.after = () => Promise.reject(unavailable('unknown'));
    expect(await failureOf(applyOne(a.store, reserveCommand(now, { id: 'r4', amount: '50' })))).toMatchObject({
      details: { outcome: 'unknown' },
    });
    expect(await codeOf(b.store, reserveCommand(now, { id: 'r5', amount: '1' }))).toBe('window_limit');
    a.record.after = async () => undefined;
    // Not made, and nobody knows: the room stays taken.
    await applyOne(a.store, { kind: 'ledger.expire', agent: AGENT, requestId: 'r4' });
    a.record.before = () => Promise.reject(unavailable('unknown'));
    await failureOf(applyOne(a.store, reserveCommand(now, { id: 'r6', amount: '50' })));
    await sleep(150);
    expect(await codeOf(b.store, reserveCommand(now, { id: 'r7', amount: '1' }))).toBe('window_limit');
    await scene.close();
  });

  it('gives the room of a repeated step back though the first one was confirmed late', async () => {
    const scene = fresh();
    const { store, record } = await scene.open({ freshMs: 60_000 });
    const now = await store.now();
    const commands = [reserveCommand(now, { id: 'r1', amount: '10' }), appendCommand('e1')];
    expect(await applyOne(store, ...commands)).toMatchObject({ ok: true, replayed: false });
    const gate = Promise.withResolvers<void>();
    record.before = () => gate.promise;
    const again = applyOne(store, ...commands);
    await sleep(20);
    record.before = async () => undefined;
    // Enough of them to have the counter told what was confirmed.
    for (let n = 2; n < 12; n++) expect(await codeOf(store, reserveCommand(now, { id: `r${n}`, amount: '1' }))).toBe('ok');
    gate.resolve();
    expect(await again).toMatchObject({ ok: true, replayed: true });
    await sleep(20);
    expect(await codeOf(store, reserveCommand(now, { id: 'r12', amount: '80' }))).toBe('ok');
    expect(await codeOf(store, reserveCommand(now, { id: 'r13', amount: '1' }))).toBe('window_limit');
    await scene.close();
  });

  it('clocks that are apart judge alike, each as the record would', async () => {
    const scene = fresh();
    const clock = systemClock();
    const late = await scene.open({ clock: { ...clock, nowMs: () => clock.nowMs() - 1_500 } });
    const right = await scene.open();
    const now = await right.store.now();
    expect(await codeOf(right.store, reserveCommand(now, { id: 'r1', amount: '60' }))).toBe('ok');
    expect(await codeOf(late.store, reserveCommand(now, { id: 'r2', amount: '40' }))).toBe('ok');
    expect(await codeOf(late.store, reserveCommand(now, { id: 'r3', amount: '1' }))).toBe('window_limit');
    expect(await codeOf(right.store, reserveCommand(now, { id: 'r4', amount: '1' }))).toBe('window_limit');
    await applyOne(late.store, { kind: 'ledger.expire', agent: AGENT, requestId: 'r1' });
    expect(await codeOf(right.store, reserveCommand(now, { id: 'r5', amount: '60' }))).toBe('ok');
    await scene.close();
  });

  it('a call of many steps is judged in order: what an earlier one frees a later one has', async () => {
    const scene = fresh();
    const { store } = await scene.open();
    const now = await store.now();
    expect(await codeOf(store, reserveCommand(now, { id: 'r1', amount: '100' }))).toBe('ok');
    const results = await store.apply([
      { commands: [reserveCommand(now, { id: 'r2', amount: '1' })] },
      { commands: [{ kind: 'ledger.expire', agent: AGENT, requestId: 'r1' }] },
      { commands: [reserveCommand(now, { id: 'r3', amount: '100' })] },
      { commands: [reserveCommand(now, { id: 'r4', amount: '1' })] },
    ]);
    expect(results.map(({ ok }) => ok)).toEqual([false, true, true, false]);
    await scene.close();
  });

  it('what cannot be configured is told, without what is secret', async () => {
    const clock = systemClock();
    const record = createMemoryStore({ clock });
    const open = (options: object) =>
      failureOf(createRedisStore({ url: REDIS_URL, store: record, clock, random: systemRandom(), ...options }));
    for (const [options, field] of [
      [{ prefix: '' }, 'prefix'],
      [{ prefix: 'a{b}' }, 'prefix'],
      [{ freshMs: -1 }, 'freshMs'],
      [{ freshMs: Number.NaN }, 'freshMs'],
      [{ deadlineMs: 0 }, 'deadlineMs'],
    ] as const)
      expect(await open(options)).toMatchObject({ code: 'CONFIG_INVALID', details: { field } });
    const secret = 'hunter2-secret';
    const errors = await Promise.all([
      open({ url: `http://u:${secret}@127.0.0.1` }),
      open({ url: REDIS_URL.replace('redis://', `redis://nobody:${secret}@`) }),
    ]);
    expect(errors.map(({ code }) => code)).toEqual(['CONFIG_INVALID', 'STORE_UNAVAILABLE']);
    for (const error of errors) expect(inspect(error, { depth: 9 }) + JSON.stringify(error) + String(error)).not.toContain(secret);
  });
});
