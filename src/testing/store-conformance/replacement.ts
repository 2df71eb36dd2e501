import type { SlotRow } from '../../core/slot.ts';
import type { Command, RequestRow, Store } from '../../core/store.ts';
import { storeKey } from '../../core/store.ts';
import type { StoreCheck } from './check.ts';
import { AGENT, capsOf, codeOf, DAY_MS, HOLD_MS, issueCommand, redeemCommand, requestRow, rowOf, settleCommand, WALLET } from './scene.ts';

const CAPS = capsOf([[DAY_MS, '100']]);
const reserve = (nowMs: number, id: string, amount: string, replaces?: RequestRow['replaces'], slot = 5): Command => ({
  kind: 'ledger.reserve',
  request: { ...requestRow(nowMs, { id, amount, slot }), ...(replaces === undefined ? {} : { replaces }) },
  caps: CAPS,
});
const SAME = { requestId: 'r1', by: 'same' } as const;
const slots = async (store: Store): Promise<SlotRow> => (await store.get([storeKey.slots(WALLET)]))[0] as unknown as SlotRow;

/** The first request of a slot, signed: from then on something may take its place. */
async function first(store: Store, nowMs: number): Promise<void> {
  const take: Command = { kind: 'slot.take', wallet: WALLET, slot: 5, base: 5, agent: AGENT, requestId: 'r1', dueMs: nowMs + HOLD_MS };
  await codeOf(store, reserve(nowMs, 'r1', '60'), take, issueCommand(nowMs, 'r1'));
  await codeOf(store, redeemCommand('r1'));
}

/** Several transactions for one slot: only while the first is on its way, and without a slot of their own. */
export const replacementChecks: readonly StoreCheck[] = [
  {
    name: 'a replacement shares the slot of a request that is signed or broadcast, and of no other',
    async run({ store, clock, expect }) {
      const now = clock.nowMs();
      expect(await codeOf(store, reserve(now, 'x', '1', SAME))).toBe('reservation_not_held');
      await first(store, now);
      expect(await codeOf(store, reserve(now, 'x', '1', SAME))).toBe('reservation_not_held');
      expect(await codeOf(store, settleCommand('r1', 'signed'))).toBe('ok');
      expect(await codeOf(store, reserve(now, 'x', '1', SAME, 6))).toBe('reservation_not_held');
      expect(await codeOf(store, reserve(now, 'x', '1', { requestId: 'r9', by: 'same' }))).toBe('reservation_not_held');
      expect(await codeOf(store, reserve(now, 'r2', '2', SAME), issueCommand(now, 'r2'))).toBe('ok');
      expect(await codeOf(store, redeemCommand('r2'))).toBe('ok');
      expect(await codeOf(store, settleCommand('r2', 'signed'))).toBe('ok');
      // One does not replace a replacement.
      expect(await codeOf(store, reserve(now, 'x', '1', { requestId: 'r2', by: 'same' }))).toBe('reservation_not_held');
      expect(await rowOf(store, 'r2')).toMatchObject({ replaces: SAME, slot: 5, state: 'signed' });
      expect(await slots(store)).toMatchObject({ next: 6, held: [], free: [], highestUsed: 5 });
    },
  },
  {
    name: 'a replacement that was decided about is not redeemed once the first one is over, and gives no slot back',
    async run({ store, clock, expect }) {
      const now = clock.nowMs();
      await first(store, now);
      await codeOf(store, settleCommand('r1', 'signed'));
      expect(await codeOf(store, reserve(now, 'r2', '2', SAME), issueCommand(now, 'r2'))).toBe('ok');
      expect(await codeOf(store, settleCommand('r1', 'final'))).toBe('ok');
      expect(await codeOf(store, redeemCommand('r2'))).toBe('reservation_not_held');
      expect(await codeOf(store, { kind: 'ledger.expire', agent: AGENT, requestId: 'r2' })).toBe('ok');
      expect(await slots(store)).toMatchObject({ next: 6, free: [], highestUsed: 5 });
    },
  },
  {
    name: 'of the two one is booked and the other given back in the same step',
    async run({ store, clock, expect }) {
      const now = clock.nowMs();
      await first(store, now);
      await codeOf(store, settleCommand('r1', 'signed'));
      await codeOf(store, reserve(now, 'r2', '2', SAME), issueCommand(now, 'r2'));
      await codeOf(store, redeemCommand('r2'));
      await codeOf(store, settleCommand('r2', 'signed'));
      const lines = requestRow(now, { id: 'r2', amount: '61' }).lines;
      expect(await codeOf(store, settleCommand('r2', 'final', lines), settleCommand('r1', 'released'))).toBe('ok');
      const account = lines[0]?.account ?? '';
      expect((await store.get([storeKey.ledger(account)]))[0]).toMatchObject({ inFlight: '0', total: '61' });
      // A reorganisation: the other one landed after all.
      expect(await codeOf(store, settleCommand('r2', 'broadcast'))).toBe('ok');
      expect((await store.get([storeKey.ledger(account)]))[0]).toMatchObject({ inFlight: '61', total: '0' });
      expect(await codeOf(store, settleCommand('r1', 'final'), settleCommand('r2', 'released'))).toBe('ok');
      expect((await store.get([storeKey.ledger(account)]))[0]).toMatchObject({ inFlight: '0', total: '60' });
    },
  },
];
