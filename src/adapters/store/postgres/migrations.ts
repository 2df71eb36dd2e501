import { splitList } from './text-list.ts';

/**
 * Forward-only migrations: entry n leads from schema n to n + 1. Released ones are never edited; a function that changes gets
 * a new name, so that processes of both versions may run while one replaces the other.
 */
export function migrations(schema: string): readonly string[] {
  return [tables(schema) + commitGroup(schema) + fenceWriter(schema), SHORT_ROWS];
}

/** No table changes: from here on rows may be in the short forms of `kernel/row-text.ts`, which schema 1 cannot read. */
const SHORT_ROWS = 'SELECT 1';

/**
 * `kv`: one row per key. `log`: one audit entry per position. `writers`: the number of each process's last
 * commit, and up to which number it gave up what was not made: two columns, so that a fence whose answer was lost is not taken for a
 * commit. `meta.stamp` names the last commit of all: whoever changes it first has written, whoever knows it knows every row.
 * Rows of some kB stay where they are, uncompressed: they are written once and read seldom.
 */
function tables(schema: string): string {
  return `
CREATE TABLE "${schema}".kv (k text COLLATE "C" PRIMARY KEY, v text NOT NULL) WITH (fillfactor = 80, toast_tuple_target = 8160);
ALTER TABLE "${schema}".kv ALTER v SET STORAGE EXTERNAL;
CREATE TABLE "${schema}".log (seq bigint PRIMARY KEY, id text COLLATE "C" NOT NULL, at bigint NOT NULL, epoch bigint NOT NULL,
  entry text NOT NULL, leaf text NOT NULL, chain text NOT NULL) WITH (toast_tuple_target = 8160);
ALTER TABLE "${schema}".log ALTER entry SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX log_id ON "${schema}".log (id);
CREATE TABLE "${schema}".writers (id text PRIMARY KEY, num bigint NOT NULL, fenced bigint NOT NULL, at timestamptz NOT NULL);
INSERT INTO "${schema}".meta VALUES ('stamp', 'empty');
`;
}

/**
 * Commits one group where the stamp is still the one that its writer knows. `lost`: another process was first, nothing is
 * written. `fenced`: the writer gave this commit up meanwhile.
 */
function commitGroup(schema: string): string {
  return `
CREATE FUNCTION "${schema}".commit_group(p_expected text, p_writer text, p_num bigint, p_stamp text, p_new_keys text, p_new_values text,
  p_keys text, p_values text, p_gone text, p_first bigint, p_at bigint, p_epochs text, p_ids text, p_entries text, p_leaves text,
  p_chains text, p_drop_from bigint, p_drop_to bigint) RETURNS text LANGUAGE plpgsql AS $body$
BEGIN
  UPDATE "${schema}".meta SET value = p_stamp WHERE name = 'stamp' AND value = p_expected;
  IF NOT FOUND THEN RETURN 'lost'; END IF;
  INSERT INTO "${schema}".writers AS w VALUES (p_writer, p_num, 0, now())
    ON CONFLICT (id) DO UPDATE SET num = excluded.num, at = excluded.at WHERE greatest(w.num, w.fenced) < excluded.num;
  IF NOT FOUND THEN
    UPDATE "${schema}".meta SET value = p_expected WHERE name = 'stamp';
    RETURN 'fenced';
  END IF;
  IF p_new_keys <> '' THEN
    INSERT INTO "${schema}".kv SELECT * FROM unnest(${splitList('p_new_keys')}, ${splitList('p_new_values')});
  END IF;
  IF p_keys <> '' THEN
    INSERT INTO "${schema}".kv SELECT * FROM unnest(${splitList('p_keys')}, ${splitList('p_values')})
      ON CONFLICT (k) DO UPDATE SET v = excluded.v;
  END IF;
  IF p_gone <> '' THEN
    DELETE FROM "${schema}".kv WHERE k = ANY (${splitList('p_gone')});
  END IF;
  IF p_ids <> '' THEN
    INSERT INTO "${schema}".log SELECT p_first + n - 1, id, p_at, epoch::bigint, entry, leaf, chain
      FROM unnest(${splitList('p_ids')}, ${splitList('p_epochs')}, ${splitList('p_entries')}, ${splitList('p_leaves')},
        ${splitList('p_chains')}) WITH ORDINALITY AS t (id, epoch, entry, leaf, chain, n);
  END IF;
  IF p_drop_to > p_drop_from THEN
    UPDATE "${schema}".log SET entry = '' WHERE seq >= p_drop_from AND seq < p_drop_to;
  END IF;
  RETURN 'ok';
END $body$;
`;
}

/**
 * Says which commit of a writer was its last one, and sees to it that none up to `p_num` is made from now on: what was sent
 * and never answered is decided by this, whatever still runs or lies in a buffer.
 */
function fenceWriter(schema: string): string {
  return `
CREATE FUNCTION "${schema}".fence_writer(p_writer text, p_num bigint) RETURNS bigint LANGUAGE plpgsql AS $body$
DECLARE
  last bigint;
BEGIN
  PERFORM 1 FROM "${schema}".meta WHERE name = 'stamp' FOR UPDATE;
  SELECT num INTO last FROM "${schema}".writers WHERE id = p_writer;
  INSERT INTO "${schema}".writers AS w VALUES (p_writer, 0, p_num, now())
    ON CONFLICT (id) DO UPDATE SET fenced = greatest(w.fenced, excluded.fenced), at = excluded.at;
  RETURN coalesce(last, 0);
END $body$;
`;
}
