import { CastellanError, type Clock } from '../../core/index.ts';
import { BodyDigester } from './body-digest.ts';
import { digestAccount } from './digest-account.ts';
import { csvReader } from './formats/csv.ts';
import { jsonReader } from './formats/json.ts';
import { ofacReader } from './formats/ofac.ts';
import { plainReader } from './formats/plain.ts';
import { brokenList, type ListReader, type ListRow, type RowSink } from './formats/row.ts';
import { EMPTY_TABLE, type KeyTable } from './key-table.ts';
import type { ListBytes } from './list-bytes.ts';
import { ListHits } from './list-hits.ts';
import { type ListReport, RowTally } from './list-report.ts';
import type { CheckedSource, ListFormat } from './list-source.ts';
import type { ListState } from './list-update.ts';
import { ListingTable } from './listing.ts';
import { accountOf, listingOf } from './read-row.ts';
import type { SipHash } from './sip-hash.ts';
import { readSpelling } from './spelling.ts';
import { TableBuilder } from './table-builder.ts';

/** A list as it is screened by. Immutable. */
export interface LoadedList {
  readonly source: CheckedSource;
  readonly table: KeyTable;
  readonly listings: ListingTable;
  readonly hits: ListHits;
  readonly report: ListReport;
  /** The signed update that it stands on; null where nobody signs it. */
  readonly state: ListState | null;
}

/** What loading stands on. */
export interface LoadParts {
  readonly sip: SipHash;
  readonly clock: Clock;
  /** Digests the bytes as they pass. */
  readonly digester?: BodyDigester | undefined;
  /** What a part of a list changes; the whole list anew where it is absent. */
  readonly change?: { readonly base: LoadedList; readonly operation: 'add' | 'remove' } | undefined;
}

/** Accounts of one list. */
export const MAX_ACCOUNTS = 50_000_000;
/** What is read at once: a few milliseconds of work. */
const PIECE_BYTES = 65_536;
/** How long other work waits at most, about. */
const PAUSE_AFTER_MS = 8;

const READERS: Readonly<Record<ListFormat, (source: CheckedSource, sink: RowSink) => ListReader>> = {
  plain: (_, sink) => plainReader(sink),
  csv: csvReader,
  json: jsonReader,
  ofac: ofacReader,
};

/**
 * Reads a list and builds its table aside. Holds one piece of the text at a time, and lets other work go on every few milliseconds.
 *
 * Fails closed: a strict list with one row that cannot be read is refused as a whole, as is one that is no UTF-8, breaks
 * off, is not what its format says, or has fewer accounts than `atLeast`. @throws REQUEST_INVALID
 */
export async function loadList(
  source: CheckedSource,
  bytes: ListBytes,
  { sip, clock, change, digester = new BodyDigester() }: LoadParts,
): Promise<LoadedList> {
  const tally = new RowTally();
  const listings = change?.base.listings.copy() ?? new ListingTable();
  const saysNothing = ({ kind, severity, votes, expires }: ListRow): boolean => (kind ?? severity ?? votes ?? expires) === undefined;
  const usual = listings.intern({ kind: source.kind, severity: source.severity, votes: 1, expiresMs: null });
  const builder = new TableBuilder(change?.base.table ?? EMPTY_TABLE);
  const refuse = (problem: string): CastellanError => {
    const [first] = tally.samples;
    return new CastellanError('REQUEST_INVALID', {
      message: 'The list is refused as a whole.',
      details: { list: source.name, problem, unread: tally.unread, ...(first === undefined ? {} : { line: first.line, text: first.text }) },
    });
  };
  const take = (row: ListRow, line: number): void => {
    const account = accountOf(row, source, tally);
    if (account === 'foreign') return tally.addForeign(row.chain ?? '');
    if (account === undefined) return tally.addUnread(row.address, line);
    tally.rows += 1;
    if (builder.added >= MAX_ACCOUNTS) throw refuse('it has more accounts than are kept');
    digestAccount(sip, account);
    if (change?.operation === 'remove') builder.remove(sip.hi, sip.lo);
    else builder.add(sip.hi, sip.lo, saysNothing(row) ? usual : listings.intern(listingOf(row, source, tally)));
    return undefined;
  };
  const reader = READERS[source.format](source, {
    row: take,
    unread: (text, line) => tally.addUnread(text, line),
    skipped: () => tally.addSkipped(),
    foreign: (code) => tally.addForeign(code),
    isAddress: (text) => readSpelling(text, source.chains) !== undefined,
  });
  const pause = pauses(clock);
  const release = clock.hold?.();
  try {
    await readAll(reader, digester.passing(bytes), pause);
    if (source.strict && tally.unread > 0) throw refuse('a row cannot be read');
    const table = await builder.build((a, b) => listings.merge(a, b), pause);
    if (table.size < source.atLeast) throw refuse('it has too few accounts');
    const report = tally.report({
      name: source.name,
      accounts: table.size,
      loadedMs: clock.nowMs(),
      bytes: table.bytes,
      body: digester.result().body,
    });
    return Object.freeze({ source, table, listings, hits: new ListHits(source, listings, report.loadedMs), report, state: null });
  } finally {
    release?.();
  }
}

async function readAll(reader: ListReader, bytes: ListBytes, pause: () => Promise<void> | undefined): Promise<void> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (piece?: Uint8Array): string => {
    try {
      return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true });
    } catch {
      throw brokenList('it is no UTF-8', 0);
    }
  };
  try {
    for await (const chunk of bytes) {
      if (!(chunk instanceof Uint8Array)) throw brokenList('it does not come in bytes', 0);
      for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
        reader.push(decode(chunk.subarray(at, at + PIECE_BYTES)));
        await pause();
      }
    }
  } catch (error) {
    throw error instanceof CastellanError ? error : brokenList('it breaks off', 0, error);
  }
  reader.push(decode());
  reader.end();
}

/** Waits for a turn of the event loop whenever that was long ago. */
function pauses(clock: Clock): () => Promise<void> | undefined {
  let sinceMs = clock.monotonicMs();
  return () => {
    if (clock.monotonicMs() - sinceMs < PAUSE_AFTER_MS) return undefined;
    return new Promise((resolve) => {
      clock.schedule(0, () => {
        sinceMs = clock.monotonicMs();
        resolve();
      });
    });
  };
}
