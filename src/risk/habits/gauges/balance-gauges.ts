import type { Look } from '../look.ts';
import { bitsOf, unitsOf } from '../scale.ts';
import { isAllowance } from '../wallet-action.ts';
import { type GaugeGroup, gaugesOf, UNKNOWN } from './gauge.ts';

/** An allowance over what is not there to take. */
const OVER_NOTHING = -50;

/** How an action stands to what the wallet holds. */
export const balanceGauges: GaugeGroup = {
  gauges: gaugesOf('balance', ['balance_share', 'day_of_balance', 'overdraws', 'balance_left', 'allowance_above_balance']),
  read(look, figures, at) {
    const { action, units, bits, day } = look;
    const { balance, amount, decimals } = action;
    figures[at] = balanceShare(look);
    figures[at + 1] = balance === undefined || balance <= 0n ? -1 : Math.min(9, (day.sum + units) / unitsOf(balance, decimals));
    figures[at + 2] = Number(balance !== undefined && amount > balance);
    figures[at + 3] = balance === undefined || balance <= amount ? UNKNOWN : bitsOf(unitsOf(balance - amount, decimals)) - bits;
    figures[at + 4] = allowanceAboveBalance(look);
  },
};

function balanceShare({ action: { kind, balance, decimals }, units }: Look): number {
  if (isAllowance(kind) || balance === undefined) return -1;
  return balance > 0n ? Math.min(units / unitsOf(balance, decimals), 5) : 9;
}

/** Octaves by which an allowance is more than what is there to take. */
function allowanceAboveBalance({ action: { kind, balance, allowance } }: Look): number {
  if (!isAllowance(kind) || balance === undefined) return UNKNOWN;
  return balance <= 0n ? OVER_NOTHING : bitsOf(unitsOf(allowance ?? balance, 0)) - bitsOf(unitsOf(balance, 0));
}
