import type { StreamRow } from '../../bench/fraud/read-streams.ts';

const CAMPAIGN = 40;
const LEAST_BAD = 8;
/** How much less each action of a long campaign counts. */
const SHARED = 0.7;
/** A harmless surprise alarmed costs more than another false alarm. */
const SURPRISE = 6;

/** What every row is, and how much it counts: campaigns about alike, however many actions they have. */
export function weighRows(rows: readonly StreamRow[]): { readonly isBad: Uint8Array; readonly weight: Float64Array } {
  const size = new Map<string, number>();
  for (const { isBad, campaign } of rows) if (isBad) size.set(campaign, (size.get(campaign) ?? 0) + 1);
  return {
    isBad: Uint8Array.from(rows, ({ isBad }) => Number(isBad)),
    weight: Float64Array.from(rows, ({ isBad, campaign, type }) => {
      if (isBad) return Math.max(LEAST_BAD, CAMPAIGN / (size.get(campaign) ?? 1) ** SHARED);
      return type.startsWith('benign_') ? SURPRISE : 1;
    }),
  };
}
