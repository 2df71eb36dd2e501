import { HEAD } from '../habit-bytes.ts';
import type { Look } from '../look.ts';
import { spanBits, unpackBits } from '../scale.ts';
import { type Gauge, UNKNOWN } from './gauge.ts';

const ground = 'habits';

const paid = ({ state, party }: Look): number => (party < 0 ? 0 : (state.partyPaid[party] as number));
const received = ({ state, party }: Look): number => (party < 0 ? 0 : (state.partyReceived[party] as number));

/** Who is dealt with: how well the wallet knows them, and whom they look like. */
export const partyGauges: readonly Gauge[] = [
  { name: 'new_party', ground, read: ({ isNew }) => Number(isNew) },
  { name: 'party_paid', ground, read: (look) => Math.min(paid(look), 50) },
  { name: 'party_received', ground, read: (look) => Math.min(received(look), 20) },
  {
    name: 'party_age',
    ground,
    read: ({ state, party, seconds }) => (party < 0 ? -1 : spanBits(seconds - (state.partyFirst[party] as number))),
  },
  {
    name: 'party_last_paid',
    ground,
    read: (look) => (paid(look) === 0 ? -1 : spanBits(look.seconds - (look.state.partyPaidAt[look.party] as number))),
  },
  {
    name: 'party_last_received',
    ground,
    read: (look) => (received(look) === 0 ? -1 : spanBits(look.seconds - (look.state.partyReceivedAt[look.party] as number))),
  },
  { name: 'party_bait', ground, read: ({ state, party }) => (party < 0 ? 0 : (state.partyBait[party] as number)) },
  {
    name: 'party_sent_above',
    ground,
    read: (look) => (received(look) === 0 ? UNKNOWN : unpackBits(look.state.partyReceivedMax[look.party]) - look.bits),
  },
  {
    name: 'above_party_mean',
    ground,
    read: ({ state, party, bits, isNew }) => (isNew ? UNKNOWN : bits - unpackBits(state.partyMean[party])),
  },
  {
    name: 'above_party_most',
    ground,
    read: ({ state, party, bits, isNew }) => (isNew ? UNKNOWN : bits - unpackBits(state.partyMax[party])),
  },
  { name: 'likeness', ground, read: ({ likeness }) => likeness[0] },
  { name: 'likeness_ends', ground, read: ({ likeness }) => likeness[1] },
  { name: 'parties', ground, read: ({ state }) => state.head[HEAD.parties] as number },
];
