import { EVM_DIALECT } from '../../test/evm/nodes-dialect.ts';
import * as evm from '../../test/evm/nodes-table.ts';
import { type Cell, type CellOutcome, runAtOnce } from '../../test/fixtures/faulty-nodes.ts';
import { wrongWith } from '../../test/fixtures/node-verdicts.ts';
import { TON_DIALECT } from '../../test/ton/nodes-dialect.ts';
import * as ton from '../../test/ton/nodes-table.ts';
import type { Bar, Measurement } from './bar.ts';
import { measureReads } from './nodes-overhead.ts';

/** What both tables have. */
interface Table {
  readonly BESIDE: ReadonlySet<string>;
  readonly CELLS: readonly Cell[];
  openTable(): Promise<AsyncDisposable & { run(cell: Cell, through: 'gate' | 'node'): Promise<CellOutcome> }>;
}

/** Cells at once: most of a cell is waiting. */
const AT_ONCE = 16;
/** The quick form takes every so many cells, so that each fault and each read has its turn: coprime to both 19 and 9. */
const QUICK_STEP = 10;

async function runTable({ BESIDE, CELLS, openTable }: Table, landing: string, mode: 'full' | 'quick'): Promise<Measurement> {
  const cells = mode === 'full' ? CELLS : CELLS.filter((_, index) => index % QUICK_STEP === 0);
  const wrong: string[] = [];
  let longestMs = 0;
  await using scene = await openTable();
  await runAtOnce(cells, AT_ONCE, async (cell) => {
    const outcome = await scene.run(cell, 'gate');
    longestMs = Math.max(longestMs, outcome.tookMs);
    const found = wrongWith(cell, outcome, { paid: !BESIDE.has(cell.read), landing });
    if (found.length > 0) wrong.push(`${cell.fault} at ${cell.read}: ${found.join('; ')}`);
  });
  const paid = cells.filter(({ read }) => !BESIDE.has(read)).length;
  return {
    figure: `${cells.length - wrong.length} of ${cells.length}`,
    pass: wrong.length === 0,
    notes: [
      `${paid} cells through a whole manager, ${cells.length - paid} through the node's own call; the longest took ${Math.round(longestMs)} ms`,
      ...wrong,
    ],
  };
}

/** Every fault of an endpoint at every read. */
export const bars: readonly Bar[] = [
  {
    name: 'EVM endpoints: 19 faults at 9 reads',
    target: 'each denies or holds, none approves, none crashes',
    run: (mode) => runTable(evm, EVM_DIALECT.landing, mode),
  },
  {
    name: 'TON endpoints: 19 faults at 9 reads',
    target: 'each denies or holds, none approves, none crashes',
    run: (mode) => runTable(ton, TON_DIALECT.landing, mode),
  },
  {
    name: 'own time of a read',
    target: 'one question to each endpoint, and under 500 µs',
    isTiming: true,
    run: (mode) => measureReads(mode === 'full' ? 20_000 : 1_000),
  },
];
