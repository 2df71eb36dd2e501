import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Scored } from '../src/integrations/bench/detector.ts';
import {
  compareRows,
  detectorRows,
  type FraudReport,
  latencyByType,
  type Run,
  runOnImported,
  runOnMade,
  toFraudReport,
  USUAL_STREAMS,
  writeReport,
} from '../src/integrations/bench/index.ts';
import { table } from '../src/integrations/cli/output.ts';
import { crossValidate, TRAINING, type Track, thresholdFor } from './fraud/cross-validate.ts';
import { gaugeTable } from './fraud/gauge-table.ts';
import { readStreams, type StreamRow } from './fraud/read-streams.ts';
import { isolationForest } from './fraud/rivals/isolation-forest.ts';
import { scoreByRival } from './fraud/rivals/rival.ts';
import { percentile, spendVelocity, zScore } from './fraud/rivals/simple-rivals.ts';

/** False alarms in 1,000 good actions that a threshold is set for: below the bound of 5, so that it holds for wallets that nobody has seen. */
export const AIMED_FALSE_PER_1000 = 4.5;

/** What others use, on the same rows. */
export function scoreByRivals(stream: readonly StreamRow[]): readonly Scored[] {
  return [zScore, spendVelocity, percentile, isolationForest].map((rival) => {
    const scores = scoreByRival(rival, stream);
    return {
      name: rival.name,
      rule: `a score above ${rival.threshold}`,
      scores,
      isAlarm: (row) => (scores[row] as number) > rival.threshold,
    };
  });
}

/** The detector on the labelled streams of a data folder, trained without the wallets that it is measured on; with and without what flatters it. */
export function runOnData(data: string, tracks: readonly [Track, ...Track[]] = ['strict', 'full']): Run {
  const stream = readStreams(data);
  const gauges = gaugeTable(stream);
  const scored = tracks.map((track): Scored => {
    const scores = crossValidate(gauges, track, TRAINING);
    const threshold = thresholdFor(gauges.rows, scores, AIMED_FALSE_PER_1000);
    return {
      name: `castellan, ${track}`,
      rule: `a score above that of ${AIMED_FALSE_PER_1000} in 1,000 good actions`,
      scores,
      isAlarm: (row) => (scores[row] as number) > threshold,
    };
  });
  return {
    source: `labelled streams of ${basename(data)}`,
    limits: [
      'Campaigns are put into real histories, mostly of Ethereum in 2015 to 2018; only natural_scam_payment really happened. Nothing of TON is among them.',
      'The full track uses balances, pauses and other wallets, in which injected campaigns differ from the world more than attackers do; the strict one does not.',
      'Thresholds are set on the wallets that they are measured on, by their good actions alone; trees never saw the wallets that they judge.',
      'Internal transactions are absent, so that balances are guesses. The base is taken for harmless where nothing says otherwise.',
    ],
    stream,
    scored: scored as [Scored, ...Scored[]],
  };
}

/** The tables of a report as text. */
export function reportText(report: FraudReport, run: Run): string {
  const blocks = report.detectors.map((detector, at) => {
    const latency = at === 0 ? latencyByType(run.stream, run.scored[0]) : undefined;
    return [`${detector.name}`, ...table(detectorRows(detector, latency))].join('\n');
  });
  const head = `Source: ${report.source}\n${report.wallets} wallets, ${report.counted} counted actions, ${report.bad} of them bad, in ${report.campaigns} campaigns.`;
  return [head, ...blocks, table(compareRows(report)).join('\n'), report.limits.map((limit) => `- ${limit}`).join('\n')].join('\n\n');
}

if (import.meta.filename === process.argv[1]) {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      import: { type: 'string', multiple: true },
      wallet: { type: 'string' },
      out: { type: 'string' },
      seed: { type: 'string' },
    },
  });
  const seed = Number(values.seed ?? USUAL_STREAMS.seed);
  if (!Number.isSafeInteger(seed) || seed < 0) throw new Error('--seed is a whole number');
  const clock = { monotonicMs: () => performance.now() };
  const files = (values.import ?? []).map((name) => ({ name, text: readFileSync(name, 'utf8') }));
  const wallet = values.wallet === undefined ? {} : { wallet: values.wallet };
  const own =
    values.data !== undefined
      ? runOnData(values.data)
      : files.length > 0
        ? runOnImported(files, { seed, clock, ...wallet })
        : runOnMade({ ...USUAL_STREAMS, seed }, clock);
  const run: Run = { ...own, scored: [...own.scored, ...scoreByRivals(own.stream)] };
  const report = toFraudReport(run);
  const written = await writeReport(resolve(values.out ?? '.'), report);
  process.stdout.write(`${reportText(report, run)}\n\nWritten: ${written.join(', ')}\n`);
}
