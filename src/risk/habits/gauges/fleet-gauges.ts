import { type FleetView, isAllowance } from '../wallet-action.ts';
import { type Gauge, UNKNOWN } from './gauge.ts';

const gauge = (name: string, read: (fleet: FleetView) => number): Gauge => ({
  name: `fleet_${name}`,
  ground: 'fleet',
  read: ({ action }) => (action.fleet === undefined ? UNKNOWN : read(action.fleet)),
});

/** What the other wallets of the fleet did with the party. */
export const fleetGauges: readonly Gauge[] = [
  gauge('wallets', ({ others }) => Math.min(100, others)),
  { ...gauge('spender', () => 0), read: ({ action }) => (isAllowance(action.kind) ? Math.min(100, action.fleet?.others ?? 0) : -1) },
  gauge('paid', ({ paid }) => Math.min(200, paid)),
  gauge('calls', ({ calls }) => Math.min(100, calls)),
  gauge('tokens', ({ tokens }) => Math.min(50, tokens)),
  gauge('received', ({ received }) => Math.min(100, received)),
  gauge('age', ({ age }) => age),
  gauge('since_last', ({ sinceLast }) => sinceLast),
  gauge('above', ({ above }) => above),
];
