import { expect, it } from 'vitest';
import { sqliteRace } from '../../scripts/scorecard/gate-sqlite-race.ts';

it('two processes on one file never grant a unit above the cap, and expired holds are used again to the last unit', async () => {
  const race = await sqliteRace(1_000);
  expect(race).toMatchObject({ overspend: 0, granted: race.cap, refilled: race.cap });
});
