import type { Row } from '../../src/adapters/store/kernel/rows.ts';
import { type LedgerRow, type RequestRow, storeKey } from '../../src/core/index.ts';
import { ACCOUNT, AGENT } from '../../src/testing/store-conformance/scene.ts';
import type { Bar } from './bar.ts';
import { capsFor, commandsOf, runStep } from './limits-kernel.ts';
import { type Bound, LIFE_MS, type Move, Paper } from './limits-paper.ts';

const BEGIN_MS = 1_700_000_000_000;
const DAY_MS = 86_400_000;
/** Three units: of four reservations of one unit, one always waits for another. */
const BOUNDS: readonly Bound[] = [[DAY_MS, 3n]];
const PROCESSES = ['p1', 'p2', 'p3'] as const;

interface Node {
  readonly rows: ReadonlyMap<string, Row>;
  readonly paper: Paper;
  /** Whether the holds of the beginning are over. */
  readonly isLate: boolean;
}

/** What exploring came to. */
export interface Explored {
  readonly states: number;
  readonly steps: number;
  /** Most that a granted reservation ever left in use. */
  readonly most: bigint;
  readonly faults: readonly string[];
}

function movesOf(ids: readonly string[]): readonly Move[] {
  return [
    ...ids.flatMap((id): readonly Move[] => [
      { op: 'reserve', id, amount: 1n },
      ...PROCESSES.map((by): Move => ({ op: 'redeem', id, by })),
      { op: 'final', id },
      { op: 'released', id },
      { op: 'expire', id },
      { op: 'reorg', id },
    ]),
    { op: 'kill' },
  ];
}

/** Processes do the same: states that differ by their names alone are one. */
function keyOf({ rows, isLate }: Node, ids: readonly string[]): string {
  const names = new Map<string, number>();
  const parts = ids.map((id) => {
    const row = rows.get(storeKey.request(AGENT, id)) as RequestRow | undefined;
    const by = row?.permit?.redeemedBy ?? null;
    if (by !== null && !names.has(by)) names.set(by, names.size);
    return `${row?.state}:${by === null ? '' : names.get(by)}:${row === undefined ? '' : row.dueMs - BEGIN_MS}:${row?.booked?.atMs}`;
  });
  const head = rows.get(storeKey.ledger(ACCOUNT)) as LedgerRow | undefined;
  return `${isLate}|${rows.has(storeKey.halt())}|${parts.join()}|${JSON.stringify(head)}|${JSON.stringify(rows.get(storeKey.ledgerWindow(ACCOUNT, DAY_MS)))}`;
}

const timeOf = (isLate: boolean): number => (isLate ? BEGIN_MS + 2 * LIFE_MS : BEGIN_MS);

/**
 * Every state that reservations, commits, releases, expiries, reorgs, a kill and the passing of time can lead to, on the store's
 * own kernel: in each, every move is granted exactly where the model grants it, and leaves the figures that the model has.
 */
export function explore(reservations: number): Explored {
  const ids = Array.from({ length: reservations }, (_, n) => `r${n}`);
  const moves = movesOf(ids);
  const caps = capsFor(BOUNDS);
  const seen = new Set<string>();
  const open: Node[] = [];
  const faults: string[] = [];
  let steps = 0;
  let most = 0n;
  const visit = (node: Node): void => {
    const key = keyOf(node, ids);
    if (seen.has(key)) return;
    seen.add(key);
    open.push(node);
  };
  visit({ rows: new Map(), paper: new Paper(BOUNDS), isLate: false });
  for (let node = open.pop(); node !== undefined && faults.length < 8; node = open.pop()) {
    const nowMs = timeOf(node.isLate);
    if (!node.isLate) visit({ ...node, isLate: true });
    for (const move of moves) {
      if (move.op === 'kill' && node.rows.has(storeKey.halt())) continue;
      steps++;
      const paper = node.paper.copy();
      const granted = paper.play(move, nowMs);
      const rows = runStep(node.rows, commandsOf(move, caps, nowMs), nowMs);
      if (granted !== (rows !== undefined))
        faults.push(`${JSON.stringify(move.op)} ${granted ? 'refused' : 'granted'} in ${keyOf(node, ids)}`);
      if (rows === undefined) continue;
      faults.push(...faultsOf(rows, paper, node.paper, ids, nowMs));
      const used = paper.used(DAY_MS, nowMs);
      if (move.op === 'reserve' && used > most) most = used;
      visit({ rows, paper, isLate: node.isLate });
    }
  }
  return { states: seen.size, steps, most, faults };
}

/** What does not hold after a move that was granted. */
function faultsOf(rows: ReadonlyMap<string, Row>, paper: Paper, before: Paper, ids: readonly string[], nowMs: number): readonly string[] {
  const head = rows.get(storeKey.ledger(ACCOUNT)) as LedgerRow | undefined;
  const faults: string[] = [];
  const held = (head?.held ?? []).filter(([dueMs]) => dueMs >= nowMs).reduce((sum, [, amount]) => sum + BigInt(amount), 0n);
  if (BigInt(head?.inFlight ?? '0') !== paper.sum('flying')) faults.push('in flight');
  if (BigInt(head?.total ?? '0') !== paper.sum('final')) faults.push('booked');
  if (held + paper.sum('flying') + paper.sum('final') !== paper.used(null, nowMs)) faults.push('held');
  for (const id of ids) {
    const row = rows.get(storeKey.request(AGENT, id)) as RequestRow | undefined;
    if ((row?.permit?.redeemedBy ?? null) !== paper.redeemedBy(id)) faults.push(`redeemer of ${id}`);
    const [was, is] = [before.redeemedBy(id), paper.redeemedBy(id)];
    if (was !== null && was !== is) faults.push(`${id} was redeemed twice`);
  }
  return faults;
}

const exhaustiveBar: Bar = {
  name: 'every state of the ledger',
  target: '4 reservations × 3 processes: no state in which a move differs from the model',
  async run(mode) {
    const { states, steps, most, faults } = explore(mode === 'full' ? 4 : 3);
    return {
      figure: `${faults.length} faults in ${states.toLocaleString('en')} states, ${steps.toLocaleString('en')} moves`,
      pass: faults.length === 0 && most === 3n && states > 1_000,
      notes: [
        `${mode === 'full' ? 4 : 3} reservations × 3 processes: reserve, commit, release, expire, reorg, kill, and time; processes that differ by name alone are one`,
        ...faults.slice(0, 8),
      ],
    };
  },
};

/** All that can happen to a few reservations. */
export const bars: readonly Bar[] = [exhaustiveBar];
