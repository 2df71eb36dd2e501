import { measureIntent } from '../../bench/intent.ts';
import type { Bar } from './bar.ts';
import { dataBar, percent } from './risk-data.ts';

const intentBar = dataBar({
  name: 'T6: what was asked against what was done',
  target: 'F1 at least 0.80 at no more than 5 % false alarms',
  needs: ['intent-mismatch'],
  async measure(data) {
    const measured = measureIntent(data);
    const found = measured.find(([name]) => name === 'castellan')?.[1];
    if (found === undefined) return { figure: 'failed: there is no such detector', pass: false };
    return {
      figure: `F1 ${found.all.f1.toFixed(3)} at ${percent(found.all.falseRate)}`,
      pass: found.all.f1 >= 0.8 && found.all.falseRate <= 0.05,
      notes: measured.map(
        ([name, { all, f1 }]) =>
          `${name}: F1 ${all.f1.toFixed(3)} (95 %: ${f1.low.toFixed(3)} to ${f1.high.toFixed(3)}), recall ${percent(all.recall)}, false alarms ${percent(all.falseRate)}`,
      ),
    };
  },
});

/** The words of a request against its effects. */
export const bars: readonly Bar[] = [intentBar];
