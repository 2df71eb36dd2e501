import type { SlotRow } from '../../core/slot.ts';
import { nextSlot } from '../../core/slot.ts';
import type { Command, Store } from '../../core/store.ts';
import { storeKey } from '../../core/store.ts';
import type { StoreCheck } from './check.ts';
import { AGENT, applyOne, capsOf, codeOf, HOLD_MS, issueCommand, redeemCommand, reserveCommand, settleCommand, WALLET } from './scene.ts';

const take = (nowMs: number, slot: number, id: string): Command => ({
  kind: 'slot.take',
  wallet: WALLET,
  slot,
  base: 5,
  agent: AGENT,
  requestId: id,
  dueMs: nowMs + HOLD_MS,
});
const slots = async (store: Store): Promise<SlotRow | undefined> =>
  (await store.get([storeKey.slots(WALLET)]))[0] as unknown as SlotRow | undefined;

/** A wallet's own sequence: no slot twice, no hole for ever. */
export const slotChecks: readonly StoreCheck[] = [
  {
    name: 'slots come one after the other from the base; any other is refused',
    async run({ store, clock, expect }) {
      const now = clock.nowMs();
      expect(nextSlot(await slots(store), 5, now)).toBe(5);
      expect(await codeOf(store, take(now, 6, 'r1'))).toBe('slot_taken');
      expect(await codeOf(store, take(now, 5, 'r1'))).toBe('ok');
      expect(await codeOf(store, take(now, 5, 'r2'))).toBe('slot_taken');
      expect(await codeOf(store, take(now, 6, 'r2'))).toBe('ok');
      expect(await codeOf(store, take(now, -1, 'r3'))).toBe('request_malformed');
      expect(await slots(store)).toMatchObject({ next: 7, highestUsed: null });
    },
  },
  {
    name: 'a slot that was given back or whose hold is over comes first, lowest first; a redeemed one never again',
    async run({ store, clock, expect }) {
      const now = clock.nowMs();
      for (const [index, id] of ['r0', 'r1', 'r2', 'r3'].entries()) {
        const slot = 5 + index;
        expect(await codeOf(store, reserveCommand(now, { id, slot }), take(now, slot, id), issueCommand(now, id))).toBe('ok');
      }
      expect(await codeOf(store, redeemCommand('r1'))).toBe('ok');
      await applyOne(store, { kind: 'ledger.expire', agent: AGENT, requestId: 'r2' });
      expect(nextSlot(await slots(store), 5, now)).toBe(7);
      expect(await slots(store)).toMatchObject({ highestUsed: 6, free: [7] });
      expect(await codeOf(store, take(now, 9, 'r4'))).toBe('slot_taken');
      expect(await codeOf(store, take(now, 7, 'r4'))).toBe('ok');
      clock.advance(HOLD_MS);
      expect(await codeOf(store, take(clock.nowMs(), 5, 's0'))).toBe('slot_taken');
      clock.advance(1);
      const later = clock.nowMs();
      const got: number[] = [];
      for (const id of ['s0', 's1', 's2', 's3']) {
        const slot = nextSlot(await slots(store), 5, later);
        expect(await codeOf(store, take(later, slot, id))).toBe('ok');
        got.push(slot);
      }
      expect(got).toEqual([5, 7, 8, 9]);
    },
  },
  {
    name: 'a hold whose slot went to another can no longer be redeemed',
    async run({ store, clock, expect }) {
      const now = clock.nowMs();
      const caps = capsOf([[0, '10']]);
      const short: Command = { kind: 'slot.take', wallet: WALLET, slot: 5, base: 5, agent: AGENT, requestId: 'r1', dueMs: now + 1_000 };
      await applyOne(store, reserveCommand(now, { id: 'r1', slot: 5 }, caps), short, issueCommand(now, 'r1'));
      clock.advance(1_001);
      const later = clock.nowMs();
      expect(await codeOf(store, reserveCommand(later, { id: 'r2', slot: 5 }, caps), take(later, 5, 'r2'), issueCommand(later, 'r2'))).toBe(
        'ok',
      );
      expect(await codeOf(store, redeemCommand('r1'))).toBe('reservation_not_held');
      expect(await codeOf(store, redeemCommand('r2'))).toBe('ok');
    },
  },
  {
    name: 'a redeemed slot is free again only where the chain says that its bytes are void',
    async run({ store, clock, expect }) {
      const now = clock.nowMs();
      for (const [index, id] of ['r0', 'r1', 'r2'].entries()) {
        const slot = 5 + index;
        expect(await codeOf(store, reserveCommand(now, { id, slot }), take(now, slot, id), issueCommand(now, id))).toBe('ok');
        expect(await codeOf(store, redeemCommand(id))).toBe('ok');
        expect(await codeOf(store, settleCommand(id, 'signed'))).toBe('ok');
      }
      expect(await codeOf(store, settleCommand('r0', 'released'))).toBe('ok');
      expect(await slots(store)).toMatchObject({ next: 8, free: [], highestUsed: 7 });
      const voided: Command = { ...settleCommand('r1', 'released'), freesSlot: true } as Command;
      expect(await codeOf(store, voided)).toBe('ok');
      expect(await codeOf(store, voided)).toBe('ok');
      expect(await slots(store)).toMatchObject({ next: 8, free: [6], highestUsed: 7 });
      expect(await codeOf(store, { ...settleCommand('r2', 'released'), freesSlot: true } as Command)).toBe('ok');
      expect(await slots(store)).toMatchObject({ free: [6, 7], highestUsed: 6 });
      expect(await codeOf(store, take(now, 7, 's1'))).toBe('slot_taken');
      expect(await codeOf(store, take(now, 6, 's1'))).toBe('ok');
    },
  },
  {
    name: 'at most 256 slots of a wallet are held at once',
    async run({ store, clock, expect }) {
      const now = clock.nowMs();
      const results = await store.apply(Array.from({ length: 257 }, (_, n) => ({ commands: [take(now, 5 + n, `r${n}`)] })));
      expect(results.filter((result) => result.ok).length).toBe(256);
      expect(results[256]).toMatchObject({ ok: false, reason: { code: 'slot_taken' } });
    },
  },
];
