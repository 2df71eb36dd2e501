import { HEAD, MOST, RATE } from '../habit-bytes.ts';
import type { Look } from '../look.ts';
import { oddHours, sinceRecent } from '../recent.ts';
import { bitsOf, spanBits } from '../scale.ts';
import { type GaugeGroup, gaugesOf, UNKNOWN } from './gauge.ts';

const SECONDS_PER_DAY = 86_400;
/** Last actions of which those at odd hours are counted. */
const LATELY = 6;

/** The distance to the action next before, and to what came in last. */
export const gapGauges: GaugeGroup = {
  gauges: gaugesOf('gap', ['gap', 'gap_above_lately', 'since_any_arrival']),
  read(look, figures, at) {
    const { state, seconds } = look;
    const gap = since(look, 1);
    const lately = state.rates[RATE.gapQuick] as number;
    const arrivals = state.head[HEAD.arrivals] as number;
    figures[at] = gap;
    figures[at + 1] = lately < 0 ? 0 : gap - lately;
    figures[at + 2] = arrivals === 0 ? -1 : spanBits(seconds - (state.arrivals[(arrivals - 1) % MOST.arrivals] as number));
  },
};

/** How fast, how often and when. Counts leave out the action next before, whose distance is a ground of its own. */
export const tempoGauges: GaugeGroup = {
  gauges: gaugesOf('habits', [
    ...['since_third', 'since_sixth', 'in_minutes', 'in_hour', 'in_day', 'in_week', 'new_in_hour', 'new_in_day', 'new_in_week'],
    ...['hour_sum_above', 'day_sum_above', 'day_above_most', 'day_above_mean', 'since_new', 'actions_since_new', 'new_share'],
    ...['new_count', 'usual_gap', 'usual_gap_long', 'arrivals_in_day', 'hour_share', 'hours_near_share', 'day_share'],
    ...['hour_entropy', 'odd_hours_lately'],
  ]),
  read(look, figures, at) {
    const { state, seconds, units, bits, minutes, hour, day, week, days, calendar } = look;
    const { head, rates } = state;
    const ofDay = bitsOf(day.sum + units);
    const lastNew = head[HEAD.lastNew] as number;
    figures[at] = since(look, 3);
    figures[at + 1] = since(look, 6);
    figures[at + 2] = minutes.count;
    figures[at + 3] = Math.max(0, hour.count - 1);
    figures[at + 4] = Math.max(0, day.count - 1);
    figures[at + 5] = Math.max(0, week.count - 2);
    figures[at + 6] = hour.newParties;
    figures[at + 7] = day.newParties;
    figures[at + 8] = week.newParties;
    figures[at + 9] = bitsOf(hour.sum + units) - bits;
    figures[at + 10] = ofDay - bits;
    figures[at + 11] = days === undefined ? UNKNOWN : ofDay - bitsOf(days.most);
    figures[at + 12] = days === undefined ? UNKNOWN : ofDay - bitsOf(days.mean);
    figures[at + 13] = lastNew === 0 ? -1 : spanBits(seconds - lastNew);
    figures[at + 14] = Math.min(200, (head[HEAD.count] as number) - (head[HEAD.lastNewCount] as number) + 1);
    figures[at + 15] = rates[RATE.newShare] as number;
    figures[at + 16] = Math.min(head[HEAD.newCount] as number, 500);
    figures[at + 17] = rates[RATE.gapQuick] as number;
    figures[at + 18] = rates[RATE.gapSlow] as number;
    figures[at + 19] = arrivalsInDay(look);
    figures[at + 20] = calendar.hour;
    figures[at + 21] = calendar.near;
    figures[at + 22] = calendar.day;
    figures[at + 23] = calendar.entropy;
    figures[at + 24] = oddHours(state, LATELY);
  },
};

function since({ state, seconds }: Look, back: number): number {
  const span = sinceRecent(state, back, seconds);
  return span === undefined ? -1 : spanBits(span);
}

function arrivalsInDay({ state, seconds }: Look): number {
  let count = 0;
  for (const at of state.arrivals) if (at !== 0 && seconds - at < SECONDS_PER_DAY) count += 1;
  return count;
}
