import type { Bar } from './bar.ts';
import { inShares } from './policy-shares.ts';

const SEED = 61_000;

/** What policies are judged by in code against a model without index, bigint or closures. */
const modelBar: Bar = {
  name: 'policy evaluation = its model',
  target: 'equal on 1,000,000 policies × requests',
  async run(mode) {
    const count = mode === 'full' ? 1_000_000 : 2_000;
    const { requests = 0, denials = 0, escalations = 0, allowed = 0 } = await inShares('policies', SEED, count);
    return {
      figure: `${requests.toLocaleString('en')} equal`,
      pass: requests === count && denials > 0 && escalations > 0 && allowed > 0,
      notes: [
        `${denials.toLocaleString('en')} denials and ${escalations.toLocaleString('en')} escalations by the same rules of the same items, in the same order; ${allowed.toLocaleString('en')} requests that nothing spoke against; 20 requests of 1 to 4 items to each random policy`,
      ],
    };
  },
};

export const bars: readonly Bar[] = [modelBar];
