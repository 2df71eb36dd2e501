import { chainHash, leafHash } from '../../core/digest.ts';
import type { LogRow } from '../../core/store.ts';
import type { StoreCheck } from './check.ts';
import { appendCommand, applyOne, codeOf, reserveCommand, rowOf } from './scene.ts';

/** The audit log. */
export const logChecks: readonly StoreCheck[] = [
  {
    name: 'entries are numbered and chained, readable by position and by id',
    async run({ store, expect }) {
      expect(await store.logHead()).toEqual({ size: 0, chain: '0'.repeat(64) });
      const told: (readonly LogRow[])[] = [];
      const stop = store.watch((appended) => told.push(appended));
      expect(await applyOne(store, appendCommand('e1'), appendCommand('e2'))).toMatchObject({ ok: true, logIndex: 0 });
      expect(await applyOne(store, appendCommand('e0', 'späße\u{1F512}"\n'))).toMatchObject({ ok: true, logIndex: 2 });
      stop();
      await applyOne(store, appendCommand('e3'));
      const rows = await store.log(0);
      expect(rows.map(({ id }) => id)).toEqual(['e1', 'e2', 'e0', 'e3']);
      expect(rows[2]?.entry).toBe('späße\u{1F512}"\n');
      let chain = '0'.repeat(64);
      for (const row of rows) {
        expect(row.leaf).toBe(leafHash(row.entry));
        chain = chainHash(chain, row.leaf);
        expect(row.chain).toBe(chain);
      }
      expect(await store.logHead()).toEqual({ size: 4, chain });
      expect(await Promise.all(['e0', 'e1', 'e2', 'e3', 'e9', 'e00'].map((id) => store.findLog(id)))).toEqual([
        2,
        0,
        1,
        3,
        undefined,
        undefined,
      ]);
      expect((await store.log(1, 2)).map(({ index }) => index)).toEqual([1, 2]);
      expect(await store.log(9)).toEqual([]);
      expect(told.flat().map(({ id }) => id)).toEqual(['e1', 'e2', 'e0']);
    },
  },
  {
    name: 'a step whose entry exists is answered as it was then and does nothing again',
    async run({ store, clock, expect }) {
      const now = clock.nowMs();
      const commands = [reserveCommand(now, { id: 'r1', amount: '60' }), appendCommand('e1'), appendCommand('e2')];
      const first = await applyOne(store, ...commands);
      clock.advance(1_000);
      await applyOne(
        store,
        { kind: 'halt.set', change: { kind: 'pause', agent: 'x', reason: '', by: '', untilMs: null } },
        appendCommand('e3'),
      );
      expect(await applyOne(store, ...commands)).toEqual({ ...first, replayed: true });
      const [again, twice] = await store.apply([{ commands: [appendCommand('e4')] }, { commands: [appendCommand('e4')] }]);
      expect(twice).toEqual({ ...again, replayed: true });
      expect((await store.logHead()).size).toBe(4);
      expect((await rowOf(store, 'r1'))?.logIndex).toBe(0);
      expect(await codeOf(store, reserveCommand(now, { id: 'r2', amount: '41' }))).toBe('window_limit');
    },
  },
  {
    name: 'a refused step appends nothing and the next entry takes its place',
    async run({ store, clock, expect }) {
      expect(await codeOf(store, appendCommand('e1'), reserveCommand(clock.nowMs(), { id: 'r1', amount: '101' }))).toBe('window_limit');
      expect(await codeOf(store, appendCommand('e2'), appendCommand('e2'))).toBe('version_conflict');
      expect(await store.findLog('e1')).toBe(undefined);
      expect(await applyOne(store, appendCommand('e1'))).toMatchObject({ ok: true, logIndex: 0, replayed: false });
    },
  },
  {
    name: 'malformed entries and empty steps are refused',
    async run({ store, expect }) {
      const good = appendCommand('e1') as {
        readonly kind: 'log.append';
        readonly id: string;
        readonly entry: string;
        readonly leaf: string;
      };
      for (const changes of [{ id: '' }, { entry: '' }, { leaf: 'x' }, { leaf: 'A'.repeat(64) }])
        expect(await codeOf(store, { ...good, ...changes })).toBe('request_malformed');
      expect(await codeOf(store)).toBe('request_malformed');
      expect(await store.apply([])).toEqual([]);
    },
  },
  {
    name: 'concurrent callers each get their own answer, in order of the calls',
    async run({ store, expect }) {
      const results = await Promise.all(
        Array.from({ length: 200 }, (_, n) => applyOne(store, appendCommand(`e${String(n).padStart(4, '0')}`))),
      );
      expect(results.map((result) => (result.ok ? result.logIndex : -1))).toEqual(Array.from({ length: 200 }, (_, n) => n));
    },
  },
];
