import type { TimeMs } from '../../../core/ids.ts';
import type { LedgerRow, LedgerWindow, WindowRow } from '../../../core/ledger.ts';
import { bookedIn, pendingOf, readAmount } from '../../../core/ledger.ts';
import { EMPTY_LEDGER } from '../../../core/ledger-hold.ts';
import { seedWindow } from '../../../core/ledger-window.ts';
import type { TimeRow } from '../kernel/store-time.ts';

/** What one look at the record found of an account, as it lies in Redis beside the counter. */
export interface AccountRows {
  readonly ledger: LedgerRow | null;
  /** Every window that is booked for the account, `[windowMs, row]`. */
  readonly windows: readonly (readonly [number, WindowRow])[];
  readonly time: TimeRow | null;
  /** The greatest id in the log: what is greater came later. */
  readonly lastId: string;
  /** Store time of the look. */
  readonly atMs: TimeMs;
}

/** What an account counts since a look, as this process expects it: others may have taken meanwhile. */
export interface CountedState {
  /** The look's name among all looks. */
  readonly version: string;
  readonly taken: bigint;
  /** Until when at most what was taken counts, ms. */
  readonly untilMs: TimeMs;
  /** The greatest entry whose step took. */
  readonly greatest: string;
  /** As the counter spells it. */
  readonly text: string;
}

/** Reads a state; undefined for what is none. */
export function parseState(text: string | null | undefined): CountedState | undefined {
  const [, version, taken, untilMs, greatest] = /^(\S+) (\d+) (\d+) (.*)$/s.exec(text ?? '') ?? [];
  if (text == null || version === undefined || taken === undefined || greatest === undefined) return undefined;
  return { version, taken: BigInt(taken), untilMs: Number(untilMs), greatest, text };
}

/** The state after one more take. */
export function afterTake(
  { version, taken, untilMs, greatest }: CountedState,
  amount: bigint,
  tillMs: TimeMs,
  entry: string,
): CountedState {
  const sum = taken + amount;
  const till = Math.max(untilMs, tillMs);
  const last = entry > greatest ? entry : greatest;
  return { version, taken: sum, untilMs: till, greatest: last, text: `${version} ${sum} ${till} ${last}` };
}

/** A look that this process knows: what it found, and what was taken since. */
export interface AccountView {
  readonly account: string;
  readonly rows: AccountRows;
  /** Goes ahead with what this process takes, and is put right by what the counter answers. */
  state: CountedState;
  /**
   * What the record leaves under a window now; negative where it holds more than a limit that was lowered. Undefined for one that is malformed.
   * What was taken since the look is not in it.
   */
  roomUnder(window: LedgerWindow, openAtMs: TimeMs, closeAtMs: TimeMs): bigint | undefined;
  /** Room as decimal text; the last one is kept, for most are the same again. */
  spell(room: bigint): string;
}

/** What is in use in a window, and between which moments that stays so. */
interface Use {
  readonly amount: bigint;
  readonly fromMs: TimeMs;
  readonly untilMs: TimeMs;
}

/** Makes a view of what a look found. What is in use is worked out anew when a hold ends or a bucket leaves, and a limit when it is another one. */
export function createAccountView(account: string, state: CountedState, rows: AccountRows): AccountView {
  const ledger = rows.ledger ?? EMPTY_LEDGER;
  const known = new Map<number | null, { readonly limit: unknown; readonly use: Use; readonly room: bigint | undefined }>();
  let spelled = { room: 0n, text: '0' };

  const booked = (windowMs: number, openAtMs: TimeMs, closeAtMs: TimeMs): { readonly used: bigint; readonly untilMs: TimeMs } => {
    if (ledger.total === '0') return { used: 0n, untilMs: Number.POSITIVE_INFINITY };
    const own = rows.windows.find(([each]) => each === windowMs)?.[1];
    if (own !== undefined || ledger.windows?.includes(windowMs) === true) {
      const { used, resetsAtMs } = bookedIn(own, windowMs, openAtMs);
      return { used, untilMs: resetsAtMs === null ? Number.POSITIVE_INFINITY : resetsAtMs - 1 };
    }
    // A window that nobody asked for until now holds what the widest one knows.
    const widest = rows.windows.at(-1);
    const wide = widest === undefined ? undefined : { windowMs: widest[0], row: widest[1] };
    return { used: bookedIn(seedWindow(windowMs, closeAtMs, BigInt(ledger.total), wide), windowMs, openAtMs).used, untilMs: openAtMs };
  };
  const useOf = (windowMs: number | null, openAtMs: TimeMs, closeAtMs: TimeMs): Use => {
    if (windowMs === 0) return { amount: 0n, fromMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY };
    const own =
      windowMs === null ? { used: BigInt(ledger.total), untilMs: Number.POSITIVE_INFINITY } : booked(windowMs, openAtMs, closeAtMs);
    let { untilMs } = own;
    for (const [dueMs] of ledger.held) if (dueMs >= openAtMs && dueMs < untilMs) untilMs = dueMs;
    return { amount: pendingOf(ledger, openAtMs) + own.used, fromMs: openAtMs, untilMs };
  };
  return {
    account,
    state,
    rows,
    roomUnder({ windowMs, limit }, openAtMs, closeAtMs) {
      const before = known.get(windowMs);
      const stays = before !== undefined && before.use.fromMs <= openAtMs && openAtMs <= before.use.untilMs;
      if (stays && before.limit === limit) return before.room;
      const use = stays ? before.use : useOf(windowMs, openAtMs, closeAtMs);
      const most = readAmount(limit);
      const room = most === undefined ? undefined : most - use.amount;
      known.set(windowMs, { limit, use, room });
      return room;
    },
    spell(room) {
      if (room !== spelled.room) spelled = { room, text: String(room) };
      return spelled.text;
    },
  };
}
