import { afterAll, describe, expect, it } from 'vitest';
import { systemRandom } from '../../src/adapters/host/index.ts';
import { postgresStore } from '../../src/adapters/store/postgres/index.ts';
import { redisStore } from '../../src/adapters/store/redis/index.ts';
import { storeConformance } from '../../src/testing/store-conformance.ts';
import { dropSchemas, emptySchema, hasPostgres, newSchema, POSTGRES_URL } from './postgres.ts';
import { dropPrefixes, hasRedis, newPrefix, REDIS_URL } from './redis.ts';

const here = (await hasPostgres()) && (await hasRedis());
const schema = newSchema('behind_redis');
const prefix = newPrefix('conformance');
let opened = 0;

describe.skipIf(!here)(`over Redis and PostgreSQL${here ? '' : ' (skipped: no server answers)'}`, () => {
  afterAll(() => Promise.all([dropSchemas(schema), dropPrefixes(prefix)]));

  // The prefix stays the same: what an emptied record left in Redis must count for nothing.
  storeConformance({ describe, it, expect }, 'redis', async (clock) => {
    if (opened++ > 0) await emptySchema(schema);
    return redisStore({ url: REDIS_URL, prefix, store: postgresStore({ url: POSTGRES_URL, schema, checkClock: false }) }).open({
      clock,
      random: systemRandom(),
    });
  });
});
