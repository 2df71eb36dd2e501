const MS_PER_DAY = 86_400_000;
const MS_PER_HOUR = 3_600_000;
/** Zones whose offsets are kept; there are some 600 names. */
const MAX_ZONES = 1_024;
/** Days and hours of one zone that are kept; then all are forgotten and found again. */
const MAX_SPANS = 1_024;

const NAME = /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+){0,3}$/;
const CIVIL = /^(\d+)\/(\d+)\/(\d+), (\d+):(\d+):(\d+)$/;

/** Local time less UTC at an instant, ms. */
type Offset = (atMs: number) => number;

const zones = new Map<string, Offset>();

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
  let offset = zones.get(timeZone);
  if (offset === undefined) {
    if (zones.size >= MAX_ZONES) zones.clear();
    offset = offsetsOf(formatOf(timeZone));
    zones.set(timeZone, offset);
  }
  return offset(atMs);
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
  const spans = new Map<number, number | undefined>();
  const ask: Offset = (atMs) => {
    const match = CIVIL.exec(format.format(atMs));
    if (match === null) throw new RangeError('the runtime tells no civil time');
    const [, month, day, year, hour, minute, second] = match.map(Number) as [number, number, number, number, number, number, number];
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1_000) * 1_000;
  };
  /** The one offset of a whole span; undefined where the clocks change within. */
  const constant = (atMs: number, lengthMs: number): number | undefined => {
    const first = Math.floor(atMs / lengthMs) * lengthMs;
    // Starts of days and hours coincide; an odd key is an hour's.
    const key = lengthMs === MS_PER_DAY ? first : first + 1;
    if (spans.has(key)) return spans.get(key);
    const before = ask(first);
    const offset = before === ask(first + lengthMs - 1) ? before : undefined;
    if (spans.size >= MAX_SPANS) spans.clear();
    spans.set(key, offset);
    return offset;
  };
  return (atMs) => constant(atMs, MS_PER_DAY) ?? constant(atMs, MS_PER_HOUR) ?? ask(atMs);
}
