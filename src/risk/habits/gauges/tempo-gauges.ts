import type { Look } from '../look.ts';
import { bitsOf, spanBits } from '../measure-action.ts';
import { type Gauge, UNKNOWN } from './gauge.ts';

const ground = 'habits';
/** An hour that holds less of the wallet's actions is an odd one. */
const ODD_HOUR = 0.02;

const since = ({ habits, action }: Look, back: number): number => {
  const before = habits.recent.last(back);
  return before === undefined ? -1 : spanBits(action.atMs - before.atMs);
};

/**
 * How fast, how often and when. Counts leave out the action next before, whose distance is a ground of its own: `gap`.
 */
export const tempoGauges: readonly Gauge[] = [
  { name: 'gap', ground: 'gap', read: (look) => since(look, 1) },
  {
    name: 'gap_above_lately',
    ground: 'gap',
    read: (look) => (look.habits.gapQuick === undefined ? 0 : since(look, 1) - look.habits.gapQuick),
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
    read: ({ asset, day, units }) => ((asset?.days.days ?? 0) === 0 ? UNKNOWN : bitsOf(day.sum + units) - bitsOf(asset?.days.most ?? 0)),
  },
  {
    name: 'day_above_mean',
    ground,
    read: ({ asset, day, units }) => ((asset?.days.days ?? 0) === 0 ? UNKNOWN : bitsOf(day.sum + units) - bitsOf(asset?.days.mean ?? 0)),
  },
  {
    name: 'since_new',
    ground,
    read: ({ habits, action }) => (habits.lastNewMs === undefined ? -1 : spanBits(action.atMs - habits.lastNewMs)),
  },
  { name: 'actions_since_new', ground, read: ({ habits }) => Math.min(200, habits.count - habits.lastNewCount) },
  { name: 'new_share', ground, read: ({ habits }) => habits.newShare },
  { name: 'new_count', ground, read: ({ habits }) => Math.min(habits.newCount, 500) },
  { name: 'usual_gap', ground, read: ({ habits }) => habits.gapQuick ?? -1 },
  { name: 'usual_gap_long', ground, read: ({ habits }) => habits.gapSlow ?? -1 },
  { name: 'arrivals_in_day', ground, read: ({ habits, action }) => habits.arrivals.filter((at) => action.atMs - at < 86_400_000).length },
  { name: 'hour_share', ground, read: ({ habits, action }) => habits.calendar.hourShare(action.atMs) },
  { name: 'hours_near_share', ground, read: ({ habits, action }) => habits.calendar.nearShare(action.atMs) },
  { name: 'day_share', ground, read: ({ habits, action }) => habits.calendar.dayShare(action.atMs) },
  { name: 'hour_entropy', ground, read: ({ habits }) => habits.calendar.hourEntropy() },
  { name: 'odd_hours_lately', ground, read: ({ habits }) => habits.recent.oddHours(6, ODD_HOUR) },
];
