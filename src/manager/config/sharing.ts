import type { z } from 'zod';
import type { custodySchema, mpcSchema } from './custody-schema.ts';

/** The fields that say how keys are shared. */
export interface SharingFields {
  readonly custody: Pick<z.output<typeof custodySchema>, 'mpcThreshold' | 'mpcParties'>;
  readonly mpc: Pick<z.output<typeof mpcSchema>, 'threshold' | 'totalParties' | 'parties'>;
}

/** How keys of mode `mpc` are shared: any `threshold` of `parties` sign. */
export interface Sharing {
  readonly threshold: number;
  readonly parties: number;
}

/** Which sharing the fields come to: two of three where they say nothing, and the smallest majority where they name only the parties. */
export function sharingOf({ custody, mpc }: SharingFields): Sharing {
  const parties = mpc.totalParties ?? custody.mpcParties ?? mpc.parties?.length ?? 3;
  return { threshold: mpc.threshold ?? custody.mpcThreshold ?? Math.floor(parties / 2) + 1, parties };
}
