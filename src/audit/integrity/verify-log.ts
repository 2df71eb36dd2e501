import { isCastellanError } from '../../core/errors.ts';
import type { LogHead, LogPruned, Store } from '../../core/store.ts';
import type { Checkpoint } from '../checkpoint.ts';
import { verifyCheckpoint } from '../checkpoint.ts';
import { EMPTY_CHAIN } from '../log-tail.ts';
import { readPruned, readPruneStatement } from '../pruned.ts';
import type { StoredCheckpoint } from '../stored-checkpoint.ts';
import { type WalkedCheckpoint, walkCheckpoints } from './checkpoint-walk.ts';
import { createProblemList, type IntegrityProblem, type ProblemList } from './problem.ts';
import { createRootChecker } from './root-checker.ts';
import { createRowChecker, judgeSuspects } from './row-checker.ts';

/** What to verify. */
export interface IntegrityOptions {
  /** First position that must be checked; the check starts at the checkpoint before it. Default 0. */
  readonly from?: number;
  /** Position after the last; the check goes on to a held checkpoint's size. Default the log's size. */
  readonly to?: number;
  /** A checkpoint that the verifier kept or was given: the log must contain all that it covers. */
  readonly checkpoint?: string;
  /** Raw Ed25519 key of the log. */
  readonly publicKey: Uint8Array;
  /** `castellan/<tenant>`. */
  readonly origin: string;
  /** Unsigned entries at the end that are still right; unlimited by default. */
  readonly maxUnsigned?: number;
}

/** What verifying came to. */
export interface IntegrityReport {
  readonly valid: boolean;
  /** Entries that the log's head claims. */
  readonly size: number;
  /** Link of the last entry checked. */
  readonly chainHash: string;
  /** Tree hash of everything up to the last entry checked; null where a gap leaves none. */
  readonly root: string | null;
  readonly checkedEntries: number;
  /** Entries covered by the newest valid checkpoint. */
  readonly signedSize: number;
  /** How far texts were dropped, by a statement of the log's key, and the archive that holds them; null where none were. */
  readonly pruned: LogPruned | null;
  readonly problems: readonly IntegrityProblem[];
  /** True where more problems were found than are listed. */
  readonly truncated: boolean;
}

const BATCH = 1_000;

/**
 * Verifies a log against itself, against every checkpoint stored with it, and against one that the verifier holds. Streams
 * in batches of 1,000 rows; entries and checkpoints that are appended meanwhile are left to the next run.
 *
 * What it cannot see: a log that was rewritten or shortened together with all its checkpoints, by somebody who has the
 * log's key; or shortened with them by anybody. A checkpoint held elsewhere shows both.
 *
 * @param store - only read
 * @param options - origin and public key of the log, and a checkpoint that the verifier holds
 * @example
 * ```ts
 * import { verifyLog } from 'castellan';
 * import { createMemoryStore } from 'castellan/store/memory';
 * import { createManualClock } from 'castellan/testing';
 *
 * const store = createMemoryStore({ clock: createManualClock() }); // or the store of a deployment, opened for reading
 * const { valid, checkedEntries, problems } = await verifyLog(store, { origin: 'castellan.log/acme', publicKey: new Uint8Array(32) });
 * console.log(valid, checkedEntries, problems.length); // true 0 0
 * ```
 */
export async function verifyLog(store: Store, options: IntegrityOptions): Promise<IntegrityReport> {
  const problems = createProblemList();
  const held = readHeld(options, problems);
  const head = await readHead(store, problems);
  const from = Math.min(options.from ?? 0, held?.size ?? Number.MAX_SAFE_INTEGER, head.size);
  const end = Math.min(Math.max(options.to ?? head.size, held?.size ?? 0), head.size);
  const base = await baseFor(store, options, from);
  const start = base?.size ?? 0;

  const pruned = await prunedBy(store, options, problems);
  const checker = createRowChecker(problems, start, base?.chain ?? EMPTY_CHAIN, pruned?.before);
  const roots = createRootChecker({ store, origin: options.origin, publicKey: options.publicKey, problems, base, held });
  await roots.compare(start);
  let checkedEntries = 0;
  while (checker.expected < end) {
    const rows = await store.log(checker.expected, Math.min(BATCH, end - checker.expected));
    if (rows.length === 0) break;
    for (const row of rows) {
      if (row.index >= end) break;
      const step = checker.check(row);
      checkedEntries += 1;
      if (step !== 'repeat') roots.append(row.leaf, step === 'gap');
      if (roots.isDue(checker.expected)) await roots.compare(checker.expected);
    }
    if ((rows.at(-1)?.index ?? end) >= end) break;
  }
  if (checker.expected < end)
    problems.add('entry_missing', checker.expected, null, `Entries ${checker.expected} to ${end - 1} are missing.`);
  await judgeSuspects(checker.suspects, problems, (id) => store.findLog(id));
  await checkHead(store, head, end, checker.expected, checker.chain, problems);
  const signedSize = await roots.finish(head.size);
  const unsigned = Math.max(0, head.size - signedSize);
  if (unsigned > (options.maxUnsigned ?? Number.POSITIVE_INFINITY))
    problems.add('tail_unsigned', signedSize, null, `${unsigned} entries are covered by no checkpoint.`);
  return {
    valid: problems.found.length === 0,
    size: head.size,
    chainHash: checker.chain,
    root: roots.root(),
    checkedEntries,
    signedSize,
    pruned,
    problems: problems.found,
    truncated: problems.truncated,
  };
}

/** How far the log's own key allows texts to be gone. Whatever else is gone is altered. */
async function prunedBy(store: Store, { origin, publicKey }: IntegrityOptions, problems: ProblemList): Promise<LogPruned | null> {
  let pruned: LogPruned | null = null;
  try {
    pruned = await readPruned(store);
    if (pruned === null || (await readPruneStatement(store, pruned, origin, publicKey)) !== undefined) return pruned;
  } catch (error) {
    if (!isCastellanError(error) || error.code !== 'STORE_CORRUPT') throw error;
  }
  problems.add('prune_invalid', pruned?.before ?? null, pruned?.record ?? null, 'Nothing that is signed says that entries were dropped.');
  return null;
}

function readHeld(options: IntegrityOptions, problems: ProblemList): Checkpoint | undefined {
  if (options.checkpoint === undefined) return undefined;
  const result = verifyCheckpoint(options.checkpoint, options.origin, options.publicKey);
  if (result.ok) return result.checkpoint;
  problems.add('checkpoint_invalid', null, 'held', `The held checkpoint is refused: ${result.reason}.`);
  return undefined;
}

/** The head as the store says it; an unreadable one is a problem, and an empty log to compare with. */
async function readHead(store: Store, problems: ProblemList): Promise<LogHead> {
  try {
    const head = await store.logHead();
    if (Number.isSafeInteger(head.size) && head.size >= 0 && typeof head.chain === 'string') return head;
  } catch (error) {
    if (!isCastellanError(error) || error.code !== 'STORE_CORRUPT') throw error;
  }
  problems.add('head_mismatch', null, null, 'The head of the log is unreadable.');
  return { size: 0, chain: EMPTY_CHAIN };
}

/** The last valid checkpoint at or before `from`; the check starts there. */
async function baseFor(store: Store, options: IntegrityOptions, from: number): Promise<StoredCheckpoint | undefined> {
  if (from === 0) return undefined;
  let candidates: WalkedCheckpoint[] = [];
  for await (const walked of walkCheckpoints(store, options.origin, options.publicKey, 0)) {
    if (walked.size > from) break;
    candidates = [...candidates.slice(-7), walked];
  }
  for (const walked of candidates.reverse()) {
    const result = walked.verify();
    if (result.ok) return result.stored;
  }
  return undefined;
}

async function checkHead(store: Store, head: LogHead, end: number, reached: number, chain: string, problems: ProblemList): Promise<void> {
  if (end < head.size) return;
  if (reached === head.size && chain !== head.chain)
    problems.add('head_mismatch', head.size, null, 'The hash of the head is not that of the last entry.');
  const beyond = await store.log(head.size, 1);
  if (beyond.length === 0) return;
  const isGrowing = await store.logHead().then(
    ({ size }) => size > head.size,
    () => false,
  );
  if (!isGrowing) problems.add('head_mismatch', head.size, null, 'The log holds more entries than its head says.');
}
