import type { LedgerAccount } from '../../authz/index.ts';
import type { TimeMs } from '../../core/ids.ts';
import { bookedIn, type LedgerRow, type LedgerWindow, pendingOf, type WindowRow } from '../../core/ledger.ts';
import { seedWindow } from '../../core/ledger-window.ts';
import { type Json, storeKey } from '../../core/store.ts';
import type { CapUse } from './limits-report.ts';

const NAMES: ReadonlyMap<number | null, string> = new Map<number | null, string>([
  [0, 'transaction'],
  [3_600_000, 'hour'],
  [86_400_000, 'day'],
  [604_800_000, 'week'],
  [2_592_000_000, 'month'],
  [null, 'total'],
]);

/** Rows of the ledger by key. */
export type Rows = ReadonlyMap<string, Json | undefined>;

/** The row of the widest window that an account books, by which the store begins one that it does not book yet; undefined where it books none. */
export function widestKey(at: LedgerAccount, rows: Rows): string | undefined {
  const widest = (rows.get(at.headKey) as LedgerRow | undefined)?.windows?.at(-1);
  return widest === undefined ? undefined : storeKey.ledgerWindow(at.account, widest);
}

/** What is booked in a window. One that the account does not book yet is what the store would begin it with. */
function windowOf(
  at: LedgerAccount,
  head: LedgerRow | undefined,
  windowMs: number,
  index: number,
  rows: Rows,
  nowMs: TimeMs,
): WindowRow | undefined {
  const row = rows.get(at.windowKeys[index] ?? '') as WindowRow | undefined;
  if (row !== undefined || head === undefined || head.total === '0' || head.windows?.includes(windowMs) === true) return row;
  const wide = rows.get(widestKey(at, rows) ?? '') as WindowRow | undefined;
  return seedWindow(windowMs, nowMs, BigInt(head.total), wide && { windowMs: head.windows?.at(-1) ?? 0, row: wide });
}

/** Every window of an account as it stands at `nowMs`, by rows that were read together. */
export function capUses(at: LedgerAccount, rows: Rows, nowMs: TimeMs): readonly CapUse[] {
  const head = rows.get(at.headKey) as LedgerRow | undefined;
  return at.cap.windows.map((window, index) => {
    const { windowMs } = window;
    if (windowMs === 0) return useOf(at, window, 0n, 0n, null);
    const pending = pendingOf(head, nowMs);
    const booked = windowMs === null ? null : bookedIn(windowOf(at, head, windowMs, index, rows, nowMs), windowMs, nowMs);
    const committed = booked?.used ?? BigInt(head?.total ?? '0');
    const lapses = (head?.held ?? []).filter(([dueMs]) => dueMs >= nowMs).map(([dueMs]) => dueMs + 1);
    const leaves = [...lapses, ...(booked?.resetsAtMs == null ? [] : [booked.resetsAtMs])];
    return useOf(at, window, committed, pending, leaves.length === 0 ? null : Math.min(...leaves));
  });
}

function useOf({ named, unit }: LedgerAccount, window: LedgerWindow, committed: bigint, pending: bigint, resetsAt: TimeMs | null): CapUse {
  const { windowMs, limit, warn } = window;
  const left = BigInt(limit) - committed - pending;
  return {
    ...named,
    unit,
    window: NAMES.get(windowMs) ?? `${windowMs}`,
    limit,
    committed: committed.toString(),
    pending: pending.toString(),
    remaining: (left > 0n ? left : 0n).toString(),
    resetsAt,
    warningThresholdPct: warn?.percent ?? null,
  };
}
