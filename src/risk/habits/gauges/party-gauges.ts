import { spanBits } from '../measure-action.ts';
import { isAllowance } from '../wallet-action.ts';
import { type Gauge, UNKNOWN } from './gauge.ts';

const ground = 'habits';

/** Who is dealt with: how well the wallet knows them, and whom they look like. */
export const partyGauges: readonly Gauge[] = [
  { name: 'new_party', ground, read: ({ isNew }) => Number(isNew) },
  { name: 'party_paid', ground, read: ({ party }) => Math.min(party?.paid ?? 0, 50) },
  { name: 'party_received', ground, read: ({ party }) => Math.min(party?.received ?? 0, 20) },
  { name: 'party_age', ground, read: ({ party, action }) => (party === undefined ? -1 : spanBits(action.atMs - party.firstMs)) },
  {
    name: 'party_last_paid',
    ground,
    read: ({ party, action }) => (party === undefined || party.paid === 0 ? -1 : spanBits(action.atMs - party.lastPaidMs)),
  },
  {
    name: 'party_last_received',
    ground,
    read: ({ party, action }) => (party === undefined || party.received === 0 ? -1 : spanBits(action.atMs - party.lastReceivedMs)),
  },
  { name: 'party_bait', ground, read: ({ party }) => party?.bait ?? 0 },
  {
    name: 'party_sent_above',
    ground,
    read: ({ party, bits }) => (party === undefined || party.received === 0 ? UNKNOWN : party.maxReceivedBits - bits),
  },
  { name: 'above_party_mean', ground, read: ({ party, bits, isNew }) => (party === undefined || isNew ? UNKNOWN : bits - party.meanBits) },
  { name: 'above_party_most', ground, read: ({ party, bits, isNew }) => (party === undefined || isNew ? UNKNOWN : bits - party.maxBits) },
  { name: 'likeness', ground, read: ({ likeness }) => likeness[0] },
  { name: 'likeness_ends', ground, read: ({ likeness }) => likeness[1] },
  { name: 'parties', ground, read: ({ habits }) => habits.parties.size },
  { name: 'fleet_parties', ground: 'fleet', read: ({ action }) => action.fleet ?? 0 },
  { name: 'fleet_spender', ground: 'fleet', read: ({ action }) => (isAllowance(action.kind) ? (action.fleet ?? 0) : -1) },
];
