import type { StreamRow } from '../../bench/fraud/read-streams.ts';
import type { Campaigns } from './pull.ts';

const CAMPAIGN = 40;
const LEAST_BAD = 8;
/** How much less each action of a long campaign counts. */
const SHARED = 0.7;

/** What every row is, and how much it counts: campaigns about alike, however many actions they have, and a harmless surprise as much as so many other good rows. */
export function weighRows(
  rows: readonly StreamRow[],
  surprise: number,
): {
  readonly isBad: Uint8Array;
  readonly weight: Float64Array;
  readonly campaigns: Campaigns;
} {
  const size = new Map<string, number>();
  for (const { isBad, campaign } of rows) if (isBad) size.set(campaign, (size.get(campaign) ?? 0) + 1);
  const number = new Map([...size.keys()].map((campaign, at) => [campaign, at]));
  return {
    isBad: Uint8Array.from(rows, ({ isBad }) => Number(isBad)),
    weight: Float64Array.from(rows, ({ isBad, campaign, type }) => {
      if (isBad) return Math.max(LEAST_BAD, CAMPAIGN / (size.get(campaign) ?? 1) ** SHARED);
      return type.startsWith('benign_') ? surprise : 1;
    }),
    campaigns: {
      of: Int32Array.from(rows, ({ isBad, campaign }) => (isBad ? (number.get(campaign) as number) : -1)),
      count: number.size,
      weight: CAMPAIGN,
    },
  };
}
