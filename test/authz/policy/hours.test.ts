import { describe, expect, it } from 'vitest';
import { civilField, parseDate, TIME_RANGES } from '../../../src/authz/policy/time/civil-time.ts';
import { withinHours } from '../../../src/authz/policy/time/hours.ts';
import { zoneOffsetMs } from '../../../src/authz/policy/time/time-zone.ts';

const HOUR = 3_600_000;
/** A Wednesday. */
const MIDNIGHT = Date.UTC(2026, 0, 14);
const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];
const hours = (startHour: number, endHour: number, type: 'allow' | 'deny' = 'allow', daysOfWeek: readonly number[] = EVERY_DAY) => ({
  type,
  daysOfWeek,
  startHour,
  endHour,
});
const at =
  (hour: number, ms = 0) =>
  (): number =>
    MIDNIGHT + hour * HOUR + ms;

describe('permitted hours', () => {
  it('begin with their first hour and end before their last', () => {
    const window = [hours(9, 17)];
    expect([at(9, -1), at(9), at(17, -1), at(17)].map((moment) => withinHours(window, moment))).toEqual([false, true, true, false]);
    expect(withinHours([hours(0, 24)], at(24, -1))).toBe(true);
  });

  it('are all hours where only denied ones are named, and none of the denied', () => {
    expect(withinHours([], at(3))).toBe(true);
    expect(withinHours([hours(2, 4, 'deny')], at(3))).toBe(false);
    expect(withinHours([hours(2, 4, 'deny')], at(4))).toBe(true);
    expect(withinHours([hours(0, 24), hours(2, 4, 'deny')], at(3))).toBe(false);
    expect(withinHours([hours(2, 4, 'deny'), hours(0, 24)], at(5))).toBe(true);
  });

  it('are those of any window, on its days, by its own clock', () => {
    const windows = [hours(1, 2), hours(5, 6)];
    expect([1, 3, 5].map((hour) => withinHours(windows, at(hour)))).toEqual([true, false, true]);
    expect(withinHours([hours(0, 24, 'allow', [3])], at(1))).toBe(true);
    expect(withinHours([hours(0, 24, 'allow', [2, 4])], at(1))).toBe(false);
    const asked: (string | undefined)[] = [];
    withinHours([{ ...hours(1, 2), timeZone: 'Asia/Tokyo' }, hours(1, 2)], (zone) => {
      asked.push(zone);
      return MIDNIGHT;
    });
    expect(asked).toEqual(['Asia/Tokyo', undefined]);
  });
});

describe('days and clocks', () => {
  it('tells days that there are from days that there are not', () => {
    expect(['2025-01-31', '2025-12-01', '0001-01-01', '9999-12-31'].map(parseDate)).toEqual([20_250_131, 20_251_201, 10_101, 99_991_231]);
    expect(['2025-04-31', '2025-00-10', '2025-03-00', '2025-01-32', '1900-02-29', '2025-01-011', 'x2025-01-01'].map(parseDate)).toEqual(
      Array.from({ length: 7 }, () => undefined),
    );
    expect(parseDate('2000-02-29')).toBe(20_000_229);
  });

  it('has every field of a moment within its range, also before 1970', () => {
    const moment = Date.UTC(1969, 11, 31, 23, 59);
    const fields = (atMs: number) =>
      (Object.keys(TIME_RANGES) as (keyof typeof TIME_RANGES)[]).map((field) => [field, civilField(field, atMs)]);
    expect(Object.fromEntries(fields(moment))).toEqual({ hour: 23, minute: 59, weekday: 3, dayOfMonth: 31, month: 12, date: 19_691_231 });
    expect(Object.fromEntries(fields(Date.UTC(2024, 1, 29, 0, 7)))).toEqual({
      hour: 0,
      minute: 7,
      weekday: 4,
      dayOfMonth: 29,
      month: 2,
      date: 20_240_229,
    });
  });

  it('knows no zone that is none, and no moment that no date holds', () => {
    expect(() => zoneOffsetMs('Europe/Nowhere', 0)).toThrow(RangeError);
    expect(() => zoneOffsetMs('Europe/Nowhere', 0)).toThrow(RangeError);
    expect(() => zoneOffsetMs('Europe/Berlin', 9e15)).toThrow(RangeError);
    expect(() => zoneOffsetMs('Europe/Berlin', Number.NaN)).toThrow(RangeError);
  });

  it('reads a change of the clocks within an hour to the minute', () => {
    // Kathmandu went from +05:30 to +05:45 at the end of 1985, half an hour past a full one in UTC.
    const change = Date.UTC(1985, 11, 31, 18, 30);
    expect([change - 1, change].map((atMs) => zoneOffsetMs('Asia/Kathmandu', atMs) / 60_000)).toEqual([330, 345]);
    expect([change - HOUR, change + HOUR, change + 30 * HOUR].map((atMs) => zoneOffsetMs('Asia/Kathmandu', atMs) / 60_000)).toEqual([
      330, 345, 345,
    ]);
  });
});
