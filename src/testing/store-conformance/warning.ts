import type { LedgerCap } from '../../core/store.ts';
import type { StoreCheck } from './check.ts';
import { ACCOUNT, AGENT, applyOne, codeOf, DAY_MS, HOLD_MS, redeemed, reserveCommand, rowOf, settleCommand } from './scene.ts';

/** A daily limit of 100 that warns at 80, and whether the decision found that the reservation gets there. */
const warned = (crosses: unknown, at: unknown = '80'): readonly LedgerCap[] => [
  { account: ACCOUNT, windows: [{ windowMs: DAY_MS, limit: '100', rule: 'daily', warn: { at, percent: 80, crosses } as never }] },
];

/** A crossing of a cap's mark is told by the step that makes it, and by no other. */
export const warningChecks: readonly StoreCheck[] = [
  {
    name: 'a reservation that gets to the mark has to say so, one that does not must not',
    async run({ store, clock, expect }) {
      const now = clock.nowMs();
      const refused = await applyOne(store, reserveCommand(now, { id: 'r1', amount: '79' }, warned(true)));
      expect(refused).toMatchObject({ ok: false, reason: { code: 'version_conflict', retryable: true, facts: { account: ACCOUNT } } });
      expect(await rowOf(store, 'r1')).toBe(undefined);
      expect(await codeOf(store, reserveCommand(now, { id: 'r1', amount: '79' }, warned(false)))).toBe('ok');
      expect(await codeOf(store, reserveCommand(now, { id: 'r2', amount: '1' }, warned(false)))).toBe('version_conflict');
      expect(await codeOf(store, reserveCommand(now, { id: 'r2', amount: '1' }, warned(true)))).toBe('ok');
      expect(await codeOf(store, reserveCommand(now, { id: 'r3', amount: '1' }, warned(true)))).toBe('version_conflict');
      expect(await codeOf(store, reserveCommand(now, { id: 'r3', amount: '1' }, warned(false)))).toBe('ok');
      // What does not fit is told as that.
      expect(await codeOf(store, reserveCommand(now, { id: 'r4', amount: '20' }, warned(true)))).toBe('window_limit');
    },
  },
  {
    name: 'of many at once exactly one gets to the mark, whatever they say',
    async run({ store, clock, expect }) {
      const now = clock.nowMs();
      const attempt = (id: string, crosses: boolean) => ({ commands: [reserveCommand(now, { id, amount: '1' }, warned(crosses))] });
      const steps = Array.from({ length: 200 }, (_, n) => attempt(`r${n % 100}`, n % 2 === 1));
      const results = (await Promise.all(steps.map((step) => store.apply([step])))).flat();
      const crossed = results.filter(({ ok }, n) => ok && n % 2 === 1).length;
      const quiet = results.filter(({ ok }, n) => ok && n % 2 === 0).length;
      // Every one that was told not to get there stayed below, or came after the one that did.
      expect(crossed <= 1).toBe(true);
      expect(quiet + crossed >= 80 ? crossed : 1 - crossed).toBe(1);
    },
  },
  {
    name: 'after use fell below the mark it is crossed again',
    async run({ store, clock, expect }) {
      expect(await redeemed(store, clock.nowMs(), { id: 'r1', amount: '90' }, warned(true))).toBe('ok');
      expect(await codeOf(store, reserveCommand(clock.nowMs(), { id: 'r2', amount: '10' }, warned(false)))).toBe('ok');
      clock.advance(2 * HOLD_MS);
      expect(await codeOf(store, settleCommand('r1', 'released'))).toBe('ok');
      expect(await codeOf(store, reserveCommand(clock.nowMs(), { id: 'r3', amount: '80' }, warned(true)))).toBe('ok');
      expect(await codeOf(store, { kind: 'ledger.expire', agent: AGENT, requestId: 'r3' })).toBe('ok');
    },
  },
  {
    name: 'a malformed mark never makes room',
    async run({ store, clock, expect }) {
      for (const [crosses, at] of [
        [undefined, '80'],
        ['yes', '80'],
        [false, '-1'],
        [false, null],
        [false, 80],
      ] as const)
        expect(await codeOf(store, reserveCommand(clock.nowMs(), { id: 'bad' }, warned(crosses, at)))).toBe('request_malformed');
    },
  },
];
