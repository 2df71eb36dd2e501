import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cell, type CellOutcome, runAtOnce } from '../fixtures/faulty-nodes.ts';
import { FAULTS, poured, SILENCE_MS } from '../fixtures/node-faults.ts';
import { wrongWith } from '../fixtures/node-verdicts.ts';
import { EVM_DIALECT } from './nodes-dialect.ts';
import { BESIDE, CELLS, openTable, type TableScene } from './nodes-table.ts';

const { landing, reads } = EVM_DIALECT;
const NAMES = Object.keys(reads);
const PAID = NAMES.filter((read) => !BESIDE.has(read));
/**
 * Cells that go through a whole manager here: one of each fault that talks, another read each time, and where one call alone cannot know.
 * All that can do so in the full scorecard.
 */
const GATE = new Set([
  ...Object.entries(FAULTS).flatMap(([fault, { timeoutMs }], index) =>
    timeoutMs === SILENCE_MS ? [] : [`${fault}/${PAID[index % PAID.length]}`],
  ),
  'stale head/nonce',
]);
const keyOf = ({ fault, read }: Cell): string => `${fault}/${read}`;
/** Cells at once: most of a cell is waiting. */
const AT_ONCE = 16;

let scene: TableScene;
const outcomes = new Map<string, CellOutcome>();
beforeAll(async () => {
  scene = await openTable();
  await runAtOnce(CELLS, AT_ONCE, async (cell) => {
    outcomes.set(keyOf(cell), await scene.run(cell, GATE.has(keyOf(cell)) ? 'gate' : 'node'));
  });
});
afterAll(async () => {
  await scene?.[Symbol.asyncDispose]();
});

describe.each(Object.keys(FAULTS))('a node with the fault “%s”', (fault) => {
  it.each(NAMES)('at the read of %s: nothing is approved', (read) => {
    const key = keyOf({ fault, read });
    expect(wrongWith({ fault, read }, outcomes.get(key) as CellOutcome, { paid: GATE.has(key), landing })).toEqual([]);
  });
});

/** One of each fault, another read each time: what the host's network refuses, a `fetch` of the owner's does not let through either. */
describe('by a fetch of the owner’s', () => {
  const cells = Object.keys(FAULTS).map((fault, index): Cell => ({ fault, read: NAMES[index % NAMES.length] as string }));
  const found = new Map<string, CellOutcome>();
  beforeAll(async () => {
    await using fetched = await openTable('fetch');
    await runAtOnce(cells, AT_ONCE, async (cell) => {
      found.set(keyOf(cell), await fetched.run(cell, GATE.has(keyOf(cell)) ? 'gate' : 'node'));
    });
  });
  it.each(cells)('$fault at $read: nothing is approved', (cell) => {
    const key = keyOf(cell);
    expect(wrongWith(cell, found.get(key) as CellOutcome, { paid: GATE.has(key), landing })).toEqual([]);
  });
});

describe('the table', () => {
  it('has 171 cells', () => {
    expect(outcomes.size).toBe(171);
  });

  it('is of reads that a payment through honest nodes does, and which all go through', async () => {
    for (const nodes of [1, 3]) {
      const honest = scene.open({ fault: 'none', read: 'head' }, { nodes });
      const paid = await scene.pay(honest);
      expect([paid.done, paid.code, paid.moved > 0n]).toEqual([true, 'success', true]);
      expect([...honest.seen.asked]).toEqual(
        expect.arrayContaining([
          'eth_chainId',
          'eth_getBlockByNumber',
          'eth_getBalance',
          'eth_getTransactionCount',
          'eth_simulateV1',
          'eth_feeHistory',
          'eth_estimateGas',
          'eth_getTransactionReceipt',
        ]),
      );
      for (const read of NAMES) {
        const endpoints = scene.open({ fault: 'none', read }, { nodes });
        expect([read, await scene.ask(read, endpoints)]).toEqual([read, expect.objectContaining({ done: true })]);
        expect(endpoints.seen.hits).toBeGreaterThan(0);
      }
    }
  });

  it('never takes in more of an answer than it may hold', () => {
    expect(poured.size).toBeGreaterThanOrEqual(9);
    expect(Math.max(...poured.values())).toBeLessThan(30);
  });
});
