import type { TimeWindow } from './compiled-policy.ts';

/** Whether a moment (UTC hour and weekday, Sunday is 0) lies in the permitted hours: in no denied one, and in an allowed one where any is named. */
export function withinHours(windows: readonly TimeWindow[], hour: number, weekday: number): boolean {
  let allowed = true;
  let inside = false;
  for (const { type, daysOfWeek, startHour, endHour } of windows) {
    const hit = daysOfWeek.includes(weekday) && hour >= startHour && hour < endHour;
    if (type === 'deny' && hit) return false;
    if (type === 'allow') {
      allowed = false;
      inside ||= hit;
    }
  }
  return allowed || inside;
}
