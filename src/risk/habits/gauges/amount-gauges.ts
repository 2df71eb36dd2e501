import type { AssetPlace } from '../assets.ts';
import type { Look } from '../look.ts';
import { bitsOf, spanBits, unitsOf, unpackBits } from '../scale.ts';
import { isAllowance } from '../wallet-action.ts';
import { type Gauge, UNKNOWN } from './gauge.ts';

const ground = 'habits';

/** How an amount stands to those before it: of the asset, and of the asset as it moves in this way. */
const against = (of: 'asset' | 'way'): readonly Gauge[] => {
  const field = `${of}Place` as const;
  const gauge = (name: string, read: (place: AssetPlace, bits: number) => number): Gauge => ({
    name: `${of}_${name}`,
    ground,
    read: (look) => {
      const place = look[field];
      return place === undefined ? UNKNOWN : read(place, look.bits);
    },
  });
  return [
    gauge('count', ({ count }) => Math.min(count, 500)),
    gauge('above_lately', ({ quick }, bits) => bits - quick),
    gauge('deviations', ({ deviations }) => deviations),
    gauge('distance', ({ deviations }) => Math.abs(deviations)),
    gauge('above_most', ({ max }, bits) => bits - max),
    gauge('above_last', ({ last }, bits) => bits - last),
    gauge('share_below', ({ below }) => below),
    gauge('density', ({ density }) => density),
    gauge('new_density', ({ newDensity }) => newDensity),
    gauge('new_above_most', ({ newMax, newCount }, bits) => (newCount === 0 ? UNKNOWN : bits - newMax)),
    gauge('new_above_mean', ({ newMean, newCount }, bits) => (newCount === 0 ? UNKNOWN : bits - newMean)),
    gauge('new_count', ({ newCount }) => Math.min(newCount, 200)),
    gauge('new_share', ({ newShare }) => newShare),
    gauge('variance', ({ variance }) => variance),
    gauge('since', ({ since }) => spanBits(since)),
  ];
};

/** How an amount is written, and how it stands to what came in and what is there. */
export const amountGauges: readonly Gauge[] = [
  ...against('asset'),
  ...against('way'),
  { name: 'digits', ground, read: ({ digits }) => digits },
  {
    name: 'digits_above',
    ground,
    read: ({ state, asset, assetPlace, digits }) => (assetPlace === undefined ? 0 : digits - (state.assetDigits[asset] as number)),
  },
  { name: 'digits_at_most', ground, read: ({ written }) => written.atMost },
  { name: 'digits_share', ground, read: ({ written }) => written.same },
  { name: 'amount_again', ground, read: ({ written }) => written.again },
  { name: 'above_arrival', ground, read: (look) => (arrivals(look) === 0 ? UNKNOWN : look.bits - lastArrival(look)) },
  {
    name: 'since_arrival',
    ground,
    read: (look) => (arrivals(look) === 0 ? -1 : spanBits(look.seconds - (look.state.assetReceivedAt[look.asset] as number))),
  },
  { name: 'balance_share', ground: 'balance', read: (look) => balanceShare(look) },
  {
    name: 'day_of_balance',
    ground: 'balance',
    read: ({ action, day, units }) =>
      action.balance === undefined || action.balance <= 0n ? -1 : Math.min(9, (day.sum + units) / unitsOf(action.balance, action.decimals)),
  },
  { name: 'overdraws', ground: 'balance', read: ({ action }) => Number(action.balance !== undefined && action.amount > action.balance) },
  { name: 'balance_left', ground: 'balance', read: (look) => balanceLeft(look) },
  { name: 'allowance_above_balance', ground: 'balance', read: (look) => allowanceAboveBalance(look) },
];

function arrivals({ state, asset }: Look): number {
  return asset < 0 ? 0 : (state.assetReceived[asset] as number);
}

function lastArrival({ state, asset }: Look): number {
  return unpackBits(state.assetReceivedLast[asset]);
}

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
