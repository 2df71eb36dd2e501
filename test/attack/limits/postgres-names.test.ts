import { afterAll, describe, expect, it } from 'vitest';
import { systemClock, systemRandom } from '../../../src/adapters/host/index.ts';
import { createPostgresStore } from '../../../src/adapters/store/postgres/index.ts';
import { appendCommand, applyOne, codeOf, redeemed, reserveCommand } from '../../../src/testing/store-conformance/scene.ts';
import { dropSchemas, hasPostgres, newSchema, onPostgres, POSTGRES_URL } from '../../store/postgres.ts';

const here = await hasPostgres();
const open = (schema: string, url = POSTGRES_URL) =>
  createPostgresStore({ url, schema, clock: systemClock(), random: systemRandom(), lockDeadlineMs: 20_000 });

describe.skipIf(!here)(`names on a shared server${here ? '' : ' (skipped: no server answers)'}`, () => {
  const [schema, planted] = [newSchema('names'), newSchema('planted')];
  // Words of SQL are names like any other: an own one each, so that nobody's schema is dropped.
  const words = ['order', 'user', 'default'];
  afterAll(() => dropSchemas(schema, planted, ...words.map((word) => `"${word}"`)));

  it('an operator or function that another user planted in the search path is never called', async () => {
    await onPostgres(`CREATE SCHEMA ${planted};
      CREATE FUNCTION ${planted}.join_numbers(bigint, bigint) RETURNS text LANGUAGE sql AS $$ SELECT '7 7 7' $$;
      CREATE OPERATOR ${planted}.|| (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = ${planted}.join_numbers);
      CREATE FUNCTION ${planted}.string_to_array(text, text) RETURNS text[] LANGUAGE sql AS $$ SELECT ARRAY['ledger/planted'] $$;
      CREATE FUNCTION ${planted}.current_setting(text) RETURNS text LANGUAGE sql AS $$ SELECT 'off' $$;
      CREATE FUNCTION ${planted}.set_config(text, text, boolean) RETURNS text LANGUAGE sql AS $$ SELECT 'off' $$`);
    for (const path of [planted, `${planted},pg_catalog`]) {
      const store = await open(schema, `${POSTGRES_URL}?options=${encodeURIComponent(`-c search_path=${path}`)}`);
      const now = await store.now();
      const id = path === planted ? 'a' : 'b';
      const first = await applyOne(store, appendCommand(`${id}1`), reserveCommand(now, { id }));
      expect(first).toMatchObject({ ok: true, replayed: false });
      await store.close();
      const again = await open(schema, `${POSTGRES_URL}?options=${encodeURIComponent(`-c search_path=${path}`)}`);
      expect(await applyOne(again, appendCommand(`${id}1`))).toEqual({ ...first, replayed: true });
      expect(again.info.notes).toEqual([]);
      await again.close();
    }
  });

  it('a schema may have any name that is accepted, a word of SQL too', async () => {
    for (const word of words) {
      expect(await onPostgres(`SELECT 1 FROM pg_namespace WHERE nspname = '${word}'`)).toEqual([]);
      const store = await open(word);
      expect(await redeemed(store, await store.now(), { id: 'r1' })).toBe('ok');
      expect(await codeOf(store, appendCommand('e1'))).toBe('ok');
      expect(await store.findLog('e1')).toBe(0);
      await store.close();
    }
  });
});
