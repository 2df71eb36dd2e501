import type { LedgerRow, WindowRow } from '../../core/ledger.ts';
import { bucketMs } from '../../core/ledger.ts';
import { storeKey } from '../../core/store.ts';
import type { StoreCheck } from './check.ts';
import { ACCOUNT, AGENT, applyOne, capsOf, codeOf, DAY_MS, HOLD_MS, redeemed, reserveCommand, rowOf, settleCommand } from './scene.ts';

const WEEK_MS = 7 * DAY_MS;
const CAPS = capsOf([
  [DAY_MS, '100'],
  [WEEK_MS, '150'],
]);

/** The life of money after its permit was redeemed. */
export const accountingChecks: readonly StoreCheck[] = [
  {
    name: 'from redeemed on no timer frees room; released does, once',
    async run({ store, clock, expect }) {
      expect(await redeemed(store, clock.nowMs(), { id: 'r1', amount: '100' }, CAPS)).toBe('ok');
      clock.advance(40 * DAY_MS);
      expect(await codeOf(store, reserveCommand(clock.nowMs(), { id: 'r2' }, CAPS))).toBe('window_limit');
      expect(await codeOf(store, { kind: 'ledger.expire', agent: AGENT, requestId: 'r1' })).toBe('reservation_not_held');
      expect(await codeOf(store, settleCommand('r1', 'released'))).toBe('ok');
      expect(await codeOf(store, settleCommand('r1', 'released'))).toBe('ok');
      expect(await codeOf(store, reserveCommand(clock.nowMs(), { id: 'r2', amount: '101' }, capsOf([[DAY_MS, '100']])))).toBe(
        'window_limit',
      );
      expect(await codeOf(store, reserveCommand(clock.nowMs(), { id: 'r2', amount: '100' }, CAPS))).toBe('ok');
    },
  },
  {
    name: 'a booking counts until the whole bucket is older than the window: never early, at most 1/256 late',
    async run({ store, clock, expect }) {
      await redeemed(store, clock.nowMs(), { id: 'r1', amount: '100' }, CAPS);
      await applyOne(store, settleCommand('r1', 'signed'));
      await applyOne(store, settleCommand('r1', 'broadcast'));
      expect(await codeOf(store, settleCommand('r1', 'final'))).toBe('ok');
      const bookedAtMs = clock.nowMs();
      clock.advance(DAY_MS - 1);
      expect(await codeOf(store, reserveCommand(clock.nowMs(), { id: 'r2' }, CAPS))).toBe('window_limit');
      clock.advance(bucketMs(DAY_MS) + 1);
      expect(clock.nowMs() <= bookedAtMs + DAY_MS + bucketMs(DAY_MS)).toBe(true);
      expect(await codeOf(store, reserveCommand(clock.nowMs(), { id: 'r2', amount: '51' }, CAPS))).toBe('window_limit');
      expect(await codeOf(store, reserveCommand(clock.nowMs(), { id: 'r2', amount: '50' }, CAPS))).toBe('ok');
    },
  },
  {
    name: 'final and back by a reorg: booked once, taken out exactly, never counted twice',
    async run({ store, clock, expect }) {
      const window = async (): Promise<WindowRow | undefined> =>
        (await store.get([storeKey.ledgerWindow(ACCOUNT, DAY_MS)]))[0] as unknown as WindowRow | undefined;
      const head = async (): Promise<LedgerRow> => (await store.get([storeKey.ledger(ACCOUNT)]))[0] as unknown as LedgerRow;
      await redeemed(store, clock.nowMs(), { id: 'r1', amount: '70' }, CAPS);
      for (const to of ['signed', 'broadcast', 'final', 'final'] as const) expect(await codeOf(store, settleCommand('r1', to))).toBe('ok');
      expect(await window()).toMatchObject({ sum: '70' });
      expect(await head()).toMatchObject({ inFlight: '0', total: '70' });
      clock.advance(3 * bucketMs(DAY_MS));
      expect(await codeOf(store, settleCommand('r1', 'broadcast'))).toBe('ok');
      expect(await window()).toEqual({ buckets: [], sum: '0' });
      expect(await head()).toMatchObject({ inFlight: '70', total: '0' });
      expect(await codeOf(store, settleCommand('r1', 'final'))).toBe('ok');
      expect(await window()).toMatchObject({ sum: '70' });
      expect(await head()).toMatchObject({ inFlight: '0', total: '70' });
      expect(await store.scan('open/')).toEqual([]);
    },
  },
  {
    name: 'what the chain charged is booked: less, more, or on a further account',
    async run({ store, clock, expect }) {
      const fee = 'agent:a1|fee';
      const caps = [...CAPS, ...capsOf([[DAY_MS, '10']], fee)];
      const lines = [
        { account: ACCOUNT, amount: '70' },
        { account: fee, amount: '10' },
      ];
      await redeemed(store, clock.nowMs(), { id: 'r1', lines }, caps);
      expect(await codeOf(store, settleCommand('r1', 'final', [{ account: fee, amount: '-4' }]))).toBe('request_malformed');
      expect(await codeOf(store, settleCommand('r1', 'final', [{ account: fee, amount: '4' }]))).toBe('ok');
      const [own, fees] = (await store.get([storeKey.ledger(ACCOUNT), storeKey.ledger(fee)])) as unknown as readonly LedgerRow[];
      expect(own).toMatchObject({ inFlight: '0', total: '70' });
      expect(fees).toMatchObject({ inFlight: '0', total: '4' });
      await redeemed(store, clock.nowMs(), { id: 'r2', lines: [{ account: fee, amount: '1' }] }, caps);
      expect(await codeOf(store, settleCommand('r2', 'final', [{ account: fee, amount: '9' }]))).toBe('ok');
      expect(await codeOf(store, reserveCommand(clock.nowMs(), { id: 'r3', lines: [{ account: fee, amount: '0' }] }, caps))).toBe(
        'window_limit',
      );
      // After a reorg the larger of reserved and charged is in flight again.
      expect(await codeOf(store, settleCommand('r2', 'broadcast'))).toBe('ok');
      expect((await store.get([storeKey.ledger(fee)]))[0]).toMatchObject({ inFlight: '9', total: '4' });
    },
  },
  {
    name: 'illegal moves are refused and change nothing',
    async run({ store, clock, expect }) {
      const now = clock.nowMs();
      await applyOne(store, reserveCommand(now, { id: 'held' }));
      for (const to of ['signed', 'broadcast', 'final', 'released'] as const)
        expect(await codeOf(store, settleCommand('held', to))).toBe('version_conflict');
      await applyOne(store, { kind: 'ledger.expire', agent: AGENT, requestId: 'held' });
      for (const to of ['broadcast', 'final'] as const) expect(await codeOf(store, settleCommand('held', to))).toBe('version_conflict');
      await redeemed(store, now, { id: 'r1' });
      expect(await codeOf(store, settleCommand('r1', 'broadcast'))).toBe('version_conflict');
      expect(await codeOf(store, { kind: 'ledger.settle', agent: AGENT, requestId: 'r1', to: 'signed' })).toBe('version_conflict');
      expect(await codeOf(store, settleCommand('r1', 'signed'))).toBe('ok');
      expect(await codeOf(store, { ...settleCommand('r1', 'signed'), txHash: '0xother' } as never)).toBe('version_conflict');
      expect(await codeOf(store, settleCommand('r1', 'held' as never))).toBe('request_malformed');
      expect(await codeOf(store, settleCommand('nobody', 'final'))).toBe('reservation_not_held');
      expect((await rowOf(store, 'r1'))?.state).toBe('signed');
      expect(await codeOf(store, settleCommand('r1', 'final'))).toBe('ok');
      expect(await codeOf(store, settleCommand('r1', 'released'))).toBe('version_conflict');
      // A request whose transaction lost its slot is over: its id never yields a second payload.
      await redeemed(store, now, { id: 'r2' });
      await applyOne(store, settleCommand('r2', 'released'));
      expect(await codeOf(store, reserveCommand(now, { id: 'r2' }))).toBe('version_conflict');
    },
  },
  {
    name: 'a transaction thought lost that lands after all is booked',
    async run({ store, clock, expect }) {
      await redeemed(store, clock.nowMs(), { id: 'r1', amount: '80' });
      for (const to of ['signed', 'broadcast', 'released', 'final'] as const)
        expect(await codeOf(store, settleCommand('r1', to))).toBe('ok');
      expect((await store.get([storeKey.ledger(ACCOUNT)]))[0]).toMatchObject({ inFlight: '0', total: '80' });
      expect(await codeOf(store, reserveCommand(clock.nowMs(), { id: 'r2', amount: '21' }))).toBe('window_limit');
    },
  },
  {
    name: 'a window that is new to an account knows what was booked before it',
    async run({ store, clock, expect }) {
      await redeemed(store, clock.nowMs(), { id: 'r1', amount: '80' }, capsOf([[DAY_MS, '100']]));
      await applyOne(store, settleCommand('r1', 'final'));
      clock.advance(HOLD_MS);
      for (const windowMs of [3_600_000, WEEK_MS, 30 * DAY_MS]) {
        expect(await codeOf(store, reserveCommand(clock.nowMs(), { id: 'r2', amount: '21' }, capsOf([[windowMs, '100']])))).toBe(
          'window_limit',
        );
      }
      expect(await codeOf(store, reserveCommand(clock.nowMs(), { id: 'r2', amount: '20' }, capsOf([[WEEK_MS, '100']])))).toBe('ok');
      clock.advance(10 * DAY_MS);
      expect(await codeOf(store, reserveCommand(clock.nowMs(), { id: 'r3', amount: '21' }, capsOf([[30 * DAY_MS, '100']])))).toBe(
        'window_limit',
      );
    },
  },
];
