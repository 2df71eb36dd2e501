import { CastellanError } from '../../../core/errors.ts';
import { migrations } from './migrations.ts';
import type { Session } from './session.ts';

/** A name that is none of the server's own. In statements it stands in quotes, so that it may be a word of SQL. */
const SCHEMA_NAME = /^(?!pg_|information_schema$)[a-z_][a-z0-9_]{0,62}$/;

/** How long a writer that says nothing more is remembered, in days: its commits are settled long since. */
const WRITER_DAYS = 7;

/** The name of a schema, checked: it stands in statements. @throws CONFIG_INVALID */
export function parseSchemaName(name: string): string {
  if (typeof name === 'string' && SCHEMA_NAME.test(name)) return name;
  throw new CastellanError('CONFIG_INVALID', {
    message: 'A schema is named by up to 63 of a-z, 0-9 and _, not beginning with a digit or pg_.',
    details: { field: 'schema' },
  });
}

/**
 * Makes the schema or brings it up to date, in one transaction that no other process shares: all of it or nothing.
 * @throws STORE_SCHEMA_NEWER where a later version wrote it: nothing is changed then.
 * @throws STORE_CORRUPT where the schema holds tables of something else.
 */
export async function migrate(session: Session, schema: string): Promise<void> {
  await session.run('BEGIN');
  try {
    await session.run(`SELECT pg_advisory_xact_lock(hashtextextended('castellan/${schema}', 0))`);
    await bringUp(session, schema);
    await session.run('COMMIT');
  } catch (error) {
    await session.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function bringUp(session: Session, schema: string): Promise<void> {
  const known = migrations(schema);
  const found = await schemaVersion(session, schema);
  if (found > known.length) {
    throw new CastellanError('STORE_SCHEMA_NEWER', {
      message: 'A later version of castellan wrote this store.',
      details: { found, known: known.length },
    });
  }
  for (const statements of known.slice(found)) await session.run(statements);
  if (found < known.length) await session.run(`UPDATE "${schema}".meta SET value = '${known.length}' WHERE name = 'schema'`);
  await session.run(`DELETE FROM "${schema}".writers WHERE at < now() - interval '${WRITER_DAYS} days'`);
}

/** The version of what is there; 0 after making an empty schema. */
async function schemaVersion(session: Session, schema: string): Promise<number> {
  const [[exists] = []] = await session.run(`SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = '${schema}'`);
  if (exists === undefined) await session.run(`CREATE SCHEMA "${schema}"`);
  const tables = (await session.run(`SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = '${schema}' ORDER BY 1`)).map(([name]) =>
    String(name),
  );
  if (tables.length === 0) {
    await session.run(`CREATE TABLE "${schema}".meta (name text PRIMARY KEY, value text NOT NULL);
      INSERT INTO "${schema}".meta VALUES ('schema', '0')`);
    return 0;
  }
  if (!tables.includes('meta')) {
    throw new CastellanError('STORE_CORRUPT', { message: 'The schema holds tables, but not those of castellan.', details: { schema } });
  }
  const [[value] = []] = await session.run(`SELECT value FROM "${schema}".meta WHERE name = 'schema'`);
  const version = Number(value ?? Number.NaN);
  if (!Number.isSafeInteger(version) || version < 0)
    throw new CastellanError('STORE_CORRUPT', { message: 'The store does not say which schema it has.' });
  return version;
}
