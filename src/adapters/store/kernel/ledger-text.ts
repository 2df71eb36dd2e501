import type { LedgerRow, WindowRow } from '../../../core/ledger.ts';

/**
 * Stand before the short forms of an account's rows and make them no JSON, so that a program that knows only JSON rows refuses them
 * (STORE_CORRUPT) and cannot misread them. Moments and bucket numbers lie close together: each but the first says how far it is from the
 * one before.
 *
 * ```
 * l1["inFlight","total",[window, …],until,"amount",later by,"amount",…]
 * w1["sum",bucket,"amount",further by,"amount",…]
 * ```
 */
const LEDGER = 'l1';
const WINDOW = 'w1';

const LEDGER_FIELDS = 4;
const WINDOW_FIELDS = 2;

type Pair = readonly [number, string];

/** The head of an account as text. Undefined where it has another shape than the kernel gives it. */
export function toLedgerText(row: LedgerRow): string | undefined {
  const { inFlight, held, total, windows } = row;
  if (Object.keys(row).length !== LEDGER_FIELDS || typeof inFlight !== 'string' || typeof total !== 'string') return undefined;
  const parts: unknown[] = [inFlight, total, windows];
  return areNumbers(windows) && addPairs(parts, held) ? LEDGER + JSON.stringify(parts) : undefined;
}

/** The row that {@link toLedgerText} was given. Undefined for text that it did not make. */
export function fromLedgerText(text: string): LedgerRow | undefined {
  const [inFlight, total, windows, ...rest] = readParts(text, LEDGER);
  const held = readPairs(rest);
  if (typeof inFlight !== 'string' || typeof total !== 'string' || !areNumbers(windows) || held === undefined) return undefined;
  return { inFlight, held, total, windows };
}

/** A window of an account as text. Undefined where it has another shape than the kernel gives it. */
export function toWindowText(row: WindowRow): string | undefined {
  if (Object.keys(row).length !== WINDOW_FIELDS || typeof row.sum !== 'string') return undefined;
  const parts: unknown[] = [row.sum];
  return addPairs(parts, row.buckets) ? WINDOW + JSON.stringify(parts) : undefined;
}

/** The row that {@link toWindowText} was given. Undefined for text that it did not make. */
export function fromWindowText(text: string): WindowRow | undefined {
  const [sum, ...rest] = readParts(text, WINDOW);
  const buckets = readPairs(rest);
  return typeof sum === 'string' && buckets !== undefined ? { buckets, sum } : undefined;
}

/** Adds pairs to the parts; false where they cannot be read back as they are. */
function addPairs(parts: unknown[], pairs: readonly Pair[]): boolean {
  if (!Array.isArray(pairs)) return false;
  let before = 0;
  for (const pair of pairs as readonly Pair[]) {
    const [number, amount] = pair;
    const step = number - before;
    if (pair.length !== 2 || typeof amount !== 'string' || !Number.isSafeInteger(number) || !Number.isSafeInteger(step)) return false;
    parts.push(step, amount);
    before = number;
  }
  return true;
}

function readPairs(parts: readonly unknown[]): readonly Pair[] | undefined {
  const pairs: Pair[] = [];
  let before = 0;
  for (let at = 0; at < parts.length; at += 2) {
    const [step, amount] = [parts[at], parts[at + 1]];
    if (!Number.isSafeInteger(step) || typeof amount !== 'string') return undefined;
    before += step as number;
    if (!Number.isSafeInteger(before)) return undefined;
    pairs.push([before, amount]);
  }
  return pairs;
}

function areNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(Number.isFinite);
}

/** None where the text is no such list: then what must be there is missing. */
function readParts(text: string, mark: string): readonly unknown[] {
  if (!text.startsWith(mark)) return [];
  try {
    const parts: unknown = JSON.parse(text.slice(mark.length));
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}
