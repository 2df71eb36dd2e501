import type { Doc, Json, PriceSource } from '../core/index.ts';

/** Rows as the store answered them, in the order of their keys. */
export interface JudgeRows {
  readonly keys: readonly string[];
  readonly values: readonly (Json | undefined)[];
}

/** The state behind the facts: rows that were read for this judgement, and prices. Seen only inside `fact`. */
export interface JudgeState {
  /** A row; undefined where the store has none. @throws Error for a row that nobody read: absent and unread are not the same */
  row(key: string): Json | undefined;
  /** The value of a document row; undefined where there is none. */
  doc(key: string): Json | undefined;
  readonly price: PriceSource | undefined;
}

/** State over rows read together. `more` are rows that a later layer had to read. */
export function createJudgeState(rows: JudgeRows, price: PriceSource | undefined, more?: JudgeRows): JudgeState {
  if (rows.keys.length !== rows.values.length) throw new TypeError('rows and keys do not match');
  const row = (key: string): Json | undefined => {
    let at = rows.keys.indexOf(key);
    if (at >= 0) return rows.values[at] ?? undefined;
    at = more?.keys.indexOf(key) ?? -1;
    if (at >= 0) return more?.values[at] ?? undefined;
    throw new TypeError(`the row ${key} was not read`);
  };
  return {
    row,
    doc(key) {
      const found = row(key);
      return found === undefined ? undefined : ((found as unknown as Doc).value as Json);
    },
    price,
  };
}
