import type { TimeWindow } from '../compiled-policy.ts';
import { civilField } from './civil-time.ts';

/**
 * Whether a moment lies in the permitted hours: in no denied one, and in an allowed one where any is named. `localMs` tells what
 * the clocks of a zone show.
 */
export function withinHours(windows: readonly TimeWindow[], localMs: (timeZone: string | undefined) => number): boolean {
  let allowed = true;
  let inside = false;
  for (const { type, daysOfWeek, startHour, endHour, timeZone } of windows) {
    const local = localMs(timeZone);
    const hour = civilField('hour', local);
    const hit = daysOfWeek.includes(civilField('weekday', local)) && hour >= startHour && hour < endHour;
    if (type === 'deny' && hit) return false;
    if (type === 'allow') {
      allowed = false;
      inside ||= hit;
    }
  }
  return allowed || inside;
}
