import { describe, expect, it } from 'vitest';
import { isExact, raceOnPostgres, raceOnSqlite, raceOverCrashes } from '../../scripts/scorecard/limits-race.ts';
import { hasPostgres, POSTGRES_URL } from './postgres.ts';

const here = await hasPostgres();

describe.skipIf(!here)(`many processes on one schema${here ? '' : ' (skipped: no server answers)'}`, () => {
  it('never grant a unit above the cap, and expired holds are used again to the last unit', async () => {
    const race = await raceOnPostgres({ each: 400 }, POSTGRES_URL, 3);
    expect(race).toMatchObject({ overspend: 0, held: [600, 600, 600], refilled: 600 });
  });

  it('count nothing twice though one of them is killed again and again', async () => {
    const race = await raceOnPostgres({ each: 2_000, killEveryMs: 400 }, POSTGRES_URL, 3);
    expect(race).toMatchObject({ overspend: 0, held: [3_000, 3_000, 3_000], refilled: 3_000 });
    expect(race.kills).toBeGreaterThan(0);
  });

  it('count nothing twice though the server crashes meanwhile', async ({ skip }) => {
    const race = await raceOverCrashes({ each: 1_500 }, 2, 3);
    if (race === undefined) return skip('the programs of PostgreSQL are not installed');
    expect(isExact(race)).toBe(true);
    expect(race.crashes).toBe(2);
  });
});

describe('many processes on one file', () => {
  it('count nothing twice though one of them is killed again and again', async () => {
    const race = await raceOnSqlite({ each: 400, killEveryMs: 400 }, 3);
    expect(race).toMatchObject({ overspend: 0, held: [600, 600, 600], refilled: 600 });
  });
});
