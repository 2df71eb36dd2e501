import { isCastellanError } from '../../core/errors.ts';
import type { Command, Json, Store } from '../../core/store.ts';
import type { StoreCheck } from './check.ts';
import { appendCommand, applyOne, codeOf } from './scene.ts';

const put = (key: string, value: Json, ifVersion?: number): Command => ({
  kind: 'doc.put',
  key,
  value,
  ...(ifVersion === undefined ? {} : { ifVersion }),
});

/** The error's code, or `resolved`. */
async function failure(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'resolved';
  } catch (error) {
    return isCastellanError(error) ? error.code : 'untyped';
  }
}

/** Every method of a closed store. */
function everyMethod(store: Store): readonly Promise<unknown>[] {
  return [
    store.apply([{ commands: [appendCommand('e1')] }]),
    store.get(['x']),
    store.scan(''),
    store.log(0),
    store.logHead(),
    store.findLog('e1'),
    store.now(),
  ];
}

/** Versioned documents, the emergency state, and the end of a store's life. */
export const documentChecks: readonly StoreCheck[] = [
  {
    name: 'a document is put at the expected version only',
    async run({ store, expect }) {
      expect(await codeOf(store, put('x', { n: 1 }, 1))).toBe('version_conflict');
      expect(await codeOf(store, put('x', { n: 1 }, 0))).toBe('ok');
      expect(await codeOf(store, put('x', { n: 2 }, 0))).toBe('version_conflict');
      expect(await codeOf(store, put('x', { n: 2 }, 1))).toBe('ok');
      expect(await codeOf(store, put('x', [3]))).toBe('ok');
      expect(await store.get(['doc/x', 'doc/y'])).toEqual([{ version: 3, value: [3] }, undefined]);
      expect(await codeOf(store, put('x', null, 3))).toBe('ok');
      expect(await store.get(['doc/x'])).toEqual([undefined]);
      expect(await codeOf(store, put('x', { n: 1 }, 0))).toBe('ok');
    },
  },
  {
    name: 'scan gives keys of a prefix in order, page by page',
    async run({ store, expect }) {
      await applyOne(store, ...['b', 'a/2', 'a/1', 'a/10', 'a', 'a0'].map((key) => put(key, { key })));
      const keys = async (prefix: string, options?: { readonly after?: string; readonly limit?: number }): Promise<readonly string[]> =>
        (await store.scan(prefix, options)).map(({ key }) => key);
      expect(await keys('doc/a/')).toEqual(['doc/a/1', 'doc/a/10', 'doc/a/2']);
      expect(await keys('doc/a/', { limit: 2 })).toEqual(['doc/a/1', 'doc/a/10']);
      expect(await keys('doc/a/', { after: 'doc/a/10' })).toEqual(['doc/a/2']);
      expect(await keys('doc/a/', { after: 'doc/' })).toEqual(['doc/a/1', 'doc/a/10', 'doc/a/2']);
      expect((await keys('doc/')).length).toBe(6);
      expect((await store.scan('doc/b'))[0]).toEqual({ key: 'doc/b', value: { version: 1, value: { key: 'b' } } });
    },
  },
  {
    name: 'the emergency state is one row with one epoch',
    async run({ store, clock, expect }) {
      expect(await codeOf(store, { kind: 'halt.set', change: { kind: 'kill', reason: 'r', by: 'b' }, ifEpoch: 3 })).toBe('epoch_changed');
      expect(
        await applyOne(store, { kind: 'halt.set', change: { kind: 'kill', reason: 'r', by: 'b' }, ifEpoch: 0 }, appendCommand('e1')),
      ).toMatchObject({ ok: true, epoch: 1 });
      expect(store.haltSnapshot()).toEqual({
        state: { epoch: 1, kill: { reason: 'r', by: 'b', atMs: clock.nowMs(), untilMs: null }, paused: {} },
        readAtMs: clock.nowMs(),
      });
      expect(await applyOne(store, appendCommand('e1'))).toMatchObject({ epoch: 1, replayed: true });
      expect(await codeOf(store, { kind: 'halt.set', change: { kind: 'nonsense' } as never })).toBe('request_malformed');
    },
  },
  {
    name: 'what was handed in or read may change afterwards without changing the store',
    async run({ store, expect }) {
      const value = { list: [1] };
      await applyOne(store, put('x', value));
      value.list.push(2);
      const [read] = (await store.get(['doc/x'])) as unknown as readonly { readonly value: { readonly list: number[] } }[];
      expect(read?.value.list).toEqual([1]);
    },
  },
  {
    name: 'close finishes what was begun and then refuses',
    async run({ store, expect }) {
      const begun = store.apply([{ commands: [appendCommand('e0')] }]);
      const closing = store.close();
      expect((await begun)[0]?.ok).toBe(true);
      await closing;
      for (const promise of everyMethod(store)) expect(await failure(promise)).toBe('STORE_CLOSED');
      expect(store.haltSnapshot()).toBe(undefined);
    },
  },
];
