import { measureAddresses } from '../../bench/fraud/screening.ts';
import { measureTonLists } from '../../bench/fraud/ton-lists.ts';
import type { Bar } from './bar.ts';
import { dataBar } from './risk-data.ts';

const addressBar = dataBar({
  name: 'T1: screening of addresses',
  target: '0 lookup errors, 0 ordinary contracts blocked, recall equals coverage',
  needs: ['address-lists'],
  async measure(data) {
    const { spellings, errors, blocked, coverage, traps, mistaken } = await measureAddresses(data);
    const uneven = coverage.filter(({ listed, recalled, ordinaryBlocked }) => recalled !== listed || ordinaryBlocked !== 0);
    const [named, further] = traps;
    return {
      figure: `${errors} errors, ${blocked + (named?.blocked.length ?? 0)} blocked`,
      pass: spellings > 0 && errors === 0 && blocked === 0 && named?.blocked.length === 0 && uneven.length === 0,
      notes: [
        `${spellings} spellings; lists of ${coverage.map(({ percent }) => percent).join(', ')} % find what they list, but for ${uneven.length}`,
        `a union of lists that names ${further?.name} as well blocks ${further?.blocked.join(', ') || 'none'}; ${mistaken.besideLabels} of ${mistaken.listed} addresses that one detector flagged by mistake stay blocked beside labels of another source`,
      ],
    };
  },
});

const tonBar = dataBar({
  name: 'T7: screening of TON accounts, all forms',
  target: '0 lookup errors, recall equals coverage',
  needs: ['ton-lists'],
  async measure(data) {
    const { forms, errors, coverage, scammers } = await measureTonLists(data);
    const uneven = coverage.filter(({ listed, recall }) => Math.round(recall.value * scammers) !== listed);
    return {
      figure: `${errors} errors in ${forms} lookups`,
      pass: forms > 0 && scammers > 0 && errors === 0 && uneven.length === 0,
    };
  },
});

/** Lists find what they list, and nobody else. */
export const bars: readonly Bar[] = [addressBar, tonBar];
