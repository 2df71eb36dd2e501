import type { AssetHabit } from '../habits.ts';
import type { Look } from '../look.ts';
import { bitsOf, digitsOf, spanBits, unitsOf } from '../measure-action.ts';
import { isAllowance } from '../wallet-action.ts';
import { type Gauge, UNKNOWN } from './gauge.ts';

const ground = 'habits';

/** How an amount stands to those before it: of the asset, and of the asset as it moves in this way. */
const against = (of: 'asset' | 'way'): readonly Gauge[] => {
  const gauge = (name: string, read: (habit: AssetHabit, look: Look) => number): Gauge => ({
    name: `${of}_${name}`,
    ground,
    read: (look) => {
      const habit = look[of];
      return habit === undefined || habit.count === 0 ? UNKNOWN : read(habit, look);
    },
  });
  return [
    gauge('count', ({ count }) => Math.min(count, 500)),
    gauge('above_lately', ({ quick }, { bits }) => bits - quick),
    gauge('deviations', (habit, { bits }) => habit.deviations(bits)),
    gauge('distance', (habit, { bits }) => Math.abs(habit.deviations(bits))),
    gauge('above_most', ({ max }, { bits }) => bits - max),
    gauge('above_last', ({ last }, { bits }) => bits - last),
    gauge('share_below', ({ sizes }, { bits }) => sizes.below(bits)),
    gauge('density', ({ sizes }, { bits }) => sizes.density(bits)),
    gauge('new_density', ({ newSizes }, { bits }) => newSizes.density(bits)),
    gauge('new_above_most', ({ newMax, newCount }, { bits }) => (newCount === 0 ? UNKNOWN : bits - newMax)),
    gauge('new_above_mean', ({ newMean, newCount }, { bits }) => (newCount === 0 ? UNKNOWN : bits - newMean)),
    gauge('new_count', ({ newCount }) => Math.min(newCount, 200)),
    gauge('new_share', ({ newShare }) => newShare),
    gauge('variance', ({ variance }) => variance),
    gauge('since', ({ lastMs }, { action }) => spanBits(action.atMs - lastMs)),
  ];
};

/** How an amount is written, and how it stands to what came in and what is there. */
export const amountGauges: readonly Gauge[] = [
  ...against('asset'),
  ...against('way'),
  { name: 'digits', ground, read: ({ action }) => digitsOf(action.amount) },
  {
    name: 'digits_above',
    ground,
    read: ({ asset, action }) => ((asset?.count ?? 0) === 0 ? 0 : digitsOf(action.amount) - (asset?.digits ?? 0)),
  },
  { name: 'digits_at_most', ground, read: ({ asset, action }) => asset?.atMostDigits(digitsOf(action.amount)) ?? -1 },
  { name: 'digits_share', ground, read: ({ asset, action }) => asset?.withDigits(digitsOf(action.amount)) ?? -1 },
  { name: 'amount_again', ground, read: ({ asset, action }) => asset?.exact.count(action.amount.toString()) ?? 0 },
  {
    name: 'above_arrival',
    ground,
    read: ({ asset, bits }) => ((asset?.received ?? 0) === 0 ? UNKNOWN : bits - (asset?.lastReceivedBits ?? 0)),
  },
  {
    name: 'since_arrival',
    ground,
    read: ({ asset, action }) => ((asset?.received ?? 0) === 0 ? -1 : spanBits(action.atMs - (asset?.lastReceivedMs ?? 0))),
  },
  { name: 'balance_share', ground: 'balance', read: (look) => balanceShare(look) },
  { name: 'overdraws', ground: 'balance', read: ({ action }) => Number(action.balance !== undefined && action.amount > action.balance) },
  { name: 'balance_left', ground: 'balance', read: (look) => balanceLeft(look) },
  { name: 'allowance_above_balance', ground: 'balance', read: (look) => allowanceAboveBalance(look) },
];

function balanceShare({ action, units }: Look): number {
  if (isAllowance(action.kind) || action.balance === undefined) return -1;
  return action.balance > 0n ? Math.min(units / unitsOf(action.balance, action.decimals), 5) : 9;
}

function balanceLeft({ action, bits }: Look): number {
  if (action.balance === undefined || action.balance <= action.amount) return UNKNOWN;
  return bitsOf(unitsOf(action.balance - action.amount, action.decimals)) - bits;
}

/** Octaves by which an allowance is more than what is there to take; far below 0 where nothing is. */
function allowanceAboveBalance({ action }: Look): number {
  if (!isAllowance(action.kind) || action.balance === undefined) return UNKNOWN;
  if (action.balance <= 0n) return -50;
  const allowance = action.allowance ?? action.balance;
  return bitsOf(unitsOf(allowance, 0)) - bitsOf(unitsOf(action.balance, 0));
}
