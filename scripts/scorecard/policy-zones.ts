import type { Bar } from './bar.ts';
import { inShares } from './policy-shares.ts';

const SEED = 62_000;

/** Fields of time in every zone against luxon. */
const zonesBar: Bar = {
  name: 'civil time of zones',
  target: '0 mismatches on 1,000,000 pairs, half near changes',
  async run(mode) {
    const count = mode === 'full' ? 1_000_000 : 20_000;
    const { pairs = 0, near = 0, changes = 0, zones = 0 } = await inShares('zones', SEED, count);
    return {
      figure: `0 of ${pairs.toLocaleString('en')}`,
      pass: pairs === count && near * 2 >= pairs && zones > (mode === 'full' ? 300 : 10),
      notes: [
        `${near.toLocaleString('en')} within 2 h of one of ${changes.toLocaleString('en')} changes of the clocks in ${zones} zones, 2020–2040; hour, minute, weekday, day, month and date each`,
      ],
    };
  },
};

export const bars: readonly Bar[] = [zonesBar];
