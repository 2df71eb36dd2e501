import { isAllowance } from '../wallet-action.ts';
import { type GaugeGroup, gaugesOf, UNKNOWN } from './gauge.ts';

const names = ['wallets', 'spender', 'paid', 'calls', 'tokens', 'received', 'age', 'since_last', 'above'];

/** What the other wallets of the fleet did with the party. */
export const fleetGauges: GaugeGroup = {
  gauges: gaugesOf(
    'fleet',
    names.map((name) => `fleet_${name}`),
  ),
  read({ action: { fleet, kind } }, figures, at) {
    if (fleet === undefined) figures.fill(UNKNOWN, at, at + names.length);
    const others = Math.min(100, fleet?.others ?? 0);
    figures[at + 1] = isAllowance(kind) ? others : -1;
    if (fleet === undefined) return;
    figures[at] = others;
    figures[at + 2] = Math.min(200, fleet.paid);
    figures[at + 3] = Math.min(100, fleet.calls);
    figures[at + 4] = Math.min(50, fleet.tokens);
    figures[at + 5] = Math.min(100, fleet.received);
    figures[at + 6] = fleet.age;
    figures[at + 7] = fleet.sinceLast;
    figures[at + 8] = fleet.above;
  },
};
