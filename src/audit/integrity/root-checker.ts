import { readDoc } from '../../core/doc.ts';
import { isCastellanError } from '../../core/errors.ts';
import type { Doc, Store } from '../../core/store.ts';
import type { Checkpoint } from '../checkpoint.ts';
import { type CompactRange, createCompactRange } from '../merkle/compact-range.ts';
import { LATEST_CHECKPOINT, type StoredCheckpoint, verifyStoredCheckpoint } from '../stored-checkpoint.ts';
import { type WalkedCheckpoint, walkCheckpoints } from './checkpoint-walk.ts';
import type { ProblemList } from './problem.ts';

/** What comparing roots needs. */
export interface RootCheckerOptions {
  readonly store: Store;
  readonly origin: string;
  readonly publicKey: Uint8Array;
  readonly problems: ProblemList;
  /** The checkpoint to start at. */
  readonly base: StoredCheckpoint | undefined;
  /** The checkpoint that the verifier holds, its signature verified. */
  readonly held: Checkpoint | undefined;
}

/** Keeps the tree of leaves and compares its root wherever a checkpoint says one. */
export interface RootChecker {
  append(leaf: string, afterGap: boolean): void;
  /** True where a checkpoint may stand at `size`. Cheap: asked after every entry. */
  isDue(size: number): boolean;
  /** Compares with every checkpoint up to `size`. */
  compare(size: number): Promise<void>;
  /** Tree hash so far; null after a gap. */
  root(): string | null;
  /** Checks what lies beyond the end, and the latest checkpoint. Returns the size that is signed. */
  finish(headSize: number): Promise<number>;
}

/** Starts at the base checkpoint, or at the empty tree. */
export function createRootChecker(options: RootCheckerOptions): RootChecker {
  const { store, origin, publicKey, problems, base, held } = options;
  const walk = walkCheckpoints(store, origin, publicKey, base?.size ?? 0);
  /** Null after a gap, until a checkpoint's frontier gives the tree back. */
  let range: CompactRange | null = createCompactRange(base?.frontier);
  let next: WalkedCheckpoint | undefined;
  let isStarted = false;
  let signedSize = base?.size ?? 0;

  const advance = async (): Promise<void> => {
    isStarted = true;
    next = undefined;
    try {
      const step = await walk.next();
      if (step.done !== true) next = step.value;
    } catch (error) {
      unreadable(error, null);
    }
  };
  const unreadable = (error: unknown, key: string | null): void => {
    if (!isCastellanError(error) || error.code !== 'STORE_CORRUPT') throw error;
    problems.add('checkpoint_invalid', null, key, 'A checkpoint is unreadable.');
  };
  const compareStored = (walked: WalkedCheckpoint, size: number): void => {
    const result = walked.verify();
    if (!result.ok) {
      problems.add(
        'checkpoint_invalid',
        Number.isNaN(walked.size) ? null : walked.size,
        walked.key,
        `The checkpoint is refused: ${result.reason}.`,
      );
      return;
    }
    const { stored, checkpoint } = result;
    if (range?.size === stored.size && range.root() !== checkpoint.root) {
      problems.add(
        'root_mismatch',
        stored.size,
        walked.key,
        `The entries ${signedSize} to ${stored.size - 1} are not those that were signed.`,
      );
    }
    // From here on the signed tree counts, so that a second rewrite shows as well.
    if (stored.size === size) range = createCompactRange(stored.frontier);
    signedSize = stored.size;
  };
  const checkLatest = async (size: number): Promise<void> => {
    let latest: Doc | undefined;
    try {
      latest = await readDoc(store, LATEST_CHECKPOINT);
    } catch (error) {
      unreadable(error, LATEST_CHECKPOINT);
      return;
    }
    if (latest === undefined) {
      if (signedSize > 0) problems.add('checkpoint_invalid', null, LATEST_CHECKPOINT, 'The latest checkpoint is gone.');
      return;
    }
    const result = verifyStoredCheckpoint(latest.value, origin, publicKey);
    if (!result.ok) {
      problems.add('checkpoint_invalid', null, LATEST_CHECKPOINT, `The latest checkpoint is refused: ${result.reason}.`);
      return;
    }
    const { stored, checkpoint } = result;
    if (stored.size < signedSize)
      problems.add('checkpoint_invalid', stored.size, LATEST_CHECKPOINT, `The latest checkpoint is older than the one at ${signedSize}.`);
    if (stored.size > size)
      problems.add(
        'log_shortened',
        stored.size,
        LATEST_CHECKPOINT,
        `The latest checkpoint covers ${stored.size} entries, the log has ${size}.`,
      );
    else signedSize = Math.max(signedSize, stored.size);
    if (range?.size === stored.size && range.root() !== checkpoint.root) {
      problems.add('root_mismatch', stored.size, LATEST_CHECKPOINT, 'The entries are not those that the latest checkpoint covers.');
    }
  };
  const currentSize = async (): Promise<number> => {
    try {
      return (await store.logHead()).size;
    } catch (error) {
      if (!isCastellanError(error) || error.code !== 'STORE_CORRUPT') throw error;
      return 0;
    }
  };

  return {
    append(leaf, afterGap) {
      if (afterGap) range = null;
      else range?.append(leaf);
    },
    isDue: (size) => held?.size === size || (next !== undefined && !(next.size > size)),
    async compare(size) {
      if (!isStarted) await advance();
      if (held?.size === size && range?.size === size && range.root() !== held.root) {
        problems.add('root_mismatch', size, 'held', 'The entries are not those that the held checkpoint covers.');
      }
      while (next !== undefined && !(next.size > size)) {
        compareStored(next, size);
        await advance();
      }
    },
    root: () => range?.root() ?? null,
    async finish(headSize) {
      // Read again: what was appended meanwhile may have been signed meanwhile.
      const size = Math.max(headSize, await currentSize());
      if (held !== undefined && held.size > size)
        problems.add('log_shortened', held.size, 'held', `The held checkpoint covers ${held.size} entries, the log has ${size}.`);
      if (next !== undefined && next.size > size)
        problems.add('log_shortened', next.size, next.key, `A checkpoint covers ${next.size} entries, the log has ${size}.`);
      await checkLatest(size);
      return signedSize;
    },
  };
}
