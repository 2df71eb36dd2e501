import type { Row } from '../../src/adapters/store/kernel/rows.ts';
import { type LedgerRow, type RequestRow, storeKey } from '../../src/core/index.ts';
import { ACCOUNT, AGENT } from '../../src/testing/store-conformance/scene.ts';
import type { Bar } from './bar.ts';
import { capsFor, commandsOf, runStep } from './limits-kernel.ts';
import { type Bound, LIFE_MS, type Move, Paper } from './limits-paper.ts';

const BEGIN_MS = 1_700_000_000_000;
const DAY_MS = 86_400_000;
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

/** Reservations are alike, and processes do the same: states that differ by their names alone are one. */
function keyOf({ rows, isLate }: Node, ids: readonly string[]): string {
  const parts = ids.map((id) => {
    const row = rows.get(storeKey.request(AGENT, id)) as RequestRow | undefined;
    const due = row === undefined ? '' : row.dueMs - BEGIN_MS;
    return { by: row?.permit?.redeemedBy ?? null, what: `${row?.state}:${due}:${row?.booked?.atMs}` };
  });
  const count = (by: string | null): number => parts.filter((part) => part.by === by).length;
  parts.sort((a, b) => (a.what < b.what ? -1 : a.what > b.what ? 1 : count(b.by) - count(a.by)));
  const names = new Map<string, number>();
  for (const { by } of parts) if (by !== null && !names.has(by)) names.set(by, names.size);
  const what = parts.map((part) => `${part.what}:${part.by === null ? '' : names.get(part.by)}`).join();
  const head = rows.get(storeKey.ledger(ACCOUNT)) as LedgerRow | undefined;
  const window = rows.get(storeKey.ledgerWindow(ACCOUNT, DAY_MS));
  return `${isLate}|${rows.has(storeKey.halt())}|${what}|${JSON.stringify(head)}|${JSON.stringify(window)}`;
}

const timeOf = (isLate: boolean): number => (isLate ? BEGIN_MS + 2 * LIFE_MS : BEGIN_MS);

/**
 * Every state that reservations, commits, releases, expiries, reorgs, a kill and the passing of time can lead to, on the store's
 * own kernel: in each, every move is granted exactly where the model grants it, and leaves the figures that the model has.
 */
export function explore(reservations: number): Explored {
  const ids = Array.from({ length: reservations }, (_, n) => `r${n}`);
  const moves = movesOf(ids);
  // Of reservations of one unit each, one always waits for another.
  const bounds: readonly Bound[] = [[DAY_MS, BigInt(reservations - 1)]];
  const caps = capsFor(bounds);
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
  visit({ rows: new Map(), paper: new Paper(bounds), isLate: false });
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
    const size = mode === 'full' ? 4 : 3;
    const { states, steps, most, faults } = explore(size);
    return {
      figure: `${faults.length} faults in ${states.toLocaleString('en')} states, ${steps.toLocaleString('en')} moves`,
      pass: faults.length === 0 && most === BigInt(size - 1) && states > 500,
      notes: [
        `${size} reservations × 3 processes: reserve, commit, release, expire, reorg, kill, and time; states that differ by names alone are one`,
        ...faults.slice(0, 8),
      ],
    };
  },
};

/** All that can happen to a few reservations. */
export const bars: readonly Bar[] = [exhaustiveBar];
