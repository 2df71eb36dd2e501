import { describe, expect, it } from 'vitest';
import { raceOnRedis } from '../../scripts/scorecard/limits-race.ts';
import { hasPostgres, POSTGRES_URL } from './postgres.ts';
import { hasRedis, REDIS_URL } from './redis.ts';

const here = (await hasPostgres()) && (await hasRedis());

describe.skipIf(!here)(`many processes on one counter${here ? '' : ' (skipped: no server answers)'}`, () => {
  it('never grant a unit above the cap, and expired holds are used again to the last unit', async () => {
    const race = await raceOnRedis({ each: 400 }, POSTGRES_URL, REDIS_URL, 3);
    expect(race).toMatchObject({ overspend: 0, held: [600, 600, 600], refilled: 600 });
  });

  it('count nothing twice though one of them is killed again and again', async () => {
    const race = await raceOnRedis({ each: 2_000, killEveryMs: 400 }, POSTGRES_URL, REDIS_URL, 3);
    expect(race).toMatchObject({ overspend: 0, held: [3_000, 3_000, 3_000], refilled: 3_000 });
    expect(race.kills).toBeGreaterThan(0);
  });
});
