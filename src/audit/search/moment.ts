import { CastellanError } from '../../core/errors.ts';
import type { TimeMs } from '../../core/ids.ts';

/** A point in time as a user writes it: a `Date`, ISO 8601 text with a zone (a day alone is its midnight in UTC), or ms since the epoch. */
export type Moment = Date | string | number;

const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d))?$/;
/** The last moment that a `Date` can hold. */
const LAST_MS = 8_640_000_000_000_000;

/** Reads a moment, to whole ms. @throws REQUEST_INVALID for anything that names no one moment, such as February 30 or local time */
export function parseMoment(value: unknown, field: string): TimeMs {
  const ms =
    typeof value === 'number' ? value : typeof value === 'string' ? fromText(value) : value instanceof Date ? fromDate(value) : Number.NaN;
  if (!(ms >= 0 && ms <= LAST_MS))
    throw new CastellanError('REQUEST_INVALID', {
      message: `${field} is no Date, no ISO 8601 text with a zone, and no ms since the epoch.`,
      details: { field },
    });
  return Math.trunc(ms);
}

function fromDate(date: Date): number {
  return Date.prototype.getTime.call(date);
}

function fromText(text: string): number {
  const [, year, month, day, hour = '0', minute = '0', second = '0'] = ISO.exec(text) ?? [];
  if (year === undefined || month === undefined || day === undefined) return Number.NaN;
  const days = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  if (Number(month) > 12 || Number(day) > days || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return Number.NaN;
  return Date.parse(text);
}
