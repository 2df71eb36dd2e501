import { chainHash, leafHash } from '../core/digest.ts';
import { CastellanError } from '../core/errors.ts';
import type { LogRow, Store } from '../core/store.ts';
import { type CompactRange, createCompactRange, type Frontier } from './merkle/compact-range.ts';
import { keptFrom } from './pruned.ts';

/** The chain hash before the first entry. */
export const EMPTY_CHAIN = '0'.repeat(64);
/** Rows read at once: what a store hands out in one call. */
const BATCH = 1_000;

/** Where a log stands: enough to sign it. */
export interface TailState {
  readonly size: number;
  readonly chain: string;
  readonly root: string;
  readonly frontier: Frontier;
}

/** Follows the end of the log and keeps its tree. */
export interface LogTail {
  /** Entries in the tree. */
  readonly size: number;
  /** Entries known to exist; more than `size` where another process appended in between. */
  readonly seen: number;
  /** Takes what this process committed; amortised one hash an entry. What leaves a gap waits for `catchUp`. */
  take(rows: readonly LogRow[]): void;
  /**
   * Reads what is missing up to the log's head, checking each leaf and link.
   * @throws LOG_CORRUPT where the log contradicts itself or became shorter; STORE_UNAVAILABLE
   */
  catchUp(): Promise<void>;
  state(): TailState;
}

/** Starts at a state that the caller trusts, by default at the empty log. */
export function createLogTail(
  store: Store,
  from: { readonly chain: string; readonly frontier: Frontier } = { chain: EMPTY_CHAIN, frontier: { size: 0, nodes: [] } },
): LogTail {
  const range: CompactRange = createCompactRange(from.frontier);
  let { chain } = from;
  let seen = range.size;

  const append = (row: LogRow): void => {
    range.append(row.leaf);
    chain = row.chain;
    if (seen < range.size) seen = range.size;
  };
  /** An entry that was dropped has its leaf and its link left, and is no less part of the tree. */
  const check = (row: LogRow, kept: number): void => {
    const isWhole = leafHash(row.entry) === row.leaf || (row.entry === '' && row.index < kept);
    if (row.index === range.size && isWhole && chainHash(chain, row.leaf) === row.chain) return;
    throw new CastellanError('LOG_CORRUPT', {
      message: 'The audit log contradicts itself.',
      details: { index: range.size, found: row.index },
    });
  };

  return {
    get size() {
      return range.size;
    },
    get seen() {
      return seen;
    },
    take(rows) {
      for (const row of rows) {
        if (row.index === range.size) append(row);
        else if (row.index >= seen) seen = row.index + 1;
      }
    },
    async catchUp() {
      // Commits of this process are taken while we wait: only what was known before the call can have been lost.
      const known = range.size;
      const head = await store.logHead();
      if (head.size < known) {
        throw new CastellanError('LOG_CORRUPT', { message: 'The audit log became shorter.', details: { size: head.size, before: known } });
      }
      seen = Math.max(seen, head.size);
      while (range.size < head.size) {
        const rows = await store.log(range.size, BATCH);
        if (rows.length === 0)
          throw new CastellanError('LOG_CORRUPT', { message: 'The audit log lacks entries.', details: { index: range.size } });
        const kept = rows.some(({ entry }) => entry === '') ? await keptFrom(store) : 0;
        for (const row of rows) {
          if (row.index < range.size) continue;
          check(row, kept);
          append(row);
        }
      }
    },
    state: () => ({ size: range.size, chain, root: range.root(), frontier: range.frontier() }),
  };
}
