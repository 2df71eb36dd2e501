import type { Track } from '../../bench/fraud/cross-validate.ts';
import { runOnStreams, trackName } from '../../bench/fraud/stream-run.ts';
import { type FraudReport, toFraudReport } from '../../src/integrations/bench/index.ts';
import type { Bar } from './bar.ts';
import { dataBar, percent } from './risk-data.ts';

/** What a track has to reach. */
interface Bounds {
  readonly caught: number;
  readonly macro?: number;
  readonly lost: number;
  readonly surprised?: number;
}

const FALSE_PER_1000 = 5;

let measured: FraudReport | undefined;
/** Both tracks come from one run. */
const measure = (data: string): FraudReport => {
  measured ??= toFraudReport(runOnStreams(data));
  return measured;
};

const streamBar = (track: Track, target: string, bounds: Bounds): Bar =>
  dataBar({
    name: `T4: campaigns in real histories, ${track}`,
    target,
    needs: ['streams'],
    isLong: true,
    async measure(data) {
      const found = measure(data).detectors.find(({ name }) => name === trackName(track));
      if (found === undefined) return { figure: 'failed: there is no such track', pass: false };
      const { recall, macro, lost, falseAlarms, surprised, types } = found;
      const isMet =
        recall.value >= bounds.caught &&
        macro >= (bounds.macro ?? 0) &&
        lost <= bounds.lost &&
        surprised <= (bounds.surprised ?? 1) &&
        falseAlarms.value <= FALSE_PER_1000;
      return {
        figure: `${percent(recall.value)} caught at ${falseAlarms.value.toFixed(2)} in 1,000`,
        pass: isMet,
        notes: [
          `caught ${percent(recall.low)} to ${percent(recall.high)}, mean of types ${percent(macro)}, value lost ${percent(lost)}, surprises alarmed ${percent(surprised)}, false alarms ${falseAlarms.low.toFixed(2)} to ${falseAlarms.high.toFixed(2)} in 1,000 (95 %, wallets drawn anew)`,
          types
            .filter(({ isBad }) => isBad)
            .map(({ type, caught, campaigns }) => `${type} ${caught}/${campaigns}`)
            .join(', '),
        ],
      };
    },
  });

/** Both rows always stand side by side. */
export const bars: readonly Bar[] = [
  streamBar('full', 'at least 78 % (70 % by types) at 5 in 1,000, value lost at most 30 %', { caught: 0.78, macro: 0.7, lost: 0.3 }),
  streamBar('strict', 'at least 60 % at 5 in 1,000, value lost at most 50 %, surprises at most 5 %', {
    ...{ caught: 0.6, lost: 0.5, surprised: 0.05 },
  }),
];
