import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { systemRandom } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { createPostgresStore } from '../../src/adapters/store/postgres/index.ts';
import { createSqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { createClaims } from '../../src/authz/index.ts';
import { type Doc, storeKey } from '../../src/core/index.ts';
import { createManualClock } from '../../src/testing/index.ts';
import { dropSchemas, hasPostgres, newSchema, POSTGRES_URL } from './postgres.ts';

const here = await hasPostgres();
const schema = newSchema('claims');
const directory = mkdtempSync(join(tmpdir(), 'castellan-claims-'));
afterAll(async () => {
  rmSync(directory, { recursive: true });
  if (here) await dropSchemas(schema);
});

/** Two openings of the same state: two processes, where the store is shared. */
type Scene = (
  clock: ReturnType<typeof createManualClock>,
) => Promise<readonly [Awaited<ReturnType<typeof createSqliteStore>>, Awaited<ReturnType<typeof createSqliteStore>>]>;
const random = systemRandom();
const scenes: readonly (readonly [string, Scene, boolean])[] = [
  [
    'memory',
    async (clock) => {
      const store = createMemoryStore({ clock });
      return [store, store];
    },
    true,
  ],
  [
    'sqlite',
    async (clock) => {
      const path = join(directory, 'claims.sqlite');
      return [await createSqliteStore({ path, clock, random }), await createSqliteStore({ path, clock, random })];
    },
    true,
  ],
  [
    here ? 'postgres' : 'postgres (skipped: no server answers)',
    async (clock) => {
      const options = { url: POSTGRES_URL, schema, clock, random, checkClock: false };
      return [await createPostgresStore(options), await createPostgresStore(options)];
    },
    here,
  ],
];

describe.each(scenes)('claims over %s', (_, open, present) => {
  it.skipIf(!present)('give an action to one of many agents at once, until it is given back or over', async () => {
    const clock = createManualClock();
    const stores = await open(clock);
    const [a, b] = stores.map((store) => createClaims({ store, clock })) as [
      ReturnType<typeof createClaims>,
      ReturnType<typeof createClaims>,
    ];
    const startMs = clock.nowMs();
    const asked = await Promise.all(Array.from({ length: 12 }, (__, n) => (n % 2 === 0 ? a : b).claim('job', `agent-${n}`, 1_000)));
    const holders = asked.filter(({ claimed }) => claimed);
    expect(holders.length).toBe(1);
    const holder = holders[0]?.claimedBy ?? '';
    expect(new Set(asked.map(({ claimedBy, expiresAt }) => `${claimedBy} ${expiresAt}`))).toEqual(
      new Set([`${holder} ${startMs + 1_000}`]),
    );

    // One's own is prolonged, and never shortened.
    clock.advance(500);
    expect(await b.claim('job', holder, 1_000)).toEqual({ claimed: true, claimedBy: holder, expiresAt: startMs + 1_500 });
    expect(await a.claim('job', holder, 1)).toMatchObject({ claimed: true, expiresAt: startMs + 1_500 });
    clock.advance(1_000);
    expect(await a.claim('job', 'late', 1_000)).toMatchObject({ claimed: false, claimedBy: holder });
    clock.advance(1);
    expect(await a.claim('job', 'late', 1_000)).toMatchObject({ claimed: true, claimedBy: 'late' });

    expect(await b.release('job', holder)).toBe(false);
    expect(await b.release('job', 'late')).toBe(true);
    expect(await b.release('job', 'late')).toBe(false);
    expect(await a.claim('job', holder, 1_000)).toMatchObject({ claimed: true, claimedBy: holder });
    // A clock that is moved ahead takes no action from its holder.
    clock.setNow(clock.nowMs() + 1_900);
    expect(await b.claim('job', 'hasty', 1_000)).toMatchObject({ claimed: false, claimedBy: holder });
    clock.setNow(clock.nowMs() + 60_000);
    await expect(b.claim('job', 'hasty', 1_000)).rejects.toMatchObject({ code: 'CLOCK_SKEW' });
    for (const store of new Set(stores)) await store.close();
  });
});

describe('claims', () => {
  it('refuse what is no key and no time, and drop what is over', async () => {
    const clock = createManualClock();
    const store = createMemoryStore({ clock });
    const claims = createClaims({ store, clock });
    for (const key of ['', 'a b', 'x'.repeat(257), 'é'])
      await expect(claims.claim(key, 'a1', 1)).rejects.toMatchObject({ code: 'REQUEST_INVALID', details: { field: 'actionKey' } });
    for (const ttl of [0, -1, 1.5, Number.NaN, 604_800_001])
      await expect(claims.claim('k', 'a1', ttl)).rejects.toMatchObject({ code: 'REQUEST_INVALID', details: { field: 'ttlMs' } });
    for (let n = 0; n < 31; n++) await claims.claim(`k${n}`, 'a1', 10);
    clock.advance(3_600_011);
    await claims.claim('kept', 'a1', 10);
    expect((await store.scan(storeKey.doc('claim/'))).map(({ key }) => key)).toEqual([storeKey.doc('claim/kept')]);
    await store.close();
  });

  it('leave room for others: one agent has so many at a time, and gets more as it gives back or they end', async () => {
    const clock = createManualClock();
    const store = createMemoryStore({ clock });
    const claims = createClaims({ store, clock });
    const flood = await Promise.allSettled(Array.from({ length: 200 }, (_, n) => claims.claim(`job-${n}`, 'greedy', n === 0 ? 10 : 1_000)));
    expect(flood.filter(({ status }) => status === 'fulfilled')).toHaveLength(128);
    const crowd = await Promise.allSettled(Array.from({ length: 400 }, (_, n) => claims.claim(`crowd-${n}`, 'another', 1_000)));
    expect(crowd.filter(({ status }) => status === 'fulfilled')).toHaveLength(128);
    const full = { code: 'REQUEST_DENIED', retryable: true, details: { reason: 'claims_exhausted', limit: 128 } };
    await expect(claims.claim('more', 'greedy', 1_000)).rejects.toMatchObject(full);
    expect(await claims.claim('job-1', 'greedy', 2_000), 'its own for longer').toMatchObject({ claimed: true });
    expect(await claims.claim('job-199', 'modest', 1_000), 'another agent').toMatchObject({ claimed: true });
    expect(await claims.release('job-2', 'greedy')).toBe(true);
    expect(await claims.claim('more', 'greedy', 1_000)).toMatchObject({ claimed: true });
    await expect(claims.claim('and-more', 'greedy', 1_000)).rejects.toMatchObject(full);
    clock.advance(11);
    expect(await claims.claim('job-0', 'modest', 1_000), 'over').toMatchObject({ claimed: true, claimedBy: 'modest' });
    expect(await claims.claim('and-more', 'greedy', 1_000)).toMatchObject({ claimed: true });
    await expect(claims.claim('__proto__', 'greedy', 1_000)).rejects.toMatchObject(full);
    await store.close();
  });

  it('are begun so often in an hour by one agent, that no rows without end are left of what it gives back', async () => {
    const clock = createManualClock();
    const store = createMemoryStore({ clock });
    const claims = createClaims({ store, clock });
    for (let n = 0; n < 10_000; n += 1) {
      await claims.claim(`job-${n}`, 'a1', 1_000);
      if (n < 9_999) await claims.release(`job-${n}`, 'a1');
    }
    await expect(claims.claim('more', 'a1', 1_000)).rejects.toMatchObject({ code: 'REQUEST_DENIED', retryable: true });
    expect(await claims.claim('job-9999', 'a1', 2_000), 'its own for longer').toMatchObject({ claimed: true });
    expect(await claims.claim('more', 'a2', 1_000)).toMatchObject({ claimed: true });
    clock.advance(3_700_000);
    expect(await claims.claim('more', 'a1', 1_000)).toMatchObject({ claimed: true });
    await store.close();
  });

  it('count what another process took for the same agent, and fail closed on a list that is damaged', async () => {
    const clock = createManualClock();
    const store = createMemoryStore({ clock });
    const [here, there] = [createClaims({ store, clock }), createClaims({ store, clock })];
    for (let n = 0; n < 128; n += 2) {
      const both = await Promise.all([here.claim(`job-${n}`, 'a1', 1_000), there.claim(`job-${n + 1}`, 'a1', 1_000)]);
      expect(both.map(({ claimed }) => claimed)).toEqual([true, true]);
    }
    await expect(there.claim('more', 'a1', 1_000)).rejects.toMatchObject({ code: 'REQUEST_DENIED' });
    for (let n = 0; n < 128; n += 1) expect(await here.release(`job-${n}`, 'a1')).toBe(true);
    const [list] = (await store.scan(storeKey.doc('claimant/'))) as unknown as readonly { readonly value: Doc }[];
    expect(list?.value.value).toEqual([]);
    const ifVersion = list?.value.version ?? 0;
    await store.apply([{ commands: [{ kind: 'doc.put', key: 'claimant/a1', value: { length: 0 }, ifVersion }] }]);
    await expect(here.claim('job', 'a1', 1_000)).rejects.toMatchObject({ code: 'REQUEST_DENIED' });
    await store.close();
  });
});
