import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../../src/adapters/store/memory/index.ts';
import { MAX_OPEN, signApproval } from '../../../src/approvals/index.ts';
import type { Store } from '../../../src/core/index.ts';
import { type Bench, createBench, person } from '../../approvals/bench.ts';

const ann = person('ann');

/** A bench whose store counts the rows that are read. */
async function counted(): Promise<Bench & { readonly rowsOf: (work: () => Promise<unknown>) => Promise<number> }> {
  let rows = 0;
  const counting = (store: Store): Store => ({
    ...store,
    get: async (keys) => {
      const found = await store.get(keys);
      rows += found.filter((row) => row !== undefined).length;
      return found;
    },
    scan: async (prefix, options) => {
      const found = await store.scan(prefix, options);
      rows += found.length;
      return found;
    },
  });
  const bench = await createBench({ store: (clock) => counting(createMemoryStore({ clock })) });
  const rowsOf = async (work: () => Promise<unknown>) => {
    rows = 0;
    await work();
    return rows;
  };
  return { ...bench, rowsOf };
}
const lasting = (bench: Bench, agent: string) => bench.request({ agent, expiresAtMs: bench.clock.nowMs() + 3_600_000 });

describe('a long history of questions', () => {
  it('costs nothing while others wait: what is looked through is what is open, not all that ever was', async () => {
    const bench = await counted();
    const waits = lasting(bench, 'calm');
    await bench.approvals.open(waits);
    for (let n = 0; n < MAX_OPEN * 5; n += 1) await bench.approvals.open(lasting(bench, 'busy'));
    for (const { request } of await bench.approvals.list({ agent: 'busy', state: 'pending' }))
      await bench.approvals.reject(request.id, 'desk');
    await bench.approvals.expire();
    expect(await bench.rowsOf(() => bench.approvals.expire())).toBeLessThan(10);
    expect(await bench.rowsOf(() => bench.approvals.list({ state: 'pending' }))).toBeLessThan(10);
    expect((await bench.approvals.list({ state: 'pending' })).map(({ request }) => request.id)).toEqual([waits.id]);
    expect(await bench.approvals.list()).toHaveLength(MAX_OPEN * 5 + 1);
    expect(await bench.approvals.list({ agent: 'busy', state: 'rejected' })).toHaveLength(MAX_OPEN);
  });

  it('hides nothing that waits: of each state the listing is that of all records', async () => {
    const bench = await createBench();
    for (let n = 0; n < 120; n += 1) {
      const request = bench.request({ agent: `a${n % 7}`, expiresAtMs: bench.clock.nowMs() + 1_000 * (1 + ((n * 7) % 40)) });
      await bench.approvals.open(request);
      if (n % 3 === 0) await bench.approvals.answer(signApproval(ann, request, n % 2 === 0 ? 'approve' : 'reject'));
      bench.clock.advance(300);
      if (n % 11 === 0) await bench.approvals.expire();
      const all = await bench.approvals.list();
      for (const state of ['pending', 'approved', 'rejected', 'expired', 'used'] as const)
        expect(new Set((await bench.approvals.list({ state })).map(({ request: { id } }) => id))).toEqual(
          new Set(all.filter((record) => record.state === state).map(({ request: { id } }) => id)),
        );
    }
    bench.clock.advance(60_000);
    await bench.approvals.expire();
    const stored = await bench.approvals.list();
    expect(stored.every(({ state }) => state === 'expired' || state === 'rejected')).toBe(true);
  });

  it('keeps a question that comes between looking and tidying up', async () => {
    let between: (() => Promise<unknown>) | undefined;
    const hooked = (store: Store): Store => ({
      ...store,
      scan: async (prefix, options) => {
        const rows = await store.scan(prefix, options);
        const work = between;
        between = undefined;
        await work?.();
        return rows;
      },
    });
    const bench = await createBench({ store: (clock) => hooked(createMemoryStore({ clock })) });
    const [closed, fresh] = [lasting(bench, 'a1'), lasting(bench, 'a1')];
    await bench.approvals.open(closed);
    await bench.approvals.reject(closed.id, 'desk');
    between = () => bench.approvals.open(fresh);
    await bench.approvals.expire();
    expect(between).toBeUndefined();
    expect((await bench.approvals.list({ state: 'pending' })).map(({ request }) => request.id)).toEqual([fresh.id]);
  });

  it('keeps its open ones through a look that races with new questions', async () => {
    const bench = await createBench();
    const second = await bench.other();
    const closed = lasting(bench, 'a1');
    await bench.approvals.open(closed);
    await bench.approvals.reject(closed.id, 'desk');
    const fresh = Array.from({ length: 20 }, () => lasting(bench, 'a1'));
    await Promise.all(fresh.flatMap((request) => [bench.approvals.open(request), second.approvals.expire(), bench.approvals.expire()]));
    expect((await bench.approvals.list({ state: 'pending' })).map(({ request }) => request.id).sort()).toEqual(
      fresh.map(({ id }) => id).sort(),
    );
  });
});
