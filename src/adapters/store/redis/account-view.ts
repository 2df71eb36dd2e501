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
}

/** Makes a view of what a look found. What is in use is worked out once per millisecond. */
export function createAccountView(account: string, state: CountedState, rows: AccountRows): AccountView {
  const ledger = rows.ledger ?? EMPTY_LEDGER;
  const uses = new Map<number | null, bigint>();
  const rooms = new Map<number | null, { readonly limit: unknown; readonly room: bigint | undefined }>();
  let usedAtMs = Number.NaN;

  const booked = (windowMs: number, openAtMs: TimeMs, closeAtMs: TimeMs): bigint => {
    if (ledger.total === '0') return 0n;
    const own = rows.windows.find(([each]) => each === windowMs)?.[1];
    if (own !== undefined || ledger.windows?.includes(windowMs) === true) return bookedIn(own, windowMs, openAtMs).used;
    // A window that nobody asked for until now holds what the widest one knows.
    const widest = rows.windows.at(-1);
    const known = widest === undefined ? undefined : { windowMs: widest[0], row: widest[1] };
    return bookedIn(seedWindow(windowMs, closeAtMs, BigInt(ledger.total), known), windowMs, openAtMs).used;
  };
  const use = (windowMs: number | null, openAtMs: TimeMs, closeAtMs: TimeMs): bigint => {
    if (windowMs === 0) return 0n;
    let used = uses.get(windowMs);
    if (used === undefined) {
      used = pendingOf(ledger, openAtMs) + (windowMs === null ? BigInt(ledger.total) : booked(windowMs, openAtMs, closeAtMs));
      uses.set(windowMs, used);
    }
    return used;
  };
  return {
    account,
    state,
    rows,
    roomUnder(window, openAtMs, closeAtMs) {
      if (openAtMs !== usedAtMs) {
        uses.clear();
        rooms.clear();
        usedAtMs = openAtMs;
      }
      let known = rooms.get(window.windowMs);
      if (known === undefined || known.limit !== window.limit) {
        const limit = readAmount(window.limit);
        known = { limit: window.limit, room: limit === undefined ? undefined : limit - use(window.windowMs, openAtMs, closeAtMs) };
        rooms.set(window.windowMs, known);
      }
      return known.room;
    },
  };
}
