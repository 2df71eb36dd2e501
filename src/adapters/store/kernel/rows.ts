import type { TimeMs } from '../../../core/ids.ts';

/** A row at rest: a JSON object. Never changed after it was put; a change puts a new one. */
export type Row = object;

/** Keyed rows as one step sees them: its own writes included, nobody else's until it ends. */
export interface Rows {
  get(key: string): Row | undefined;
  /** `null` deletes. */
  put(key: string, row: Row | null): void;
}

/** An entry that the log holds already, and what was answered when it came. */
export interface LoggedEntry {
  readonly index: number;
  readonly atMs: TimeMs;
  readonly epoch: number;
}

/** The time of a step, read once per commit. See `store-time.ts`. */
export interface Moment {
  /** Judges what lateness closes: max(host, store). Also the time that is written. */
  readonly closeAtMs: TimeMs;
  /** Judges what lateness opens: min(host, store). Never falls. */
  readonly openAtMs: TimeMs;
  /** True where host and store are too far apart for anything that depends on time. */
  readonly skewed: boolean;
}

/** What a command works on. */
export interface StepContext extends Moment {
  readonly rows: Rows;
  /** Finds an entry by id, in the log or among those that this commit will append. */
  findEntry(id: string): LoggedEntry | undefined;
  /** Takes an entry into this commit. */
  append(id: string, entry: string, leaf: string): void;
  /** Index that the step's first entry gets; null where the step appends none. */
  readonly logIndex: number | null;
}

/** Reads a row that this kernel wrote itself. */
export function readRow<T extends Row>(rows: Rows, key: string): T | undefined {
  return rows.get(key) as T | undefined;
}
