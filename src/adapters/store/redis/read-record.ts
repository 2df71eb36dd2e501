import type { TimeMs } from '../../../core/ids.ts';
import type { LedgerRow, WindowRow } from '../../../core/ledger.ts';
import type { Doc, RequestRow, Store } from '../../../core/store.ts';
import { storeKey } from '../../../core/store.ts';
import { HEAD_KEY, type HeadRow } from '../kernel/log.ts';
import { TIME_KEY, type TimeRow } from '../kernel/store-time.ts';
import type { AccountRows } from './account-view.ts';
import type { DoubtfulTake } from './doubtful-take.ts';
import { readTerms } from './fence.ts';

/** After so long a step that took room has either reached the record or never will, ms: every wait of a store ends well before. */
const SETTLED_MS = 60_000;
/** A second read follows where the first one finds windows that it did not ask for. */
const MAX_READS = 8;

/** What a look is about. */
export interface LookedAt {
  readonly account: string;
  readonly doubts: readonly DoubtfulTake[];
}

/** What one state of the record says. */
export interface FoundRecord {
  /** The counter that counts, as the record knows it. */
  readonly incarnation: string | undefined;
  of(account: string): Omit<AccountRows, 'atMs'>;
  request(id: string): RequestRow | undefined;
}

/** Reads everything about some accounts in one state of the record, at least as new as whatever was acknowledged before. */
export async function readRecord(
  record: Store,
  fenceKey: string,
  looked: readonly LookedAt[],
  windowsBefore: (account: string) => readonly number[],
): Promise<FoundRecord> {
  const widths = new Map(looked.map(({ account }) => [account, new Set(windowsBefore(account))]));
  for (let reads = 1; ; reads++) {
    const keys = [
      ...new Set([TIME_KEY, HEAD_KEY, fenceKey, ...looked.flatMap((each) => keysOf(each, widths.get(each.account) ?? new Set()))]),
    ];
    const values = await record.get(keys);
    const rows = new Map(keys.map((key, at) => [key, values[at] as unknown]));
    let missing = false;
    for (const [account, known] of widths) {
      for (const windowMs of (rows.get(storeKey.ledger(account)) as LedgerRow | undefined)?.windows ?? []) {
        missing ||= !known.has(windowMs);
        known.add(windowMs);
      }
    }
    if (!missing || reads >= MAX_READS) return foundIn(rows, fenceKey, widths);
  }
}

function keysOf({ account, doubts }: LookedAt, widths: ReadonlySet<number>): readonly string[] {
  return [
    storeKey.ledger(account),
    ...[...widths].map((windowMs) => storeKey.ledgerWindow(account, windowMs)),
    ...doubts.map(({ id }) => requestKey(id)),
  ];
}

function foundIn(rows: ReadonlyMap<string, unknown>, fenceKey: string, widths: ReadonlyMap<string, ReadonlySet<number>>): FoundRecord {
  const time = (rows.get(TIME_KEY) ?? null) as TimeRow | null;
  const { lastId = '' } = (rows.get(HEAD_KEY) ?? {}) as Partial<HeadRow>;
  return {
    incarnation: readTerms(rows.get(fenceKey) as Doc | undefined)?.incarnation,
    of(account) {
      const windows = [...(widths.get(account) ?? [])]
        .sort((a, b) => a - b)
        .flatMap((windowMs): readonly (readonly [number, WindowRow])[] => {
          const row = rows.get(storeKey.ledgerWindow(account, windowMs)) as WindowRow | undefined;
          return row === undefined ? [] : [[windowMs, row]];
        });
      return { ledger: (rows.get(storeKey.ledger(account)) ?? null) as LedgerRow | null, windows, time, lastId };
    },
    request: (id) => rows.get(requestKey(id)) as RequestRow | undefined,
  };
}

function requestKey(id: string): string {
  const at = id.indexOf('/');
  return storeKey.request(id.slice(at + 1), id.slice(0, at));
}

/** What a look finds out about a take: `1` the record holds it, `2` it never will, `0` nobody knows yet. */
export function verdictOf(take: DoubtfulTake, row: RequestRow | undefined, openAtMs: TimeMs): '0' | '1' | '2' {
  if (row !== undefined && row.decisionId === take.decisionId && row.state !== 'denied' && row.state !== 'escalated') return '1';
  return take.untilMs < openAtMs || openAtMs - take.takenAtMs > SETTLED_MS ? '2' : '0';
}
