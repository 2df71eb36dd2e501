import { leafHash } from '../core/digest.ts';
import { CastellanError, isCastellanError } from '../core/errors.ts';
import { type RequestRow, type Store, storeKey } from '../core/store.ts';
import { entryAtMs, entryType, parseEntry } from './entry.ts';
import { gunzip } from './export/byte-stream.ts';
import { createCompactRange, type Frontier } from './merkle/compact-range.ts';

/** Pieces of an archive in order, cut anywhere. */
export type ArchivePieces = Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;

/** A decision that a request still stands on. */
export interface DecisionInUse {
  readonly index: number;
  readonly requestId: string;
  readonly agent: string;
}

/** What an archive holds. None of it is proven before `root` is compared with a signed one. */
export interface HeldArchive {
  /** Position after its last entry. */
  readonly size: number;
  /** Tree hash of the log up to there. */
  readonly root: string;
  /** Tree hash of the archive's own lines. */
  readonly archive: string;
  /** The newest time that an entry carries. */
  readonly untilMs: number;
  readonly inUse: DecisionInUse | null;
}

/** How to read it. */
export interface ReadArchiveOptions {
  readonly encoding: 'identity' | 'gzip';
  /** The tree before its first entry. */
  readonly frontier: Frontier;
  readonly nowMs: number;
}

/** Longest line, characters: the longest entry that a store takes. */
const MAX_LINE = 4_194_304;
/** Request rows read at once. */
const BATCH = 500;
/** For so long a person may be asked about an escalated request: 30 days, and one for the clocks. */
const ASKED_FOR_MS = 31 * 86_400_000;

/**
 * Reads an archive once, in pieces: the tree over it, and which of its decisions requests still stand on.
 * @throws REQUEST_INVALID for what is no archive
 */
export async function readArchive(store: Store, pieces: ArchivePieces, options: ReadArchiveOptions): Promise<HeldArchive> {
  const whole = createCompactRange(options.frontier);
  const own = createCompactRange();
  const { size: logSize } = await store.logHead();
  let untilMs = 0;
  let inUse: DecisionInUse | null = null;
  let waiting: Decided[] = [];
  const look = async (): Promise<void> => {
    inUse ??= await findInUse(store, waiting, options.nowMs);
    waiting = [];
  };
  for await (const line of linesOf(pieces, options.encoding)) {
    if (own.size >= logSize) throw noArchive('It holds more entries than the log.');
    const leaf = leafHash(line);
    const decided = decisionIn(line, whole.size);
    if (decided !== undefined) waiting.push(decided);
    const atMs = entryAtMs(line);
    // Not a number says nothing of its time: everything might be as new.
    untilMs = Number.isFinite(atMs) ? Math.max(untilMs, atMs) : Number.MAX_SAFE_INTEGER;
    whole.append(leaf);
    own.append(leaf);
    if (waiting.length >= BATCH) await look();
  }
  await look();
  return { size: whole.size, root: whole.root(), archive: own.root(), untilMs, inUse };
}

/**
 * RFC 6962 tree hash of an archive's lines, hex: how an archive is named.
 *
 * @param pieces - the archive in order, cut anywhere
 * @throws REQUEST_INVALID for what is no archive
 * @example
 * ```ts
 * import { archiveDigest } from 'castellan';
 *
 * const lines = ['{"id":"e-1"}\n', '{"id":"e-2"}\n']; // in practice a stream of the file that holds the archive
 * const digest = await archiveDigest(lines);
 * console.log(digest.length, digest === (await archiveDigest([lines.join('')]))); // 64 true
 * ```
 */
export async function archiveDigest(pieces: ArchivePieces, encoding: 'identity' | 'gzip' = 'identity'): Promise<string> {
  const range = createCompactRange();
  for await (const line of linesOf(pieces, encoding)) range.append(leafHash(line));
  return range.root();
}

interface Decided extends DecisionInUse {
  readonly id: string;
  readonly atMs: number;
}

function decisionIn(line: string, index: number): Decided | undefined {
  if (entryType(line) !== 'decision_made') return undefined;
  try {
    const event = parseEntry(line);
    if (event.type !== 'decision_made') return undefined;
    const { id, requestId, agent } = event.decision;
    return { id, requestId, agent, index, atMs: event.at };
  } catch (error) {
    if (isCastellanError(error)) throw noArchive('A line is no entry.');
    throw error;
  }
}

/** Requests that were signed and are not final, that still hold room, or about which a person may still be asked. */
async function findInUse(store: Store, decisions: readonly Decided[], nowMs: number): Promise<DecisionInUse | null> {
  if (decisions.length === 0) return null;
  const rows = await store.get(decisions.map(({ agent, requestId }) => storeKey.request(agent, requestId)));
  for (const [place, { id, atMs, index, requestId, agent }] of decisions.entries()) {
    const row = rows[place] as unknown as RequestRow | undefined;
    if (row === undefined || row === null || row.decisionId !== id) continue;
    const isOver =
      row.state === 'denied' ||
      row.state === 'final' ||
      row.state === 'released' ||
      (row.state === 'escalated' && atMs < nowMs - ASKED_FOR_MS) ||
      (row.state === 'held' && row.dueMs < nowMs);
    if (!isOver) return { index, requestId, agent };
  }
  return null;
}

async function* linesOf(pieces: ArchivePieces, encoding: 'identity' | 'gzip'): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let rest = '';
  try {
    for await (const piece of encoding === 'gzip' ? gunzip(toBytes(pieces)) : pieces) {
      const lines = (rest + (typeof piece === 'string' ? piece : decoder.decode(piece, { stream: true }))).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield checked(line);
      if (rest.length > MAX_LINE) throw noArchive('A line is no entry.');
    }
    rest += decoder.decode();
  } catch (error) {
    // Bytes that are no gzip or no UTF-8.
    if (error instanceof TypeError) throw noArchive('Its bytes are no text.');
    throw error;
  }
  if (rest !== '') yield checked(rest);
}

async function* toBytes(pieces: ArchivePieces): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const piece of pieces) yield typeof piece === 'string' ? encoder.encode(piece) : piece;
}

function checked(line: string): string {
  if (line.length <= MAX_LINE && line.isWellFormed()) return line;
  throw noArchive('A line is no entry.');
}

function noArchive(why: string): CastellanError {
  return new CastellanError('REQUEST_INVALID', {
    message: `This is no archive of the log. ${why}`,
    details: { field: 'archive', reason: 'archive_unproven' },
  });
}
