import { Remembered } from '../../remembered.ts';

const MS_PER_DAY = 86_400_000;
const MS_PER_HOUR = 3_600_000;
/** Zones whose offsets are kept; there are some 600 names. */
const MAX_ZONES = 1_024;
/** Days, and as many hours, of one zone that are kept; then all are forgotten and found again. */
const MAX_SPANS = 1_024;

const NAME = /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+){0,3}$/;
const CIVIL = /^(\d+)\/(\d+)\/(\d+), (\d+):(\d+):(\d+)$/;

/** Local time less UTC at an instant, ms. */
type Offset = (atMs: number) => number;

const zones = new Remembered<string, Offset>(MAX_ZONES);

/** Whether the text is the name of a time zone that this runtime knows, such as `Europe/Berlin`. */
export function isTimeZone(text: string): boolean {
  if (text.length > 64 || !NAME.test(text)) return false;
  try {
    formatOf(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * What a zone's clocks show beyond UTC at an instant, ms: exact at every change of the clocks, as far as the runtime's time zone
 * database (`Intl`) knows it.
 * @throws RangeError for an unknown zone, or an instant that no date can hold
 */
export function zoneOffsetMs(timeZone: string, atMs: number): number {
  return zones.of(timeZone, () => offsetsOf(formatOf(timeZone)))(atMs);
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
}

/** Asks once per day; on a day on which the clocks change once per hour, and in the hour of the change each time. */
function offsetsOf(format: Intl.DateTimeFormat): Offset {
  const days = new Remembered<number, number | undefined>(MAX_SPANS);
  const hours = new Remembered<number, number | undefined>(MAX_SPANS);
  const ask: Offset = (atMs) => {
    const match = CIVIL.exec(format.format(atMs));
    if (match === null) throw new RangeError('the runtime tells no civil time');
    const [, month, day, year, hour, minute, second] = match.map(Number) as [number, number, number, number, number, number, number];
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1_000) * 1_000;
  };
  /** The one offset of a whole span; undefined where the clocks change within. */
  const constant = (spans: Remembered<number, number | undefined>, atMs: number, lengthMs: number): number | undefined => {
    const first = Math.floor(atMs / lengthMs) * lengthMs;
    return spans.of(first, () => {
      const before = ask(first);
      return before === ask(first + lengthMs - 1) ? before : undefined;
    });
  };
  return (atMs) => constant(days, atMs, MS_PER_DAY) ?? constant(hours, atMs, MS_PER_HOUR) ?? ask(atMs);
}
