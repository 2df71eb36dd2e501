import type { AssetPlace } from '../assets.ts';
import { spanBits, unpackBits } from '../scale.ts';
import { type GaugeGroup, gaugesOf, UNKNOWN } from './gauge.ts';

/** How an amount stands to those before it. */
const AGAINST = [
  ...['count', 'above_lately', 'deviations', 'distance', 'above_most', 'above_last', 'share_below', 'density', 'new_density'],
  ...['new_above_most', 'new_above_mean', 'new_count', 'new_share', 'variance', 'since'],
];

function readAgainst(place: AssetPlace | undefined, bits: number, figures: Float32Array, at: number): void {
  if (place === undefined) {
    figures.fill(UNKNOWN, at, at + AGAINST.length);
    return;
  }
  const isUnpaid = place.newCount === 0;
  figures[at] = Math.min(place.count, 500);
  figures[at + 1] = bits - place.quick;
  figures[at + 2] = place.deviations;
  figures[at + 3] = Math.abs(place.deviations);
  figures[at + 4] = bits - place.max;
  figures[at + 5] = bits - place.last;
  figures[at + 6] = place.below;
  figures[at + 7] = place.density;
  figures[at + 8] = place.newDensity;
  figures[at + 9] = isUnpaid ? UNKNOWN : bits - place.newMax;
  figures[at + 10] = isUnpaid ? UNKNOWN : bits - place.newMean;
  figures[at + 11] = Math.min(place.newCount, 200);
  figures[at + 12] = place.newShare;
  figures[at + 13] = place.variance;
  figures[at + 14] = spanBits(place.since);
}

/** How an amount stands to those of the asset, and to those of the asset as it moves in this way; how it is written; and what came in before it. */
export const amountGauges: GaugeGroup = {
  gauges: gaugesOf('habits', [
    ...AGAINST.map((name) => `asset_${name}`),
    ...AGAINST.map((name) => `way_${name}`),
    ...['digits', 'digits_above', 'digits_at_most', 'digits_share', 'amount_again', 'above_arrival', 'since_arrival'],
  ]),
  read({ state, asset, assetPlace, wayPlace, bits, digits, written, seconds }, figures, at) {
    readAgainst(assetPlace, bits, figures, at);
    readAgainst(wayPlace, bits, figures, at + AGAINST.length);
    const next = at + 2 * AGAINST.length;
    const arrivals = asset < 0 ? 0 : (state.assetReceived[asset] as number);
    figures[next] = digits;
    figures[next + 1] = assetPlace === undefined ? 0 : digits - (state.assetDigits[asset] as number);
    figures[next + 2] = written.atMost;
    figures[next + 3] = written.same;
    figures[next + 4] = written.again;
    figures[next + 5] = arrivals === 0 ? UNKNOWN : bits - unpackBits(state.assetReceivedLast[asset]);
    figures[next + 6] = arrivals === 0 ? -1 : spanBits(seconds - (state.assetReceivedAt[asset] as number));
  },
};
