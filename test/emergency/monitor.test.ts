import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import type { AccountActivity, AccountId, ActivityPage, ChainId, ChainNode, SecurityEvent } from '../../src/core/index.ts';
import { CastellanError, nativeAssetId, storeKey, tokenAsset } from '../../src/core/index.ts';
import { createMonitor, type MonitorOptions } from '../../src/emergency/monitor/index.ts';
import { createManualClock, createSeededRandom } from '../../src/testing/index.ts';

const CHAIN = 'eip155:1' as ChainId;
const account = (digit: string): AccountId => `${CHAIN}:0x${digit.repeat(40)}` as AccountId;
const [WALLET, THIEF, TOKEN] = [account('a'), account('b'), account('c')];
const USD = tokenAsset(CHAIN, TOKEN);
const watched = { account: WALLET, wallet: WALLET, agent: 'a1', isOurs: true } as const;

function event(given: Partial<AccountActivity>): AccountActivity {
  const at = { block: '5', blockHash: '0x05', atMs: 5_000 };
  return {
    kind: 'sent',
    account: WALLET,
    txHash: '0x1',
    slot: 0,
    counterparty: THIEF,
    asset: nativeAssetId(CHAIN),
    amount: 1n,
    ...at,
    ...given,
  };
}
function page(events: readonly AccountActivity[], given: Partial<ActivityPage> = {}): ActivityPage {
  return { events, cursor: `c${Math.random()}`, reorganised: false, more: false, fromHeight: 1, holdings: [], ...given };
}

/** A monitor over pages that are handed out one after the other; an error in their place is thrown. */
function scene(pages: (ActivityPage | Error)[], given: Partial<MonitorOptions> = {}) {
  const clock = createManualClock(1_000);
  const store = given.store ?? createMemoryStore({ clock });
  const stops: string[] = [];
  const events: SecurityEvent[] = [];
  let number = 0;
  const options: MonitorOptions = {
    store,
    tenant: 't',
    clock,
    random: createSeededRandom('monitor'),
    command: (told) => {
      number += 1;
      const key = `told-${number}`;
      events.push(told);
      return { kind: 'doc.put', key, value: null };
    },
    apply: async (commands) => (await store.apply([{ commands }]))[0] as never,
    chains: [CHAIN],
    node: () =>
      ({
        activity: async () => {
          const next = pages.shift();
          if (next instanceof Error) throw next;
          return next ?? page([], { cursor: 'end' });
        },
      }) as Partial<ChainNode> as ChainNode,
    watched: async () => [watched],
    cover: async () => null,
    isKnown: () => true,
    ahead: async () => null,
    stop: async ({ kind }) => void stops.push(kind),
    ...given,
  };
  const monitor = createMonitor(options);
  const run = (): Promise<void> => monitor.run(new AbortController().signal);
  const told = () => events.map((one) => [one.type, one.severity, 'details' in one ? one.details['finding'] : null]);
  return { monitor, run, told, stops, store, events };
}

describe('a page of activity', () => {
  it('is told where nothing covers it; what was received, and a right that is taken back, is no finding', async () => {
    const { run, told, stops } = scene([
      page([
        event({}),
        event({ kind: 'received', txHash: '0x2', slot: null }),
        event({ kind: 'allowance', txHash: '0x3', slot: null, asset: USD, amount: 0n }),
        event({ kind: 'allowance', txHash: '0x4', slot: null, asset: USD, amount: 'unlimited' }),
      ]),
    ]);
    await run();
    expect(told()).toEqual([
      ['monitor_unrecorded', 'critical', 'transaction'],
      ['monitor_unrecorded', 'critical', 'allowance'],
    ]);
    expect(stops).toEqual(['transaction', 'allowance']);
  });

  it('is told once, whatever block it stands in and however often it is shown', async () => {
    const { run, told } = scene([page([event({})]), page([event({ block: '6', blockHash: '0x06', atMs: 6_000 }), event({})])]);
    await run();
    await run();
    expect(told().length).toBe(1);
  });

  it('tells of what a transaction past the gate did in that transaction alone', async () => {
    const { run, told } = scene([page([event({}), event({ kind: 'allowance', slot: null, asset: USD, amount: 9n })])]);
    await run();
    expect(told()).toEqual([['monitor_unrecorded', 'critical', 'transaction']]);
  });

  it('is a warning that stops nothing where anybody could have written it, or where the key is a user’s own', async () => {
    const forged = scene([page([event({ slot: null, asset: USD })])], { isKnown: () => false });
    const users = scene([page([event({})])], { watched: async () => [{ ...watched, isOurs: false }] });
    for (const { run, told, stops } of [forged, users]) {
      await run();
      expect([told()[0]?.[1], stops]).toEqual(['warning', []]);
    }
  });

  it('knows what a covered right allows others to take, up to its amount and until it is taken back', async () => {
    const grant = event({ kind: 'allowance', txHash: '0xours', slot: null, asset: USD, amount: 10n });
    const pull = (txHash: string, amount: bigint) => event({ txHash, slot: null, asset: USD, amount });
    const revoked = event({ kind: 'allowance', txHash: '0xours', slot: null, asset: USD, amount: 0n });
    const cover: MonitorOptions['cover'] = async ({ txHash }) => (txHash === '0xours' ? { spends: () => 0n } : null);
    const { run, told, events } = scene([page([grant, pull('0x2', 10n)]), page([pull('0x3', 11n)]), page([revoked, pull('0x4', 1n)])], {
      cover,
    });
    for (let time = 0; time < 3; time += 1) await run();
    expect(told().map(([, , finding]) => finding)).toEqual(['transfer', 'transfer']);
    expect(events.map((one) => ('details' in one ? one.details['txHash'] : null))).toEqual(['0x3', '0x4']);
  });
});

describe('coins', () => {
  const holding = (amount: bigint, events: readonly AccountActivity[] = []) => page(events, { holdings: [{ account: WALLET, amount }] });
  const cover: MonitorOptions['cover'] = async () => ({ spends: (of) => (of === WALLET ? 30n : 0n) });

  it('that a chain does not tell of for a while are reckoned on, by what was let go meanwhile', async () => {
    const { run, told } = scene([holding(100n), page([event({})], { more: true }), holding(70n), holding(69n)], { cover });
    for (let time = 0; time < 2; time += 1) await run();
    expect(told()).toEqual([]);
    await run();
    expect(told()).toEqual([['monitor_unrecorded', 'critical', 'balance']]);
  });

  it('that were held in blocks that are gone are not missed', async () => {
    const gone = page([], { reorganised: true, fromHeight: 5 });
    const { run, told } = scene([holding(100n), gone, holding(40n), holding(39n)]);
    for (let time = 0; time < 3; time += 1) await run();
    expect(told()).toEqual([]);
    await run();
    expect(told()).toEqual([['monitor_unrecorded', 'critical', 'balance']]);
  });

  it('that are gone beyond what the decisions let leave are told; a rise, and what is explained, is not', async () => {
    const { run, told, events } = scene(
      [holding(100n), holding(70n, [event({})]), holding(90n), holding(59n, [event({ txHash: '0x2' })]), holding(58n)],
      {
        cover,
      },
    );
    for (let time = 0; time < 4; time += 1) await run();
    expect(told()).toEqual([['monitor_unrecorded', 'critical', 'balance']]);
    expect('details' in (events[0] ?? {}) && (events[0] as { details: object }).details).toMatchObject({
      before: '90',
      after: '59',
      unexplained: '1',
    });
    await run();
    expect(told().length).toBe(2);
  });

  it('are not compared across a reorganisation', async () => {
    const { run, told } = scene([holding(100n), { ...holding(10n), reorganised: true }]);
    await run();
    await run();
    expect(told()).toEqual([]);
  });
});

describe('a reorganisation', () => {
  it('tells once what did not come again, and what comes again later not a second time', async () => {
    const { run, told } = scene([
      page([event({})]),
      page([], { reorganised: true, fromHeight: 5 }),
      page([event({ block: '7' })]),
      page([]),
    ]);
    for (let time = 0; time < 4; time += 1) await run();
    expect(told().map(([type]) => type)).toEqual(['monitor_unrecorded', 'monitor_reorg']);
  });

  it('says nothing of what came again in another block of the pages that follow', async () => {
    const { run, told } = scene([
      page([event({})]),
      page([], { reorganised: true, fromHeight: 5, more: true }),
      page([event({ block: '6' })], { more: true }),
      page([]),
    ]);
    await run();
    await run();
    expect(told().map(([type]) => type)).toEqual(['monitor_unrecorded']);
  });
});

describe('the chain ahead of our places', () => {
  it('is told once for each place, and not where the transaction itself was', async () => {
    let chain = 1;
    const { run, told } = scene([page([event({ slot: 0 })])], { ahead: async () => ({ chain, ours: 0 }) });
    await run();
    expect(told().map(([, , finding]) => finding)).toEqual(['transaction']);
    const other = scene([], { ahead: async () => ({ chain, ours: 0 }) });
    await other.run();
    await other.run();
    chain = 2;
    await other.run();
    expect(other.told().map(([, , finding]) => finding)).toEqual(['sequence', 'sequence']);
  });
});

describe('a run', () => {
  it('that cannot ask is an error and in health, and reads the same page again', async () => {
    const away = new CastellanError('CHAIN_UNAVAILABLE', { message: 'away' });
    const { run, monitor, told } = scene([away, page([event({})])]);
    await expect(run()).rejects.toMatchObject({ code: 'CHAIN_UNAVAILABLE', details: { chains: [CHAIN] } });
    expect(monitor.health()).toMatchObject([{ caughtUp: false, completeAtMs: null, lastError: 'CHAIN_UNAVAILABLE: away' }]);
    await run();
    expect([told().length, monitor.health()[0]]).toMatchObject([1, { caughtUp: true, lastError: null, unrecorded: 1 }]);
  });

  it('stops before it records: where the record fails it is found again, and a stop that fails is no record', async () => {
    const clock = createManualClock(1_000);
    const store = createMemoryStore({ clock });
    let fails = true;
    const stopped = scene([page([event({})]), page([event({})])], {
      store,
      stop: async () => {
        if (fails) throw new CastellanError('STORE_UNAVAILABLE', { message: 'away' });
      },
    });
    await expect(stopped.run()).rejects.toMatchObject({ code: 'CHAIN_UNAVAILABLE' });
    expect(await store.get([storeKey.doc(`monitor/${CHAIN}`)])).toEqual([undefined]);
    fails = false;
    await stopped.run();
    expect(stopped.told().length).toBe(1);
  });

  it('does not read a checkpoint that is none as a beginning', async () => {
    const clock = createManualClock(1_000);
    const store = createMemoryStore({ clock });
    await store.apply([{ commands: [{ kind: 'doc.put', key: `monitor/${CHAIN}`, value: { v: 1 } }] }]);
    const { run, monitor } = scene([], { store });
    await expect(run()).rejects.toMatchObject({ code: 'CHAIN_UNAVAILABLE' });
    expect(monitor.health()[0]?.lastError).toMatch(/^STORE_CORRUPT/);
  });
});
