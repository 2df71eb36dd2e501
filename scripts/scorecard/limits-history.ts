import { type LedgerRow, ledgerUse, type Store, storeKey, type WindowRow } from '../../src/core/index.ts';
import { capsFor, commandsOf } from './limits-kernel.ts';
import { type Bound, type Move, Paper } from './limits-paper.ts';

/** What one client did: a move, or a look at what is used. */
export type Act = Move | { readonly op: 'look' };

/** One act as it was seen from outside: when it was asked for, when it was answered, and with what. */
export interface Recorded {
  readonly act: Act;
  /** Monotonic nanoseconds, of one clock for all processes of the machine. */
  readonly fromNs: bigint;
  readonly untilNs: bigint;
  /** Granted or refused; of a look, what is used. */
  readonly answer: boolean | bigint;
  /** Why a move was refused, for whoever looks for the reason. */
  readonly code?: string;
}

const DAY_MS = 86_400_000;
/** Room for about half of what a history asks for. */
export const HISTORY_BOUNDS: readonly Bound[] = [
  [0, 5n],
  [DAY_MS, 9n],
  [null, 14n],
];

/** The ledger account of a history. */
export const accountOf = (history: string): string => `history:${history}|USD`;

/** Does one act on a store and notes when. Holds last so long, and windows too, that time decides nothing. */
export async function record(store: Store, history: string, act: Act, nowMs: () => number): Promise<Recorded> {
  const account = accountOf(history);
  const fromNs = process.hrtime.bigint();
  if (act.op === 'look') {
    const answer = await look(store, account, nowMs());
    return { act, fromNs, untilNs: process.hrtime.bigint(), answer };
  }
  const code = await play(store, account, act, nowMs());
  return { act, fromNs, untilNs: process.hrtime.bigint(), answer: code === 'ok', code };
}

async function play(store: Store, account: string, move: Move, nowMs: number): Promise<string> {
  const [result] = await store.apply([{ commands: commandsOf(move, capsFor(HISTORY_BOUNDS, account), nowMs, account) }]);
  return result?.ok === true ? 'ok' : (result?.reason.code ?? 'none');
}

async function look(store: Store, account: string, nowMs: number): Promise<bigint> {
  const [head, window] = await store.get([storeKey.ledger(account), storeKey.ledgerWindow(account, DAY_MS)]);
  return ledgerUse(head as unknown as LedgerRow | undefined, window as unknown as WindowRow | undefined, DAY_MS, nowMs).used;
}

/** Scripts of a history, one for each client, over the same few reservations. `below(n)` is a number from 0 to n − 1. */
export function scriptsOf(history: string, clients: number, acts: number, below: (n: number) => number): readonly (readonly Act[])[] {
  const id = (): string => `${history}r${below(5)}`;
  return Array.from({ length: clients }, (_, client) =>
    Array.from({ length: acts }, (): Act => {
      const kind = below(12);
      if (kind < 5) return { op: 'reserve', id: id(), amount: BigInt(1 + below(4)) };
      if (kind < 8) return { op: 'redeem', id: id(), by: `p${client}` };
      if (kind === 8) return { op: 'look' };
      return { op: (['final', 'expire', 'released', 'reorg'] as const)[below(4)] ?? 'final', id: id() };
    }),
  );
}

/**
 * Whether the acts can be put one after the other so that each falls between its asking and its answer, and the model answers all
 * of them alike: the search of Wing and Gong, which remembers where it has been.
 */
export function isLinearizable(acts: readonly Recorded[]): boolean {
  const beginMs = 1_700_000_000_000;
  const seen = new Set<string>();
  const search = (left: readonly Recorded[], paper: Paper): boolean => {
    if (left.length === 0) return true;
    const key = `${left.map((act) => acts.indexOf(act)).join()}#${paper.key()}`;
    if (seen.has(key)) return false;
    seen.add(key);
    let firstEnd = left[0]?.untilNs ?? 0n;
    for (const { untilNs } of left) if (untilNs < firstEnd) firstEnd = untilNs;
    for (const next of left) {
      // Whoever began after another one ended comes after it.
      if (next.fromNs > firstEnd) continue;
      const after = paper.copy();
      const { act } = next;
      const answer = act.op === 'look' ? after.used(DAY_MS, beginMs) : after.play(act, beginMs);
      if (
        answer === next.answer &&
        search(
          left.filter((other) => other !== next),
          after,
        )
      )
        return true;
    }
    return false;
  };
  return search(acts, new Paper(HISTORY_BOUNDS));
}
