import { chainHash } from '../../core/digest.ts';
import type { Command, LogRow, Store } from '../../core/store.ts';
import { storeKey } from '../../core/store.ts';
import type { StoreCheck } from './check.ts';
import { appendCommand, applyOne, codeOf, reserveCommand } from './scene.ts';

const ARCHIVE = 'ab'.repeat(32);
const prune = (before: number, more: Partial<Extract<Command, { kind: 'log.prune' }>> = {}): Command => ({
  kind: 'log.prune',
  before,
  lastId: `e${before - 1}`,
  archive: ARCHIVE,
  record: 'z',
  ...more,
});

async function fill(store: Store): Promise<readonly LogRow[]> {
  for (let n = 0; n < 6; n += 1) await applyOne(store, appendCommand(`e${n}`, `entry ${n} späße`));
  await applyOne(store, appendCommand('z'));
  return store.log(0);
}

/** Dropping the texts of entries. */
export const pruneChecks: readonly StoreCheck[] = [
  {
    name: 'dropped entries lose their text and nothing else; what follows stays whole',
    async run({ store, expect }) {
      const before = await fill(store);
      const head = await store.logHead();
      expect(await applyOne(store, prune(3))).toMatchObject({ ok: true });
      const after = await store.log(0);
      expect(after).toEqual(before.map((row) => (row.index < 3 ? { ...row, entry: '' } : row)));
      expect(await store.logHead()).toEqual(head);
      expect(await store.get([storeKey.pruned()])).toEqual([{ before: 3, archive: ARCHIVE, record: 'z' }]);
      expect(await Promise.all(['e0', 'e2', 'e3', 'z', 'no'].map((id) => store.findLog(id)))).toEqual([0, 2, 3, 6, undefined]);
      let chain = '0'.repeat(64);
      for (const row of after) {
        chain = chainHash(chain, row.leaf);
        expect(row.chain).toBe(chain);
      }
      expect(await applyOne(store, appendCommand('zz'))).toMatchObject({ ok: true, logIndex: 7 });
    },
  },
  {
    name: 'a step whose entry was dropped is answered as it was then and does nothing again',
    async run({ store, clock, expect }) {
      const commands = [reserveCommand(clock.nowMs(), { id: 'r1', amount: '60' }), appendCommand('e0')];
      const first = await applyOne(store, ...commands);
      await applyOne(store, appendCommand('z'));
      expect(await applyOne(store, prune(1))).toMatchObject({ ok: true });
      expect(await applyOne(store, ...commands)).toEqual({ ...first, replayed: true });
      expect((await store.log(0))[0]?.entry).toBe('');
      expect((await store.logHead()).size).toBe(2);
      expect(await codeOf(store, appendCommand('z1'), appendCommand('e0'))).toBe('version_conflict');
    },
  },
  {
    name: 'dropping goes forward, by entries that are where the command says, and repeating is a no-op',
    async run({ store, expect }) {
      const rows = await fill(store);
      for (const wrong of [
        prune(3, { lastId: 'e1' }),
        prune(3, { lastId: 'none' }),
        prune(3, { record: 'none' }),
        prune(3, { record: 'e1' }),
        prune(7, { lastId: 'z' }),
        prune(9, { lastId: 'z' }),
      ])
        expect(await codeOf(store, wrong)).toBe('version_conflict');
      for (const wrong of [
        prune(0),
        prune(-1),
        prune(1.5),
        prune(3, { archive: 'x' }),
        prune(3, { archive: 'A'.repeat(64) }),
        prune(3, { record: '' }),
        prune(3, { lastId: '' }),
        prune(5_001, { lastId: 'e1' }),
      ])
        expect(await codeOf(store, wrong)).toBe('request_malformed');
      expect(await store.log(0)).toEqual(rows);
      expect(await store.get([storeKey.pruned()])).toEqual([undefined]);
      expect(await applyOne(store, prune(2))).toMatchObject({ ok: true });
      expect(await applyOne(store, prune(2))).toMatchObject({ ok: true });
      expect(await codeOf(store, prune(1))).toBe('version_conflict');
      expect(await codeOf(store, prune(2, { archive: 'cd'.repeat(32) }))).toBe('version_conflict');
      expect(await applyOne(store, prune(6))).toMatchObject({ ok: true });
      expect((await store.log(0)).map(({ entry }) => entry === '')).toEqual([true, true, true, true, true, true, false]);
    },
  },
  {
    name: 'a refused step drops nothing, and the entry that records it may come in the same step',
    async run({ store, clock, expect }) {
      const rows = await fill(store);
      const tooMuch = reserveCommand(clock.nowMs(), { id: 'r1', amount: '101' });
      expect(await codeOf(store, appendCommand('zz'), prune(3, { record: 'zz' }), tooMuch)).toBe('window_limit');
      expect(await store.log(0)).toEqual(rows);
      expect(await store.get([storeKey.pruned()])).toEqual([undefined]);
      const step = [appendCommand('zz'), prune(3, { record: 'zz' })] as const;
      const first = await applyOne(store, ...step);
      expect(first).toMatchObject({ ok: true, logIndex: 7, replayed: false });
      expect(await applyOne(store, ...step)).toEqual({ ...first, replayed: true });
      expect((await store.log(0)).filter(({ entry }) => entry === '').length).toBe(3);
    },
  },
  {
    name: 'nothing is dropped under a wrong clock',
    async run({ store, clock, expect }) {
      const rows = await fill(store);
      clock.advance(10_000);
      await applyOne(store, appendCommand('zz'));
      clock.setNow(clock.nowMs() - 9_000);
      expect(await codeOf(store, prune(3))).toBe('clock_skew');
      expect((await store.log(0)).slice(0, 7)).toEqual(rows);
    },
  },
];
