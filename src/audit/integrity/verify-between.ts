import { readDoc } from '../../core/doc.ts';
import { isCastellanError } from '../../core/errors.ts';
import { type Store, storeKey } from '../../core/store.ts';
import { entryAtMs } from '../entry.ts';
import { keptFrom } from '../pruned.ts';
import { makeReceipt } from '../receipt.ts';
import { wrong } from '../search/audit-filter.ts';
import { type Moment, parseMoment } from '../search/moment.ts';
import { findRange, type ReadAtMs } from '../search/time-range.ts';
import { CHECKPOINT_PREFIX, checkpointKey, LATEST_CHECKPOINT, verifyStoredCheckpoint } from '../stored-checkpoint.ts';
import type { ProblemKind } from './problem.ts';
import { type IntegrityOptions, type IntegrityReport, verifyLog } from './verify-log.ts';

/** What to verify, by time. */
export interface DatedIntegrityOptions extends IntegrityOptions {
  readonly startDate?: Moment | undefined;
  readonly endDate?: Moment | undefined;
}

/** One entry that is not what was logged. */
export interface InvalidEntry {
  /** Position; for a root that does not fit, the size of the checkpoint that shows it. */
  readonly index: number | null;
  readonly id: string | null;
  readonly problem: ProblemKind;
}

/** What verifying came to, with the entries that are wrong on their own. */
export interface DatedIntegrityReport extends IntegrityReport {
  readonly invalidEntries: readonly InvalidEntry[];
}

/** Problems that are not about entries. */
const ELSEWHERE: ReadonlySet<ProblemKind> = new Set<ProblemKind>(['head_mismatch', 'checkpoint_invalid', 'prune_invalid', 'tail_unsigned']);

/**
 * Verifies the log, or the part of it that lies in a time range; the rest is then only followed as far as it has to be.
 *
 * Where the range begins and ends is read only from entries that a signed checkpoint proves: who edits a date cannot move
 * the range away from what else was edited. Where one is not proven, everything is verified.
 * @throws REQUEST_INVALID for a date that is none; STORE_UNAVAILABLE
 */
export async function verifyBetween(store: Store, options: DatedIntegrityOptions): Promise<DatedIntegrityReport> {
  const { startDate, endDate, ...rest } = options;
  const fromMs = startDate === undefined ? undefined : parseMoment(startDate, 'startDate');
  const toMs = endDate === undefined ? undefined : parseMoment(endDate, 'endDate');
  if (fromMs !== undefined && toMs !== undefined && fromMs > toMs) throw wrong('endDate', 'is before startDate');
  const isDated = fromMs !== undefined || toMs !== undefined;
  const report = await verifyLog(store, { ...rest, ...(isDated ? await provenRange(store, rest, { fromMs, toMs }) : {}) });
  const invalidEntries = report.problems
    .filter(({ kind }) => !ELSEWHERE.has(kind))
    .map(({ index, id, kind }): InvalidEntry => ({ index, id, problem: kind }));
  return { ...report, invalidEntries };
}

/** Positions to verify; empty, which means all, where the signed part of the log does not prove them. */
async function provenRange(
  store: Store,
  { origin, publicKey }: IntegrityOptions,
  time: { readonly fromMs: number | undefined; readonly toMs: number | undefined },
): Promise<{ readonly from?: number; readonly to?: number }> {
  try {
    const latest = await readDoc(store, LATEST_CHECKPOINT);
    const signed = verifyStoredCheckpoint(latest?.value, origin, publicKey);
    if (!signed.ok) return {};
    const { size } = signed.stored;
    const source = { store, origin, publicKey };
    const readAtMs: ReadAtMs = async (index) => {
      const [row] = await store.log(index, 1);
      const receipt = row?.index === index ? await makeReceipt(source, row) : undefined;
      if (receipt === undefined) throw new Unproven();
      return entryAtMs(receipt.entry);
    };
    const range = await findRange(size, time, readAtMs, await keptFrom(store));
    // The tail that nobody signed may hold any time: only what ends before it ends early.
    if (range.to >= size) return { from: range.from };
    const to = await checkpointFrom(store, range.to);
    return to === undefined ? { from: range.from } : { from: range.from, to };
  } catch (error) {
    if (error instanceof Unproven || (isCastellanError(error) && (error.code === 'LOG_CORRUPT' || error.code === 'STORE_CORRUPT')))
      return {};
    throw error;
  }
}

/** Size of the first checkpoint at or after a position: only there a root shows whether the entries before it were rewritten. */
async function checkpointFrom(store: Store, position: number): Promise<number | undefined> {
  const prefix = storeKey.doc(CHECKPOINT_PREFIX);
  const [next] = await store.scan(prefix, { after: storeKey.doc(checkpointKey(Math.max(0, position - 1))), limit: 1 });
  const name = next?.key.slice(prefix.length) ?? '';
  return /^[0-9]{16}$/.test(name) ? Number(name) : undefined;
}

class Unproven extends Error {}
