import { bucketMs, type LedgerWindow } from '../../../core/index.ts';
import type { Attempt, StressLedger } from './stress-ledger.ts';

/** How hard to try. */
export interface StressLoad {
  readonly agents: number;
  readonly transactions: number;
}

/** One adversary: what it does to the ledger, and what it found wrong. An empty answer means that everything held. */
export type Schedule = (ledger: StressLedger, load: StressLoad) => Promise<readonly string[]>;

/** The least that a window of time lets through, and the most of one transaction. */
function boundsOf({ windows }: Pick<StressLedger, 'windows'>): {
  readonly cap: bigint;
  readonly single: bigint;
  readonly shortestMs: number;
} {
  const timed = windows.filter(({ windowMs }) => windowMs !== 0);
  const caps = timed.map(({ limit }) => BigInt(limit));
  const cap = caps.reduce((least, limit) => (limit < least ? limit : least), caps[0] ?? 0n);
  const single = windows
    .filter(({ windowMs }) => windowMs === 0)
    .reduce((least, { limit }) => (BigInt(limit) < least ? BigInt(limit) : least), cap);
  const shortestMs = Math.min(...timed.flatMap(({ windowMs, limit }) => (windowMs === null || BigInt(limit) !== cap ? [] : [windowMs])));
  return { cap, single, shortestMs };
}

/** Pieces of which twice the cap is made, each allowed by itself. */
function pieceOf(ledger: StressLedger, { transactions }: StressLoad): bigint {
  const { cap, single } = boundsOf(ledger);
  const share = (2n * cap) / BigInt(transactions) + 1n;
  return share > single ? single : share;
}

const attempt = (load: StressLoad, turn: number, amount: bigint | string): Attempt => ({
  agent: `a${turn % load.agents}`,
  id: `r${turn}`,
  amount: String(amount),
});

function* turns({ transactions }: StressLoad): Iterable<number> {
  for (let turn = 0; turn < transactions; turn += 1) yield turn;
}

/** Whether what is left is less than a piece: a ledger that refuses everything holds too, and is no use. */
function unused(ledger: StressLedger, load: StressLoad, piece: bigint): readonly string[] {
  const left = boundsOf(ledger).cap - ledger.total();
  const tried = piece * BigInt(load.transactions);
  return tried >= boundsOf(ledger).cap && left >= piece ? [`${left} of the cap was refused though ${piece} was asked for`] : [];
}

/** Twice the cap in small pieces, one after another. */
const splitting: Schedule = async (ledger, load) => {
  const piece = pieceOf(ledger, load);
  for (const turn of turns(load)) await ledger.reserve(attempt(load, turn, piece));
  // Time stands still and nothing returns: what is over a limit at any moment is so at the end.
  return [...ledger.overspent(), ...unused(ledger, load, piece), ...(await lastUnit(ledger, load))];
};

/** One base unit more than is left never fits, and what is left does. */
async function lastUnit(ledger: StressLedger, load: StressLoad): Promise<readonly string[]> {
  const { cap, single } = boundsOf(ledger);
  const left = cap - ledger.total();
  if (left < 0n || left >= single) return [];
  const found = (await ledger.reserve(attempt(load, 940_001, left + 1n))) ? [`${left + 1n} was let through where ${left} was left`] : [];
  if (left > 0n && !(await ledger.reserve(attempt(load, 940_002, left)))) found.push(`${left} was refused though it was left`);
  return found;
}

/** The same by all agents at once. */
const racing: Schedule = async (ledger, load) => {
  const piece = pieceOf(ledger, load);
  await Promise.all([...turns(load)].map((turn) => ledger.reserve(attempt(load, turn, piece))));
  return [...ledger.overspent(), ...unused(ledger, load, piece), ...(await lastUnit(ledger, load))];
};

/** Each request three times, once with another body; each permit by three redeemers. */
const replaying: Schedule = async (ledger, load) => {
  const piece = pieceOf(ledger, load);
  const found: string[] = [...(await bodySwap(ledger, load, piece))];
  for (const turn of turns(load)) {
    const once = attempt(load, turn, piece);
    const [first, , other] = await Promise.all([ledger.reserve(once), ledger.reserve(once), ledger.reserve({ ...once, body: 'another' })]);
    if (first === true && other === true) found.push(`${once.id} was taken with two bodies at once`);
    if (first !== true) break;
    const redeemed = await Promise.all(['one', 'two', 'three'].map((redeemer) => ledger.redeem(once, redeemer)));
    const times = redeemed.filter(Boolean).length;
    if (times !== 1) found.push(`the permit of ${once.id} was redeemed ${times} times`);
    if (await ledger.reserve({ ...once, body: 'another' })) found.push(`${once.id} was taken again with another body`);
  }
  return [...found, ...ledger.overspent(), ...unused(ledger, load, piece)];
};

/** An id whose room was given back stands for its body all the same. */
async function bodySwap(ledger: StressLedger, load: StressLoad, piece: bigint): Promise<readonly string[]> {
  const once = attempt(load, 950_001, piece);
  if (!(await ledger.reserve(once))) return [];
  await ledger.release(once);
  const found = (await ledger.reserve({ ...once, body: 'another' })) ? [`${once.id} was taken again with another body`] : [];
  if (!(await ledger.reserve(once))) found.push(`${once.id} was refused though its room was given back`);
  await ledger.release(once);
  return found;
}

/** Those that use up a whole window before they begin. */
const FILLS: ReadonlySet<string> = new Set(['window-edge', 'clock-jump']);

/** The windows to attack: without the limit of one transaction where a schedule needed more transactions than there are to use a window up. */
export function windowsFor(schedule: string, windows: readonly LedgerWindow[], { transactions }: StressLoad): readonly LedgerWindow[] {
  const { cap, single } = boundsOf({ windows });
  const isLong = FILLS.has(schedule) && single > 0n && cap > single * BigInt(transactions);
  return isLong ? windows.filter(({ windowMs }) => windowMs !== 0) : windows;
}

/** Uses up the cap; what could not be used is a finding. */
async function fill(ledger: StressLedger, load: StressLoad): Promise<readonly string[]> {
  const { cap, single } = boundsOf(ledger);
  if (single <= 0n) return ['no transaction of any amount fits under the limits'];
  for (let turn = 0, left = cap; left > 0n; turn += 1) {
    const amount = left < single ? left : single;
    const taken = attempt(load, turn, amount);
    if (!(await ledger.reserve(taken))) return [`${left} of ${cap} could not be used`];
    await ledger.redeem(taken, 'one');
    await ledger.settle(taken);
    left -= amount;
  }
  return [];
}

/** Fills the window, then knocks a millisecond before it opens, and once it has. */
const windowEdge: Schedule = async (ledger, load) => {
  const { shortestMs } = boundsOf(ledger);
  if (!Number.isFinite(shortestMs)) return [];
  // At the end of a part of the window: what was counted as if at its beginning would leave too early.
  ledger.clock.pass(bucketMs(shortestMs) - 1);
  const found: string[] = [...(await fill(ledger, load))];
  if (found.length > 0) return found;
  ledger.clock.pass(shortestMs - 1);
  if (await ledger.reserve(attempt(load, 900_001, 1n))) found.push('the window opened a millisecond early');
  ledger.clock.pass(1 + 2 * bucketMs(shortestMs));
  if (!(await ledger.reserve(attempt(load, 900_002, 1n)))) found.push('the window did not open when it was over');
  return [...found, ...ledger.overspent()];
};

/** Less than what store and host may be apart, ms. */
const SMALL_JUMP_MS = 1_900;

/** Fills the window, turns the wall clock forward and back, by little and by much, and lets it be right again. */
const clockJump: Schedule = async (ledger, load) => {
  const { shortestMs } = boundsOf(ledger);
  if (!Number.isFinite(shortestMs)) return [];
  const found: string[] = [...(await fill(ledger, load))];
  if (found.length > 0) return found;
  const steps = [0, ...new Array<number>(16).fill(SMALL_JUMP_MS), 10 * shortestMs, -20 * shortestMs, 5 * shortestMs];
  const home = -steps.reduce((sum, by) => sum + by, 0);
  for (const [turn, by] of [...steps, home].entries()) {
    ledger.clock.jump(by);
    if (await ledger.reserve(attempt(load, 910_000 + turn, 1n))) found.push(`a jump of the wall clock by ${by} ms opened the window`);
  }
  ledger.clock.pass(shortestMs + 2 * bucketMs(shortestMs));
  if (!(await ledger.reserve(attempt(load, 919_999, 1n))))
    found.push('the window did not open when it was over and the clock was right again');
  return [...found, ...ledger.overspent()];
};

const ODD = ['', ' 1', '1 ', '01', '-1', '+1', '1.0', '1e3', ['0', 'x10'].join(''), '\uff11', 'NaN', 'Infinity', '1_000', '1,000'] as const;
const HUGE = [2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n, 2n ** 128n - 1n, 2n ** 256n - 1n, 2n ** 256n] as const;

/** Amounts that are none, and amounts that no number type holds. */
const decimals: Schedule = async (ledger, load) => {
  const { single } = boundsOf(ledger);
  const found: string[] = [];
  for (const [turn, text] of ODD.entries())
    if (await taken(ledger, attempt(load, 920_000 + turn, text))) found.push(`${JSON.stringify(text)} was taken for an amount`);
  for (const [turn, amount] of HUGE.entries())
    if ((await taken(ledger, attempt(load, 930_000 + turn, amount))) && amount > single)
      found.push(`${amount} was let through above ${single}`);
  return [...found, ...ledger.overspent()];
};

/** A ledger may refuse what is no amount with an error of its own. */
async function taken(ledger: StressLedger, odd: Attempt): Promise<boolean> {
  try {
    return await ledger.reserve(odd);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError || error instanceof TypeError) return false;
    throw error;
  }
}

/** The adversaries, by name. */
export const SCHEDULES: Readonly<Record<string, Schedule>> = {
  splitting,
  racing,
  replaying,
  'window-edge': windowEdge,
  'clock-jump': clockJump,
  decimals,
};
