import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

/** Rows that one statement takes, most first: a full group of small callers is one call into SQLite. */
const TIERS = [64, 16, 4, 1] as const;

/** Writes rows through as few statements as they fit in: the values of the first row, then those of the second, … */
export type BulkWriter = (values: readonly SQLInputValue[]) => void;

/**
 * Prepares a statement for each number of rows.
 *
 * @param columns - values of one row
 * @param sql - the statement around its list of rows, `(?, ?), (?, ?), …`
 */
export function createBulkWriter(db: DatabaseSync, columns: number, sql: (rows: string) => string): BulkWriter {
  const row = `(${Array.from({ length: columns }, () => '?').join(', ')})`;
  const tiers = TIERS.map((rows): readonly [number, StatementSync] => [
    rows * columns,
    db.prepare(sql(Array.from({ length: rows }, () => row).join(', '))),
  ]);
  return (values) => {
    let at = 0;
    for (const [width, statement] of tiers) {
      for (; values.length - at >= width; at += width) {
        statement.run(...(values.length === width ? values : values.slice(at, at + width)));
      }
    }
  };
}
