/** Fields of the civil calendar and clock that rules may look at. */
export type TimeField = 'hour' | 'minute' | 'weekday' | 'dayOfMonth' | 'month' | 'date';

/** The least and the most that a field can be. Sunday is 0, January is 1; a date counts as `yyyymmdd`. */
export const TIME_RANGES: Readonly<Record<TimeField, readonly [least: number, most: number]>> = {
  hour: [0, 23],
  minute: [0, 59],
  weekday: [0, 6],
  dayOfMonth: [1, 31],
  month: [1, 12],
  date: [0, 99_991_231],
};

const MS_PER_MINUTE = 60_000;
const MS_PER_HOUR = 3_600_000;
const MS_PER_DAY = 86_400_000;
/** The Unix epoch was a Thursday. */
const EPOCH_WEEKDAY = 4;

const modulo = (value: number, divisor: number): number => value - divisor * Math.floor(value / divisor);

/** A field of a local time, given as the ms since 1970 that a clock on UTC would show it at. */
export function civilField(field: TimeField, localMs: number): number {
  switch (field) {
    case 'hour':
      return modulo(Math.floor(localMs / MS_PER_HOUR), 24);
    case 'minute':
      return modulo(Math.floor(localMs / MS_PER_MINUTE), 60);
    case 'weekday':
      return modulo(Math.floor(localMs / MS_PER_DAY) + EPOCH_WEEKDAY, 7);
    default: {
      const date = new Date(localMs);
      if (field === 'dayOfMonth') return date.getUTCDate();
      if (field === 'month') return date.getUTCMonth() + 1;
      return date.getUTCFullYear() * 10_000 + (date.getUTCMonth() + 1) * 100 + date.getUTCDate();
    }
  }
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Reads `yyyy-mm-dd` as `yyyymmdd`; undefined where there is no such day. */
export function parseDate(text: string): number | undefined {
  const match = DATE.exec(text);
  if (match === null) return undefined;
  const [, year, month, day] = match.map(Number) as [number, number, number, number];
  const at = new Date(0);
  // A day that the month has not lies in another one.
  at.setUTCFullYear(year, month - 1, day);
  return at.getUTCMonth() === month - 1 ? year * 10_000 + month * 100 + day : undefined;
}
