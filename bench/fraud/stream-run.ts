import { basename } from 'node:path';
import type { Scored } from '../../src/integrations/bench/detector.ts';
import type { Run } from '../../src/integrations/bench/index.ts';
import { createWalletThresholds } from '../../src/integrations/bench/wallet-thresholds.ts';
import { ALARM_GOOD_IN_1000 } from '../../src/risk/index.ts';
import { AIMED_FALSE_PER_1000, crossValidate, learnTrack, TRAINING, type Track, thresholdFor } from './cross-validate.ts';
import { type GaugeTable, gaugeTable } from './gauge-table.ts';
import { readStreams, type StreamRow } from './read-streams.ts';

/** A run over the labelled streams, with what its detectors read. */
export interface StreamRun extends Run {
  readonly gauges: GaugeTable;
}

/** The name of our detector on a track. */
export const trackName = (track: Track): string => `castellan, ${track}`;

/** Which tracks are run, and the data folder whose wallets the detector learns from; without one it learns from those of the judged folder that it does not judge. */
export interface StreamOptions {
  readonly tracks?: readonly [Track, ...Track[]];
  readonly learn?: string | undefined;
}

/** T4: the detector on the labelled streams of a data folder, trained without the wallets that it is measured on; with and without what flatters it. */
export function runOnStreams(data: string, { tracks = ['strict', 'full'], learn }: StreamOptions = {}): StreamRun {
  const stream = readStreams(data);
  const gauges = gaugeTable(stream);
  const taught = learn === undefined ? undefined : gaugeTable(readStreams(learn));
  const scored = tracks.map((track): Scored => {
    const { scores, threshold } = judge(gauges, track, taught);
    return {
      name: trackName(track),
      rule: `a score above that of ${AIMED_FALSE_PER_1000[track]} in 1,000 good actions`,
      scores,
      isAlarm: (row) => (scores[row] as number) > threshold,
    };
  });
  const strict = scored[tracks.indexOf('strict')];
  if (strict !== undefined) scored.push(withOwnThresholds(strict, gauges.rows));
  return {
    source: `labelled streams of ${basename(data)}`,
    limits: [
      'Campaigns are put into real histories, mostly of Ethereum in 2015 to 2018; only natural_scam_payment really happened. Nothing of TON is among them.',
      'The full track uses balances, pauses and other wallets, in which injected campaigns differ from the world more than attackers do; the strict one does not.',
      taught === undefined
        ? 'Thresholds are set on the wallets that they are measured on, by their good actions alone; trees never saw the wallets that they judge.'
        : 'Trees and thresholds come from another folder: neither saw the wallets that they judge.',
      'Internal transactions are absent, so that balances are guesses. The base is taken for harmless where nothing says otherwise.',
    ],
    ...{ stream, gauges, scored: scored as [Scored, ...Scored[]] },
  };
}

function judge(
  gauges: GaugeTable,
  track: Track,
  taught: GaugeTable | undefined,
): { readonly scores: Float64Array; readonly threshold: number } {
  if (taught !== undefined) {
    const { score, threshold } = learnTrack(taught, track, TRAINING);
    return { scores: score(gauges), threshold };
  }
  const scores = crossValidate(gauges, track, TRAINING);
  return { scores, threshold: thresholdFor(gauges.rows, scores, AIMED_FALSE_PER_1000[track]) };
}

/** The same scores at thresholds that wallets have of their own, as they are shipped: the shipped rates come from these very scores. */
function withOwnThresholds({ scores }: Scored, rows: readonly StreamRow[]): Scored {
  const thresholds = createWalletThresholds();
  const alarms = rows.map(({ wallet, action, isBad }, row) =>
    thresholds.isAlarm(wallet, { odds: scores[row] as number, atMs: action.atMs, isBad }),
  );
  return {
    name: `${trackName('strict')}, thresholds of each wallet`,
    rule: `as shipped: at most ${ALARM_GOOD_IN_1000} in 1,000 good actions of the wallet are as unlike its habits; people answer every alarm truly`,
    scores,
    isAlarm: (row) => alarms[row] === true,
  };
}
