import type { HabitBytes } from './habit-bytes.ts';

const HOURS = 24;
const SECONDS_PER_HOUR = 3_600;
const SECONDS_PER_DAY = 86_400;
/** The Unix epoch was a Thursday: four days after a Sunday. */
const EPOCH_DAY = 4;
const MOST_COUNTED = 65_535;
/** An hour that holds less of the wallet's actions is an odd one. */
const ODD_HOUR = 0.02;

/** How usual an hour and a day of the week are. Shares of the wallet's actions, UTC. */
export interface CalendarPlace {
  /** Of about this hour; its neighbours count half. */
  readonly hour: number;
  /** Within two hours of this one. */
  readonly near: number;
  /** On this day of the week. */
  readonly day: number;
  /** How evenly the hours are used, bits: 0 for always the same hour, log2(24) for no habit. */
  readonly entropy: number;
}

/** One more action at this moment. */
export function addMoment({ hours, weekdays }: HabitBytes, seconds: number): void {
  add(hours, hourOf(seconds));
  add(weekdays, dayOf(seconds));
}

/** Where a moment stands among those before. O(1). */
export function calendarPlace({ hours, weekdays }: HabitBytes, seconds: number): CalendarPlace {
  let total = 0;
  for (let hour = 0; hour < HOURS; hour += 1) total += hours[hour] as number;
  if (total === 0) return { hour: 0, near: 0, day: 0, entropy: 0 };
  let entropy = 0;
  for (let hour = 0; hour < HOURS; hour += 1) {
    const share = (hours[hour] as number) / total;
    if (share > 0) entropy -= share * Math.log2(share);
  }
  const hour = hourOf(seconds);
  const at = (off: number): number => hours[(hour + off + HOURS) % HOURS] as number;
  let days = 0;
  for (let day = 0; day < 7; day += 1) days += weekdays[day] as number;
  return {
    hour: (at(0) + (at(-1) + at(1)) / 2) / 2 / total,
    near: (at(-2) + at(-1) + at(0) + at(1) + at(2)) / total,
    day: (weekdays[dayOf(seconds)] as number) / days,
    entropy,
  };
}

/** True where the wallet hardly ever acts in this hour. */
export function isOddHour({ hours }: HabitBytes, seconds: number): boolean {
  let total = 0;
  for (let hour = 0; hour < HOURS; hour += 1) total += hours[hour] as number;
  const hour = hourOf(seconds);
  const at = (off: number): number => hours[(hour + off + HOURS) % HOURS] as number;
  return (at(0) + (at(-1) + at(1)) / 2) / 2 < ODD_HOUR * total || total === 0;
}

function add(counts: Uint16Array, at: number): void {
  if ((counts[at] as number) >= MOST_COUNTED) for (let one = 0; one < counts.length; one += 1) counts[one] = (counts[one] as number) >> 1;
  counts[at] = (counts[at] as number) + 1;
}

function hourOf(seconds: number): number {
  return Math.floor(seconds / SECONDS_PER_HOUR) % HOURS;
}

function dayOf(seconds: number): number {
  return (Math.floor(seconds / SECONDS_PER_DAY) + EPOCH_DAY) % 7;
}
