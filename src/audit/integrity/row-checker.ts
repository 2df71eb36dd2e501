import { chainHash, leafHash } from '../../core/digest.ts';
import type { LogRow } from '../../core/store.ts';
import { entryId } from '../entry.ts';
import type { ProblemList } from './problem.ts';

/** A row whose link to the row before it is broken; judged once the rows around it are known. */
export interface Suspect {
  readonly index: number;
  readonly id: string;
  /** Id in the entry itself. */
  readonly entryId: string | undefined;
  readonly leaf: string;
  /** The stored link. */
  readonly chain: string;
  /** The stored link of the row before. */
  readonly previous: string;
}

/** Checks rows one after the other. */
export interface RowChecker {
  /** Position that the next row must have. */
  readonly expected: number;
  /** Link of the last row. */
  readonly chain: string;
  /** Checks a row, and says whether the tree of leaves goes on with it, has a gap before it, or holds it already. */
  check(row: LogRow): 'next' | 'gap' | 'repeat';
  readonly suspects: readonly Suspect[];
}

/** Broken links kept for judgement. More mean that the log was shifted or rewritten, which one of them says already. */
const MAX_SUSPECTS = 64;
const HASH = /^[0-9a-f]{64}$/;

/** Starts at `index`, after a row whose link is `chain`. Before `kept` the text of an entry may be gone. */
export function createRowChecker(problems: ProblemList, index: number, chain: string, kept = 0): RowChecker {
  const suspects: Suspect[] = [];
  let expected = index;
  /** Null after a gap: the next link cannot be judged. */
  let previous: string | null = chain;

  return {
    get expected() {
      return expected;
    },
    get chain() {
      return previous ?? '';
    },
    suspects,
    check(row) {
      if (row.index < expected) {
        problems.add('entry_duplicated', row.index, row.id, 'The position is taken twice.');
        return 'repeat';
      }
      const isGap = row.index > expected;
      if (isGap) {
        problems.add('entry_missing', expected, null, `Entries ${expected} to ${row.index - 1} are missing.`);
        previous = null;
      }
      expected = row.index + 1;
      if (!HASH.test(row.leaf) || !HASH.test(row.chain)) {
        problems.add('entry_altered', row.index, row.id, 'The stored hashes are no hashes.');
        previous = null;
        return 'gap';
      }
      const isDropped = row.entry === '' && row.index < kept;
      if (!isDropped && !isLeafOf(row)) problems.add('entry_altered', row.index, row.id, 'The entry is not the one whose hash was stored.');
      const carried = isDropped ? row.id : entryId(row.entry);
      if (carried !== row.id) problems.add('id_mismatch', row.index, row.id, `The entry carries the id ${carried ?? '(none)'}.`);
      if (previous !== null && chainHash(previous, row.leaf) !== row.chain) {
        if (suspects.length < MAX_SUSPECTS)
          suspects.push({ index: row.index, id: row.id, entryId: carried, leaf: row.leaf, chain: row.chain, previous });
        else problems.add('chain_mismatch', row.index, row.id, 'The entry does not follow from the one before it.');
      }
      previous = row.chain;
      return isGap ? 'gap' : 'next';
    },
  };
}

function isLeafOf(row: LogRow): boolean {
  return row.entry.isWellFormed() && leafHash(row.entry) === row.leaf;
}

/**
 * Says what happened at the broken links: a copy of another row, rows that changed places, or a row that was replaced.
 * `findIndex` looks an id up in the store.
 */
export async function judgeSuspects(
  suspects: readonly Suspect[],
  problems: ProblemList,
  findIndex: (id: string) => Promise<number | undefined>,
): Promise<void> {
  const settled = new Set<number>();
  for (const here of suspects) {
    const rightful = suspects.find((other) => other.index !== here.index && fits(here, other));
    if (rightful === undefined) continue;
    problems.add('entry_reordered', rightful.index, rightful.id, `The entry belongs at position ${here.index}.`);
    settled.add(here.index);
  }
  const isReordered = settled.size > 0;
  for (const here of suspects) {
    if (settled.has(here.index)) continue;
    // Rows that moved took their links along: the links around them break too, and need no name of their own.
    if (isReordered && suspects.some((other) => follows(other.previous, here) || follows(other.chain, here))) continue;
    const twin =
      suspects.find((other) => other.index !== here.index && other.leaf === here.leaf)?.index ?? (await findIndex(here.entryId ?? here.id));
    if (twin !== undefined && twin !== here.index)
      problems.add('entry_duplicated', here.index, here.id, `The entry is that of position ${twin}.`);
    else problems.add('chain_mismatch', here.index, here.id, 'The entry does not follow from the one before it.');
  }
}

/** True where the other row's entry is the one that was appended here, under either stored link. */
function fits(here: Suspect, other: Suspect): boolean {
  const link = chainHash(here.previous, other.leaf);
  return link === here.chain || link === other.chain;
}

function follows(previous: string, row: Suspect): boolean {
  return chainHash(previous, row.leaf) === row.chain;
}
