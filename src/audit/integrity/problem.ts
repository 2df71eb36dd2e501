/** What can be wrong with a log, by name. */
export type ProblemKind =
  /** The entry's bytes are not those of its leaf hash. */
  | 'entry_altered'
  /** Positions without an entry. */
  | 'entry_missing'
  /** The entry stands elsewhere in the log, too. */
  | 'entry_duplicated'
  /** The entry belongs at another position. */
  | 'entry_reordered'
  /** The row is filed under another id than its entry carries. */
  | 'id_mismatch'
  /** The entry does not follow from the one before it. */
  | 'chain_mismatch'
  /** The log's head says another size or hash than the entries. */
  | 'head_mismatch'
  /** A checkpoint is malformed, misfiled, of another log, or not signed by the log's key. */
  | 'checkpoint_invalid'
  /** Entries, leaves and links agree, and are not what was signed: history was written anew. */
  | 'root_mismatch'
  /** The log holds less than a signed checkpoint says. */
  | 'log_shortened'
  /** Entries were dropped, and nothing that the log's key signed says that they may. */
  | 'prune_invalid'
  /** More entries are unsigned than the caller allows. */
  | 'tail_unsigned';

/** One thing that is wrong, and where. */
export interface IntegrityProblem {
  readonly kind: ProblemKind;
  /** Position of the entry, or the size of the checkpoint; null where it concerns the whole log. */
  readonly index: number | null;
  /** Id of the entry, or the document of the checkpoint. */
  readonly id: string | null;
  readonly detail: string;
}

/** Problems kept; a log that was shifted has one at every position. */
const MAX_PROBLEMS = 200;

/** Collects problems, a bounded number of them. */
export interface ProblemList {
  add(kind: ProblemKind, index: number | null, id: string | null, detail: string): void;
  readonly found: readonly IntegrityProblem[];
  /** True where more were found than are kept. */
  readonly truncated: boolean;
}

/** An empty list. */
export function createProblemList(): ProblemList {
  const found: IntegrityProblem[] = [];
  let truncated = false;
  return {
    add(kind, index, id, detail) {
      if (found.length < MAX_PROBLEMS) found.push({ kind, index, id, detail });
      else truncated = true;
    },
    found,
    get truncated() {
      return truncated;
    },
  };
}
