import { DateTime } from 'luxon';
import { civilField } from '../../src/authz/policy/time/civil-time.ts';
import { zoneOffsetMs } from '../../src/authz/policy/time/time-zone.ts';

const FROM = Date.UTC(2020, 0, 1);
const TO = Date.UTC(2041, 0, 1);
/** Clocks that change twice within it are not noticed, which only leaves out an instant to be near to. */
const STEP = 3 * 86_400_000;
/** How near to a change of the clocks the near half lies. */
const NEAR = 2 * 3_600_000;

/** Every zone that this runtime names. */
export const zoneNames = (): readonly string[] => [...Intl.supportedValuesOf('timeZone'), 'UTC'];

/** Every moment of 2020 to 2040, or of another time, at which the clocks of a zone change, found with the other library. */
export function changesOf(zone: string, from = FROM, to = TO): readonly number[] {
  const offset = (atMs: number): number => DateTime.fromMillis(atMs, { zone }).offset;
  const changes: number[] = [];
  let before = offset(from);
  for (let at = from + STEP; at <= to; at += STEP) {
    const after = offset(at);
    if (after === before) continue;
    let [low, high] = [at - STEP, at];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (offset(middle) === before) low = middle;
      else high = middle;
    }
    changes.push(high);
    before = after;
  }
  return changes;
}

/** A random instant; where `near`, within two hours of a change of the clocks. */
export function instant(random: () => number, changes: readonly number[], near: boolean): number {
  const change = changes[Math.floor(random() * changes.length)];
  if (!near || change === undefined) return FROM + Math.floor(random() * (TO - FROM));
  // Every tenth on the very millisecond or beside it.
  return change + (random() < 0.1 ? Math.floor(random() * 3) - 1 : Math.floor((random() * 2 - 1) * NEAR));
}

/** Whether all fields of time are what luxon says they are; else both. */
export function mismatch(zone: string, atMs: number): string | undefined {
  const local = atMs + zoneOffsetMs(zone, atMs);
  const at = DateTime.fromMillis(atMs, { zone });
  const ours = (['hour', 'weekday', 'minute', 'dayOfMonth', 'month', 'date'] as const).map((field) => civilField(field, local)).join(' ');
  const theirs = [at.hour, at.weekday % 7, at.minute, at.day, at.month, at.toFormat('yyyyMMdd')].map(Number).join(' ');
  return ours === theirs ? undefined : `${zone} at ${new Date(atMs).toISOString()}: ${ours} beside ${theirs}`;
}
