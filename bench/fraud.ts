import { bootstrap } from './fraud/bootstrap.ts';
import { crossValidate, TRAINING, type Track, thresholdFor } from './fraud/cross-validate.ts';
import { gaugeTable } from './fraud/gauge-table.ts';
import { type CampaignResult, judgeCampaigns } from './fraud/judge-campaigns.ts';
import { readStreams, type StreamRow } from './fraud/read-streams.ts';
import { scoreByRival } from './fraud/rivals/rival.ts';
import { percentile, spendVelocity, zScore } from './fraud/rivals/simple-rivals.ts';

/** False alarms in 1,000 good actions that a threshold is set for: below the bound of 5, so that it holds for wallets that nobody has seen. */
export const AIMED_FALSE_PER_1000 = 4.5;

/** One detector over all rows. */
export interface Measured {
  readonly name: string;
  readonly result: CampaignResult;
  /** Share of campaigns caught, with the bounds of wallets drawn anew. */
  readonly caught: { readonly low: number; readonly high: number };
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function measure(name: string, rows: readonly StreamRow[], isAlarm: (row: number) => boolean): Measured {
  const result = judgeCampaigns(rows, isAlarm);
  const byWallet = [...Map.groupBy(rows.keys(), (at) => rows[at]?.wallet ?? '').values()].map((places) => {
    const of = judgeCampaigns(
      places.map((at) => rows[at] as StreamRow),
      (at) => isAlarm(places[at] as number),
    );
    return { campaigns: of.campaigns, caught: of.caught };
  });
  const sum = (of: typeof byWallet, read: (one: (typeof byWallet)[number]) => number): number =>
    of.reduce((total, one) => total + read(one), 0);
  const share = bootstrap(
    byWallet,
    (drawn) =>
      sum([...drawn], (one) => one.caught) /
      Math.max(
        1,
        sum([...drawn], (one) => one.campaigns),
      ),
  );
  return { name, result, caught: { low: share.low, high: share.high } };
}

/** Measures castellan's detector, with and without what flatters it, and three rivals, on the labelled streams of a data folder. */
export function measureStreams(data: string, tracks: readonly Track[] = ['full', 'strict']): readonly Measured[] {
  const stream = readStreams(data);
  const table = gaugeTable(stream);
  const own = tracks.map((track) => {
    const scores = crossValidate(table, track, TRAINING);
    const threshold = thresholdFor(table.rows, scores, AIMED_FALSE_PER_1000);
    return measure(`castellan, ${track}`, table.rows, (row) => (scores[row] as number) > threshold);
  });
  const rivals = [zScore, spendVelocity, percentile].map((rival) => {
    const scores = scoreByRival(rival, stream);
    return measure(rival.name, table.rows, (row) => (scores[row] as number) > rival.threshold);
  });
  return [...own, ...rivals];
}

if (import.meta.filename === process.argv[1]) {
  const at = process.argv.indexOf('--data');
  const data = at < 0 ? process.env['CASTELLAN_DATA'] : process.argv[at + 1];
  if (data === undefined) throw new Error('where are the streams? --data DIR');
  for (const { name, result, caught } of measureStreams(data)) {
    process.stdout.write(
      `${name}: ${result.caught} of ${result.campaigns} campaigns (${percent(result.caught / result.campaigns)}, 95 %: ${percent(caught.low)} to ${percent(caught.high)}; by types ${percent(result.macro)}), ${result.falsePer1000.toFixed(1)} false alarms in 1,000, ${percent(result.lost)} of the value lost before, ${percent(result.surprised)} of harmless surprises alarmed\n`,
    );
    for (const type of result.types)
      process.stdout.write(
        `  ${type.type.padEnd(30)} ${type.isBad ? `${type.caught} of ${type.campaigns}, lost ${percent(type.lost)}` : `harmless: ${type.alarms} of ${type.actions} actions alarmed`}\n`,
      );
  }
}
