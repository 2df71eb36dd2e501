import { afterAll, describe, expect, it } from 'vitest';
import { systemRandom } from '../../src/adapters/host/index.ts';
import { postgresStore } from '../../src/adapters/store/postgres/index.ts';
import { storeConformance } from '../../src/testing/store-conformance.ts';
import { dropSchemas, emptySchema, hasPostgres, newSchema, POSTGRES_URL } from './postgres.ts';

const here = await hasPostgres();
const schema = newSchema('conformance');
let cachedRows = 50_000;
let opened = 0;

describe.skipIf(!here)(`over PostgreSQL${here ? '' : ' (skipped: no server answers)'}`, () => {
  afterAll(() => dropSchemas(schema));

  // Every other store runs without a row cache, so that rows also come back from their serialized form.
  storeConformance({ describe, it, expect }, 'postgres', async (clock) => {
    cachedRows = cachedRows === 1 ? 50_000 : 1;
    if (opened++ > 0) await emptySchema(schema);
    return postgresStore({ url: POSTGRES_URL, schema, cachedRows, checkClock: false }).open({ clock, random: systemRandom() });
  });
});
