import type { Row } from '../../src/adapters/store/kernel/rows.ts';
import { type LedgerRow, ledgerUse, storeKey, type WindowRow } from '../../src/core/index.ts';
import { ACCOUNT } from '../../src/testing/store-conformance/scene.ts';
import type { Bar } from './bar.ts';
import { capsFor, commandsOf, runStep } from './limits-kernel.ts';
import { type Bound, type Move, Paper } from './limits-paper.ts';

const HOUR_MS = 3_600_000;
const LENGTHS = [1_000, 10_000, 60_000, HOUR_MS, 24 * HOUR_MS, 7 * 24 * HOUR_MS, 30 * 24 * HOUR_MS] as const;
const BEGIN_MS = 1_700_000_000_000;
/** Most moves of one history. */
const MOVES = 24;

/** Numbers that repeat for the same seed: mulberry32. */
function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** What went through, and what fell apart. */
interface Tally {
  histories: number;
  moves: number;
  granted: number;
  refused: number;
  readonly mismatches: string[];
}

/** Half of all waits end near the edge of a window or of a hold: there is where counting goes wrong. */
function wait(next: (below: number) => number, windowMs: number): number {
  const near = next(2) === 0 ? windowMs : 60_000;
  return next(2) === 0 ? Math.max(0, near + next(5) - 2) : next(Math.ceil(windowMs / 2)) + 1;
}

function moveOf(next: (below: number) => number, n: number): Move {
  const kind = next(12);
  const id = `r${next(Math.max(1, n))}`;
  if (kind < 5) return { op: 'reserve', id: `r${n}`, amount: BigInt(next(45)) };
  if (kind < 8) return { op: 'redeem', id, by: 'p' };
  if (kind < 10) return { op: 'final', id };
  return { op: kind === 10 ? 'expire' : next(2) === 0 ? 'released' : 'reorg', id };
}

/** One history over the store's kernel and the model; each grant, each refusal and each figure has to be the model's. */
function play(seed: number, tally: Tally): void {
  const next = numbers(seed);
  const windowMs = LENGTHS[next(LENGTHS.length)] ?? HOUR_MS;
  const bounds: readonly Bound[] = [
    [0, 40n],
    [windowMs, BigInt(60 + next(60))],
    [null, 400n],
  ];
  const caps = capsFor(bounds);
  const paper = new Paper(bounds);
  let rows: ReadonlyMap<string, Row> = new Map();
  let nowMs = BEGIN_MS + next(windowMs);
  for (let n = 0; n < MOVES; n++) {
    if (next(3) === 0) nowMs += wait(next, windowMs);
    const move = moveOf(next, n);
    const amount = move.op === 'reserve' ? move.amount : 0n;
    const fits = (late: boolean): boolean => bounds.every(([ms, limit]) => paper.used(ms, nowMs, late) + amount <= limit);
    const [surely, maybe] = [fits(true), fits(false)];
    const after = runStep(rows, commandsOf(move, caps, nowMs), nowMs);
    tally.moves++;
    if (after === undefined) tally.refused++;
    else tally.granted++;
    // Where only rounding stands between the two, the store may say no: never the other way round.
    const isOpen = move.op === 'reserve' && surely !== maybe;
    const promised = isOpen && after === undefined ? false : paper.play(move, nowMs);
    if (promised !== (after !== undefined))
      tally.mismatches.push(`history ${seed}, move ${n}: ${move.op} ${after === undefined ? 'refused' : 'granted'}`);
    rows = after ?? rows;
    const head = rows.get(storeKey.ledger(ACCOUNT)) as LedgerRow | undefined;
    const window = rows.get(storeKey.ledgerWindow(ACCOUNT, windowMs)) as WindowRow | undefined;
    const { used } = ledgerUse(head, window, windowMs, nowMs);
    if (used < paper.used(windowMs, nowMs) || used > paper.used(windowMs, nowMs, true))
      tally.mismatches.push(`history ${seed}, move ${n}: ${used} used`);
    if (BigInt(head?.inFlight ?? '0') !== paper.sum('flying') || BigInt(head?.total ?? '0') !== paper.sum('final'))
      tally.mismatches.push(`history ${seed}, move ${n}: sums`);
  }
  tally.histories++;
}

const windowsBar: Bar = {
  name: 'rolling windows against the model',
  target: '0 of 1,000,000 random histories differ',
  async run(mode, report) {
    const size = mode === 'full' ? 1_000_000 : 5_000;
    const tally: Tally = { histories: 0, moves: 0, granted: 0, refused: 0, mismatches: [] };
    for (let seed = 1; seed <= size && tally.mismatches.length < 8; seed++) {
      play(seed, tally);
      if (seed % 100_000 === 0) report(`${seed.toLocaleString('en')} histories`);
    }
    return {
      figure: `${tally.mismatches.length} of ${tally.histories.toLocaleString('en')} differ`,
      pass: tally.mismatches.length === 0 && tally.histories === size && tally.granted > size && tally.refused > size,
      notes: [
        `${tally.moves.toLocaleString('en')} moves, ${tally.granted.toLocaleString('en')} granted, on windows of 1 s to 30 d; half of all waits end within 2 ms of an edge`,
        ...tally.mismatches.slice(0, 8),
      ],
    };
  },
};

/** Rolling windows on the store's own kernel. */
export const bars: readonly Bar[] = [windowsBar];
