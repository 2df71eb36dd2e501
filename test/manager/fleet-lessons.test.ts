import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { sqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import type { Command, Decision, Effect, Receipt, RequestRow, Store } from '../../src/core/index.ts';
import { applyStep, storeKey } from '../../src/core/index.ts';
import { createFleetLessons, type FleetLessons } from '../../src/manager/risk/fleet-lessons.ts';
import { type FleetParty, fleetKey, readFleetParty } from '../../src/risk/index.ts';
import { account, allow, BOB, ETH, ether, NOW, send, WALLET } from '../authz/fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'fleet-lessons-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let made = 0;
const HOST = { clock: systemClock(), random: systemRandom() };
const STORES: Readonly<Record<string, () => Promise<readonly [Store, Store]>>> = {
  async memory() {
    const store = createMemoryStore(HOST);
    return [store, store];
  },
  // As two processes have it.
  async sqlite() {
    made += 1;
    const path = join(folder, `db-${made}`);
    return [await sqliteStore({ path }).open(HOST), await sqliteStore({ path }).open(HOST)];
  },
};

const lessonsOf = (store: Store): FleetLessons =>
  createFleetLessons({ store, apply: (commands) => applyStep(store, { commands } as never) });
let ids = 0;

function lesson(agent: string, effects: readonly Effect[], over: { signals?: unknown[]; success?: boolean; atMs?: number } = {}) {
  ids += 1;
  return {
    row: { agent, wallet: WALLET, requestId: `r${ids}` } as RequestRow,
    receipt: { success: over.success ?? true, confirmedAtMs: over.atMs ?? NOW } as Receipt,
    decision: { id: `d${String(ids).padStart(6, '0')}`, effects, signals: over.signals ?? [] } as unknown as Decision,
    decimals: () => 18,
  };
}

/** What settling does: the commands are part of its own step. */
async function settle(store: Store, lessons: FleetLessons, ...given: Parameters<typeof lesson>): Promise<readonly Command[]> {
  const commands = await lessons.due(lesson(...given));
  if (commands.length > 0) expect(await applyStep(store, { commands } as never)).toMatchObject({ ok: true });
  return commands;
}

async function known(store: Store, party = BOB): Promise<FleetParty | undefined> {
  const [row] = await store.get([storeKey.doc(fleetKey(party))]);
  return readFleetParty((row as { value?: unknown } | undefined)?.value);
}
const waiting = async (store: Store): Promise<number> => (await store.scan(storeKey.doc('fleet-due/'), { limit: 500 })).length;

describe.each(Object.keys(STORES))('what the fleet learns, over %s', (kind) => {
  const opened = STORES[kind] as (typeof STORES)[string];

  it('is lost in no process and counted in none twice, however many agents settle at once', async () => {
    const stores = await opened();
    const fleets = stores.map(lessonsOf) as [FleetLessons, FleetLessons];
    await Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        await settle(stores[n % 2] as Store, fleets[n % 2] as FleetLessons, `a${n}`, [send(ether('1'))]);
        await (fleets[n % 2] as FleetLessons).drain();
      }),
    );
    await Promise.all(fleets.map((fleet) => fleet.drain()));
    expect(await known(stores[0])).toMatchObject({ wallets: 200, paid: 200, first: Math.floor(NOW / 1_000) });
    expect(await waiting(stores[0])).toBe(0);
    await Promise.all([...new Set(stores)].map((store) => store.close()));
  });

  it('waits where a process ends between settling and learning, and is taken up by another', async () => {
    const [one, two] = await opened();
    await settle(one, lessonsOf(one), 'a1', [send(ether('1'))]);
    expect([await known(one), await waiting(one)]).toEqual([undefined, 1]);
    await lessonsOf(two).drain();
    expect([(await known(two))?.wallets, await waiting(two)]).toEqual([1, 0]);
    await Promise.all([...new Set([one, two])].map((store) => store.close()));
  });

  it('waits where the store refuses, and says so', async () => {
    const [store, other] = await opened();
    const fleet = createFleetLessons({ store, apply: async () => ({ ok: false, reason: { code: 'store_unavailable' } }) as never });
    await settle(store, fleet, 'a1', [send(ether('1'))]);
    await expect(fleet.drain()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await expect(Promise.all([fleet.drain(), fleet.drain()])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(await waiting(store)).toBe(1);
    await Promise.all([...new Set([store, other])].map((one) => one.close()));
  });

  it('is nothing of what failed, was flagged, or takes a right back', async () => {
    const [store, other] = await opened();
    const fleet = lessonsOf(store);
    const paying = [send(ether('1'))];
    expect(await settle(store, fleet, 'a1', paying, { success: false })).toEqual([]);
    expect(await settle(store, fleet, 'a1', paying, { signals: [{ type: 'fraud_detected', details: {} }] })).toEqual([]);
    expect(await settle(store, fleet, 'a1', [allow(0n)])).toEqual([]);
    expect(await fleet.due({ ...lesson('a1', paying), decision: undefined })).toEqual([]);
    expect(await settle(store, fleet, 'a1', [allow(5n)])).toHaveLength(1);
    await Promise.all([...new Set([store, other])].map((one) => one.close()));
  });

  it('writes nothing more of an account that is long known, but for an agent that is new to it', async () => {
    const [store, other] = await opened();
    const fleet = lessonsOf(store);
    await settle(store, fleet, 'a1', [send(ether('1')), send(ether('1'), BOB, ETH, '1')]);
    await fleet.drain();
    expect(await known(store)).toMatchObject({ wallets: 1, paid: 2 });
    const later = { atMs: NOW + 2 * 86_400_000 };
    expect(await settle(store, fleet, 'a2', [send(ether('1'))], later)).toHaveLength(1);
    await fleet.drain();
    expect(await known(store)).toMatchObject({ wallets: 2, paid: 3, first: Math.floor(NOW / 1_000) });
    await Promise.all([...new Set([store, other])].map((one) => one.close()));
  });

  it('is nothing of what people called fraud, before it settles or while it waits', async () => {
    const [store, other] = await opened();
    const fleet = lessonsOf(store);
    const say = (id: string, verdict: string) => {
      const put = { kind: 'doc.put', key: `feedback/${id}`, value: { v: 1, verdict, atMs: NOW, taught: false } };
      return applyStep(store, { commands: [put] } as never);
    };
    const next = () => `d${String(ids + 1).padStart(6, '0')}`;
    await say(next(), 'fraud');
    expect(await settle(store, fleet, 'a1', [send(ether('1'))])).toEqual([]);
    await say(next(), 'nonsense');
    expect(await settle(store, fleet, 'a1', [send(ether('1'))])).toEqual([]);
    const waits = next();
    expect(await settle(store, fleet, 'a2', [send(ether('1'))])).toHaveLength(1);
    await say(waits, 'fraud');
    await fleet.drain();
    expect([await known(store), await waiting(store)]).toEqual([undefined, 0]);
    await say(next(), 'legitimate');
    expect(await settle(store, fleet, 'a3', [send(ether('1'))])).toHaveLength(1);
    await fleet.drain();
    expect(await known(store)).toMatchObject({ wallets: 1, paid: 1 });
    await Promise.all([...new Set([store, other])].map((one) => one.close()));
  });

  it('goes on where a lesson that waits cannot be read', async () => {
    const [store, other] = await opened();
    const fleet = lessonsOf(store);
    const due = { party: BOB, direction: 'out', kind: 'coin', amount: '1', decimals: 18, atMs: NOW, isNew: true };
    const wrong: readonly unknown[] = [
      'text',
      7,
      {},
      [null],
      [{}],
      [{ ...due, amount: 'x' }],
      [{ ...due, atMs: 'now' }],
      [{ ...due, kind: 'x' }],
    ];
    for (const [n, value] of wrong.entries())
      await applyStep(store, { commands: [{ kind: 'doc.put', key: `fleet-due/0${n}`, value }] } as never);
    await settle(store, fleet, 'a1', [send(ether('1'))]);
    await fleet.drain();
    expect([await known(store), await waiting(store)]).toMatchObject([{ wallets: 1, paid: 1 }, 0]);
    await Promise.all([...new Set([store, other])].map((one) => one.close()));
  });

  it('is bounded for one transaction', async () => {
    const [store, other] = await opened();
    const many = Array.from({ length: 100 }, (_, n) => send(1n, account(`${n}`.padStart(4, 'c')), ETH, `${n}`));
    const [command] = await settle(store, lessonsOf(store), 'a1', many);
    expect((command as { value?: unknown[] } | undefined)?.value).toHaveLength(64);
    await Promise.all([...new Set([store, other])].map((one) => one.close()));
  });
});
