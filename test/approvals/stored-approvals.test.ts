import { describe, expect, it } from 'vitest';
import { createStoredApprovals, openDoc, openIds } from '../../src/approvals/stored-approvals.ts';
import type { ApprovalRecord, Json } from '../../src/core/index.ts';
import { readDoc } from '../../src/core/index.ts';
import { type Bench, createBench } from './bench.ts';

async function ids(records: AsyncGenerator<ApprovalRecord>): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { request } of records) found.push(request.id);
  return found.sort();
}

async function put(bench: Bench, id: string, state: ApprovalRecord['state']): Promise<void> {
  const value = { request: bench.request({ id }), state, answer: null, answers: [], answeredAtMs: null };
  await bench.apply({ kind: 'doc.put', key: `approval/${id}`, value: value as unknown as Json });
}
const index = async (bench: Bench, agent: string, value: Json) =>
  await bench.apply({ kind: 'doc.put', key: `approval-open/${agent}`, value });

describe('the records as they lie in the store', () => {
  it('are all that ever were, page after page, and those that are open by their index', async () => {
    const bench = await createBench();
    const all = Array.from({ length: 1_003 }, (_, at) => `ap${String(at).padStart(5, '0')}`);
    for (const [at, id] of all.entries()) await put(bench, id, at % 100 === 0 ? 'approved' : 'used');
    await put(bench, 'aq', 'pending');
    await index(bench, 'a1', { ids: ['ap00000', 'ap00001', 'gone', 7 as never] });
    await index(bench, 'a2', { ids: [] });
    await index(bench, 'a3', { ids: ['aq'] });
    const stored = createStoredApprovals(bench.store);
    expect(await ids(stored.all())).toEqual([...all, 'aq']);
    expect(await ids(stored.open())).toEqual(['ap00000', 'aq']);
  });

  it('reads a page and a half of agents', async () => {
    const bench = await createBench();
    for (let agent = 0; agent < 501; agent += 1) {
      await put(bench, `p${agent}`, 'pending');
      await index(bench, `agent${agent}`, { ids: [`p${agent}`] });
    }
    expect(await ids(createStoredApprovals(bench.store).open())).toHaveLength(501);
  });

  it('drops what was closed from the index where it is asked to, and nothing where nothing was', async () => {
    const bench = await createBench();
    await put(bench, 'one', 'pending');
    await put(bench, 'two', 'rejected');
    await index(bench, 'a1', { ids: ['one', 'two'] });
    const stored = createStoredApprovals(bench.store);
    const held = async () => await readDoc(bench.store, openDoc('a1'));
    expect(await ids(stored.open())).toEqual(['one']);
    expect(await held()).toEqual({ version: 1, value: { ids: ['one', 'two'] } });
    expect(await ids(stored.open({ tidy: true }))).toEqual(['one']);
    expect(await held()).toEqual({ version: 2, value: { ids: ['one'] } });
    await ids(stored.open({ tidy: true }));
    expect((await held())?.version).toBe(2);
  });

  it('leaves an index alone that somebody wrote meanwhile', async () => {
    const bench = await createBench();
    await put(bench, 'two', 'rejected');
    await index(bench, 'a1', { ids: ['two'] });
    const racing = createStoredApprovals({
      ...bench.store,
      apply: async (steps) => {
        await index(bench, 'a1', { ids: ['two', 'three'] });
        return await bench.store.apply(steps);
      },
    });
    await ids(racing.open({ tidy: true }));
    expect((await readDoc(bench.store, openDoc('a1')))?.value).toEqual({ ids: ['two', 'three'] });
  });

  it('takes an index that is none for an empty one', () => {
    expect(openIds({ ids: ['a', 7, null, 'b'] })).toEqual(['a', 'b']);
    for (const none of [undefined, null, {}, { ids: 'a' }]) expect(openIds(none)).toEqual([]);
  });
});
