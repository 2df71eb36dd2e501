import { describe, expect, it } from 'vitest';
import { createLogTail } from '../../src/audit/log-tail.ts';
import type { LogRow, Store } from '../../src/core/index.ts';
import { memoryLog, stepsOf } from './fixture.ts';

describe('the end of the log', () => {
  it('is caught up with once, however many ask, and what contradicts itself is refused', async () => {
    const { store, log } = memoryLog();
    await store.apply(stepsOf(log, 0, 2_500));
    const tail = createLogTail(store);
    await Promise.all([tail.catchUp(), tail.catchUp(), tail.catchUp()]);
    expect([tail.size, tail.seen, tail.state().chain]).toEqual([2_500, 2_500, (await store.logHead()).chain]);

    const changed = (change: (row: LogRow) => LogRow): Store => ({
      ...store,
      log: async (from, limit) => (await store.log(from, limit)).map((row) => (row.index === 7 ? change(row) : row)),
    });
    for (const change of [
      (row: LogRow) => ({ ...row, entry: `${row.entry} ` }),
      (row: LogRow) => ({ ...row, leaf: row.chain }),
      (row: LogRow) => ({ ...row, chain: row.leaf }),
      (row: LogRow) => ({ ...row, index: 8 }),
    ]) {
      await expect(createLogTail(changed(change)).catchUp()).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
    }
    const shorter: Store = { ...store, logHead: async () => ({ size: 2_499, chain: '' }) };
    const { chain, frontier } = tail.state();
    await expect(createLogTail(shorter, { chain, frontier }).catchUp()).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
    await expect(createLogTail({ ...store, log: async () => [] }).catchUp()).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
  });
});
