import { Client } from 'pg';

/** Where the tests find PostgreSQL. */
export const POSTGRES_URL = process.env['CASTELLAN_TEST_POSTGRES_URL'] ?? 'postgres://postgres@127.0.0.1:5432/test';

/** Runs statements without parameters over a connection of their own; the rows of the last one. */
export async function onPostgres(text: string, url = POSTGRES_URL): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  await client.connect();
  try {
    const result: unknown = await client.query(text);
    return (Array.isArray(result) ? result.at(-1) : result).rows;
  } finally {
    await client.end();
  }
}

/** True where the server answers. With CASTELLAN_REQUIRE_SERVICES=1 an absent one is a failure. */
export async function hasPostgres(): Promise<boolean> {
  try {
    await onPostgres('SELECT 1');
    return true;
  } catch (error) {
    if (process.env['CASTELLAN_REQUIRE_SERVICES'] === '1') throw new Error('PostgreSQL is required and does not answer.', { cause: error });
    return false;
  }
}

let schemas = 0;
let emptier: Client | undefined;

/** A name that no other suite of this run has. */
export function newSchema(of: string): string {
  return `castellan_${of}_${process.pid}_${schemas++}`;
}

/** Empties the store of a schema, as if it had just been made. */
export async function emptySchema(schema: string): Promise<void> {
  const tables = ['kv', 'log', 'writers'].map((name) => `DELETE FROM ${schema}.${name};`).join(' ');
  if (emptier === undefined) {
    emptier = new Client({ connectionString: POSTGRES_URL });
    await emptier.connect();
  }
  await emptier.query(`SET synchronous_commit = off; ${tables} UPDATE ${schema}.meta SET value = 'empty' WHERE name = 'stamp'`);
}

/** Drops the schemas of a suite. */
export async function dropSchemas(...names: readonly string[]): Promise<void> {
  await emptier?.end();
  emptier = undefined;
  await onPostgres(names.map((name) => `DROP SCHEMA IF EXISTS ${name} CASCADE`).join('; '));
}
