import { splitList } from './text-list.ts';

/** The statements of one schema, each prepared once per session under its name. */
export interface Statements {
  /** Takes the lock under which groups are committed, in the transaction that is open. */
  readonly lock: string;
  /**
   * $1 keys, $2 entry ids. One state: `0, stamp, greatest request key`, then `1, key, row` and `2, id, 'seq at epoch'` for what
   * there is.
   */
  readonly fetch: string;
  /** $1 a stamp, $2 keys if it is the current one, $3 keys if it is not. One state: `0, stamp`, then `1, key, row`. */
  readonly read: string;
  readonly commit: string;
  readonly fence: string;
  readonly scanFrom: string;
  readonly scanAfter: string;
  readonly entries: string;
  readonly find: string;
}

/** How many parameters {@link Statements.commit} has. */
const COMMIT_PARAMETERS = 18;

/** Spells the statements for a schema whose name was checked. */
export function createStatements(schema: string): Statements {
  const stamp = `(SELECT value FROM "${schema}".meta WHERE name = 'stamp')`;
  const parameters = Array.from({ length: COMMIT_PARAMETERS }, (_, at) => `$${at + 1}`).join(', ');
  return {
    lock: `SELECT 1 FROM "${schema}".meta WHERE name = 'stamp' FOR UPDATE`,
    fetch: `SELECT 0, ${stamp}, (SELECT max(k) FROM "${schema}".kv WHERE k >= 'request/' AND k < 'request0')
      UNION ALL SELECT 1, k, v FROM "${schema}".kv WHERE k = ANY (${splitList('$1::text')})
      UNION ALL SELECT 2, id, seq || ' ' || at || ' ' || epoch FROM "${schema}".log WHERE id = ANY (${splitList('$2::text')})`,
    read: `SELECT 0, ${stamp}, NULL
      UNION ALL SELECT 1, k, v FROM "${schema}".kv
        WHERE k = ANY (${splitList(`CASE WHEN ${stamp} = $1::text THEN $2::text ELSE $3::text END`)})`,
    commit: `SELECT "${schema}".commit_group(${parameters})`,
    fence: `SELECT "${schema}".fence_writer($1, $2)`,
    scanFrom: `SELECT k, v FROM "${schema}".kv WHERE k >= $1 AND k < $2 ORDER BY k LIMIT $3`,
    scanAfter: `SELECT k, v FROM "${schema}".kv WHERE k > $1 AND k < $2 ORDER BY k LIMIT $3`,
    entries: `SELECT seq, id, entry, leaf, chain FROM "${schema}".log WHERE seq >= $1 ORDER BY seq LIMIT $2`,
    find: `SELECT seq FROM "${schema}".log WHERE id = $1`,
  };
}
