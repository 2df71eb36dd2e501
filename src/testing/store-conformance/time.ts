import type { StoreCheck } from './check.ts';
import {
  appendCommand,
  applyOne,
  codeOf,
  DAY_MS,
  HOLD_MS,
  issueCommand,
  redeemCommand,
  redeemed,
  reserveCommand,
  settleCommand,
} from './scene.ts';

/** Two clocks that may lie: store time never falls, and neither clock alone opens anything. */
export const timeChecks: readonly StoreCheck[] = [
  {
    name: 'store time never falls when the host clock does',
    async run({ store, clock, expect }) {
      const before = await store.now();
      const stamped = await applyOne(store, appendCommand('e1'));
      expect(stamped.atMs).toBe(before);
      clock.setNow(clock.nowMs() - 1_500);
      expect(await store.now()).toBe(before);
      expect((await applyOne(store, appendCommand('e2'))).atMs).toBe(before);
    },
  },
  {
    name: 'a host clock over 2 s behind the store is refused; stopping and recording still work',
    async run({ store, clock, expect }) {
      const now = clock.nowMs();
      await applyOne(store, reserveCommand(now, { id: 'r1' }), issueCommand(now, 'r1'));
      clock.setNow(now - 2_001);
      expect(await codeOf(store, redeemCommand('r1'))).toBe('clock_skew');
      expect(await codeOf(store, reserveCommand(now, { id: 'r2' }))).toBe('clock_skew');
      expect(await codeOf(store, { kind: 'halt.set', change: { kind: 'lift', reason: '', by: '' } })).toBe('clock_skew');
      expect(await codeOf(store, { kind: 'halt.set', change: { kind: 'kill', reason: '', by: '' } }, appendCommand('e1'))).toBe('ok');
      clock.setNow(now);
      expect(await codeOf(store, reserveCommand(now, { id: 'r2' }))).toBe('ok');
    },
  },
  {
    name: 'a host clock that jumps ahead opens no window, ends no cooldown, and is refused beyond 2 s',
    async run({ store, clock, expect }) {
      const now = clock.nowMs();
      const cooled = { kind: 'rate.take', key: 'k', windowMs: 60_000, max: 9, cooldownMs: 1_000 } as const;
      expect(await redeemed(store, now, { id: 'r1', amount: '100' })).toBe('ok');
      await applyOne(store, settleCommand('r1', 'final'));
      await applyOne(store, cooled);
      clock.setNow(now + 1_900);
      expect(await codeOf(store, cooled)).toBe('cooldown_active');
      clock.setNow(now + 2 * DAY_MS);
      expect(await codeOf(store, reserveCommand(clock.nowMs(), { id: 'r2' }))).toBe('clock_skew');
      expect(await codeOf(store, settleCommand('r1', 'broadcast'))).toBe('clock_skew');
      clock.setNow(now + 10);
      expect(await codeOf(store, reserveCommand(clock.nowMs(), { id: 'r2' }))).toBe('window_limit');
    },
  },
  {
    name: 'a small step back of the host neither revives a permit nor gives room back twice',
    async run({ store, clock, expect }) {
      const now = clock.nowMs();
      await applyOne(store, reserveCommand(now, { id: 'r1', amount: '100' }), issueCommand(now, 'r1'));
      clock.advance(HOLD_MS + 1_500);
      expect(await codeOf(store, reserveCommand(clock.nowMs(), { id: 'r2', amount: '100' }))).toBe('ok');
      clock.setNow(clock.nowMs() - 1_900);
      expect(await codeOf(store, redeemCommand('r1'))).toBe('permit_expired');
      expect(await codeOf(store, { kind: 'ledger.expire', agent: 'a1', requestId: 'r1' })).toBe('ok');
      expect(await codeOf(store, reserveCommand(clock.nowMs(), { id: 'r3', amount: '1' }))).toBe('window_limit');
    },
  },
  {
    name: 'a process that idled for months goes on at once',
    async run({ store, clock, expect }) {
      await applyOne(store, appendCommand('e1'));
      clock.advance(90 * DAY_MS);
      expect(await codeOf(store, reserveCommand(clock.nowMs(), { id: 'r1' }))).toBe('ok');
    },
  },
];
