import { HEAD } from '../habit-bytes.ts';
import { spanBits, unpackBits } from '../scale.ts';
import { type GaugeGroup, gaugesOf, UNKNOWN } from './gauge.ts';

/** Who is dealt with: how well the wallet knows them, and whom they look like. */
export const partyGauges: GaugeGroup = {
  gauges: gaugesOf(
    'habits',
    [
      ...['new_party', 'party_paid', 'party_received', 'party_age', 'party_last_paid', 'party_last_received', 'party_bait'],
      ...['party_sent_above', 'above_party_mean', 'above_party_most', 'likeness', 'likeness_ends', 'parties'],
    ],
    { new_party: 1, party_paid: -1, party_bait: 1, likeness: 1, likeness_ends: 1 },
  ),
  read({ state, party, seconds, bits, isNew, likeness }, figures, at) {
    const isKnown = party >= 0;
    const paid = isKnown ? (state.partyPaid[party] as number) : 0;
    const received = isKnown ? (state.partyReceived[party] as number) : 0;
    figures[at] = Number(isNew);
    figures[at + 1] = Math.min(paid, 50);
    figures[at + 2] = Math.min(received, 20);
    figures[at + 3] = isKnown ? spanBits(seconds - (state.partyFirst[party] as number)) : -1;
    figures[at + 4] = paid === 0 ? -1 : spanBits(seconds - (state.partyPaidAt[party] as number));
    figures[at + 5] = received === 0 ? -1 : spanBits(seconds - (state.partyReceivedAt[party] as number));
    figures[at + 6] = isKnown ? (state.partyBait[party] as number) : 0;
    figures[at + 7] = received === 0 ? UNKNOWN : unpackBits(state.partyReceivedMax[party]) - bits;
    figures[at + 8] = isNew ? UNKNOWN : bits - unpackBits(state.partyMean[party]);
    figures[at + 9] = isNew ? UNKNOWN : bits - unpackBits(state.partyMax[party]);
    figures[at + 10] = likeness[0];
    figures[at + 11] = likeness[1];
    figures[at + 12] = state.head[HEAD.parties] as number;
  },
};
