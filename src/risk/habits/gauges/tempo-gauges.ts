import { HEAD, MOST, RATE } from '../habit-bytes.ts';
import type { Look } from '../look.ts';
import { oddHours, sinceRecent } from '../recent.ts';
import { bitsOf, spanBits } from '../scale.ts';
import { type Gauge, UNKNOWN } from './gauge.ts';

const ground = 'habits';
const SECONDS_PER_DAY = 86_400;

const since = ({ state, seconds }: Look, back: number): number => {
  const span = sinceRecent(state, back, seconds);
  return span === undefined ? -1 : spanBits(span);
};
const rate = ({ state }: Look, at: number): number => state.rates[at] as number;

/**
 * How fast, how often and when. Counts leave out the action next before, whose distance is a ground of its own: `gap`.
 */
export const tempoGauges: readonly Gauge[] = [
  { name: 'gap', ground: 'gap', read: (look) => since(look, 1) },
  {
    name: 'gap_above_lately',
    ground: 'gap',
    read: (look) => (rate(look, RATE.gapQuick) < 0 ? 0 : since(look, 1) - rate(look, RATE.gapQuick)),
  },
  {
    name: 'since_any_arrival',
    ground: 'gap',
    read: (look) => {
      const last = lastArrival(look);
      return last === 0 ? -1 : spanBits(look.seconds - last);
    },
  },
  { name: 'since_third', ground, read: (look) => since(look, 3) },
  { name: 'since_sixth', ground, read: (look) => since(look, 6) },
  { name: 'in_minutes', ground, read: ({ minutes }) => minutes.count },
  { name: 'in_hour', ground, read: ({ hour }) => Math.max(0, hour.count - 1) },
  { name: 'in_day', ground, read: ({ day }) => Math.max(0, day.count - 1) },
  { name: 'in_week', ground, read: ({ week }) => Math.max(0, week.count - 2) },
  { name: 'new_in_hour', ground, read: ({ hour }) => hour.newParties },
  { name: 'new_in_day', ground, read: ({ day }) => day.newParties },
  { name: 'new_in_week', ground, read: ({ week }) => week.newParties },
  { name: 'hour_sum_above', ground, read: ({ hour, units, bits }) => bitsOf(hour.sum + units) - bits },
  { name: 'day_sum_above', ground, read: ({ day, units, bits }) => bitsOf(day.sum + units) - bits },
  {
    name: 'day_above_most',
    ground,
    read: ({ days, day, units }) => (days === undefined ? UNKNOWN : bitsOf(day.sum + units) - bitsOf(days.most)),
  },
  {
    name: 'day_above_mean',
    ground,
    read: ({ days, day, units }) => (days === undefined ? UNKNOWN : bitsOf(day.sum + units) - bitsOf(days.mean)),
  },
  {
    name: 'since_new',
    ground,
    read: ({ state, seconds }) => (state.head[HEAD.lastNew] === 0 ? -1 : spanBits(seconds - (state.head[HEAD.lastNew] as number))),
  },
  {
    name: 'actions_since_new',
    ground,
    read: ({ state }) => Math.min(200, (state.head[HEAD.count] as number) - (state.head[HEAD.lastNewCount] as number) + 1),
  },
  { name: 'new_share', ground, read: (look) => rate(look, RATE.newShare) },
  { name: 'new_count', ground, read: ({ state }) => Math.min(state.head[HEAD.newCount] as number, 500) },
  { name: 'usual_gap', ground, read: (look) => rate(look, RATE.gapQuick) },
  { name: 'usual_gap_long', ground, read: (look) => rate(look, RATE.gapSlow) },
  { name: 'arrivals_in_day', ground, read: (look) => arrivalsInDay(look) },
  { name: 'hour_share', ground, read: ({ calendar }) => calendar.hour },
  { name: 'hours_near_share', ground, read: ({ calendar }) => calendar.near },
  { name: 'day_share', ground, read: ({ calendar }) => calendar.day },
  { name: 'hour_entropy', ground, read: ({ calendar }) => calendar.entropy },
  { name: 'odd_hours_lately', ground, read: ({ state }) => oddHours(state, 6) },
];

function lastArrival({ state }: Look): number {
  const count = state.head[HEAD.arrivals] as number;
  return count === 0 ? 0 : (state.arrivals[(count - 1) % MOST.arrivals] as number);
}

function arrivalsInDay({ state, seconds }: Look): number {
  let count = 0;
  for (const at of state.arrivals) if (at !== 0 && seconds - at < SECONDS_PER_DAY) count += 1;
  return count;
}
