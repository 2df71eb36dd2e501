import { describe, expect, it } from 'vitest';
import { mulberry32 } from '../../scripts/scorecard/measure.ts';
import { civilField, parseDate } from '../../src/authz/policy/time/civil-time.ts';
import { isTimeZone, zoneOffsetMs } from '../../src/authz/policy/time/time-zone.ts';
import { fee, foreign, judgeOnce, OPEN, policyOf, send } from './fixture.ts';
import { changesOf, instant, mismatch } from './zone-pairs.ts';

const HOUR = 3_600_000;

describe('civil time', () => {
  it('is what another library says, half of it about the changes of clocks', () => {
    const random = mulberry32(20);
    const zones = ['Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Africa/Casablanca'];
    let near = 0;
    for (const zone of zones) {
      const changes = changesOf(zone, Date.UTC(2025, 0, 1), Date.UTC(2027, 0, 1));
      near += changes.length;
      for (let pair = 0; pair < 250; pair += 1) expect(mismatch(zone, instant(random, changes, pair % 2 === 0))).toBeUndefined();
    }
    expect(near).toBeGreaterThan(10);
  });

  it('shows an hour twice, and leaves one out', () => {
    const hourAt = (atMs: number) => civilField('hour', atMs + zoneOffsetMs('Europe/Berlin', atMs));
    const autumn = Date.UTC(2025, 9, 26, 1);
    expect([hourAt(autumn - HOUR), hourAt(autumn - 1), hourAt(autumn), hourAt(autumn + HOUR)]).toEqual([2, 2, 2, 3]);
    const spring = Date.UTC(2025, 2, 30, 1);
    expect([hourAt(spring - 1), hourAt(spring)]).toEqual([1, 3]);
    expect(zoneOffsetMs('Australia/Lord_Howe', Date.UTC(2025, 6, 1))).toBe(10.5 * HOUR);
    expect(zoneOffsetMs('Asia/Kathmandu', -1)).toBe(5.5 * HOUR);
  });

  it('knows zones by name, and days by the calendar', () => {
    for (const zone of ['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5']) expect(isTimeZone(zone), zone).toBe(true);
    for (const zone of ['', '+05:30', 'Europe/Nowhere', 'local', '../etc', 'E'.repeat(99)]) expect(isTimeZone(zone), zone).toBe(false);
    expect([parseDate('2024-02-29'), parseDate('2025-02-29'), parseDate('2025-13-01'), parseDate('2025-1-1')]).toEqual([
      20_240_229,
      undefined,
      undefined,
      undefined,
    ]);
    expect([civilField('weekday', -1), civilField('hour', -1), civilField('date', -1)]).toEqual([3, 23, 19_691_231]);
  });

  it('holds for the hours of a policy, and what it read stands in the decision', async () => {
    // 08:53 UTC is 10:53 in Berlin.
    const judged = (timezone: string) =>
      judgeOnce({
        policy: policyOf({ ...OPEN, timeRestrictions: [{ startHour: 10, endHour: 11, timezone }] }),
        request: foreign(),
        effects: [fee(), send(1n)],
      });
    const { verdict, facts } = await judged('Europe/Berlin');
    expect([verdict, facts['time.offset.Europe/Berlin']]).toEqual(['approved', 2 * HOUR]);
    expect((await judged('UTC')).verdict).toBe('denied');
    expect(() => policyOf({ timeRestrictions: [{ timezone: 'Mars/Olympus' }] })).toThrow(/timezone/);
  });
});
