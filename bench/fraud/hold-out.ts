import type { Training } from '../../scripts/train/boost.ts';
import { type ProtocolTable, shareOf } from '../../src/integrations/bench/index.ts';
import { judgeCampaigns } from '../../src/integrations/bench/judge-campaigns.ts';
import { crossValidate, type Track, thresholdFor } from './cross-validate.ts';
import type { GaugeTable } from './gauge-table.ts';

/** How campaigns of one type fare where the model never saw one of them, on wallets that it never saw either. */
export interface HeldOut {
  readonly type: string;
  readonly campaigns: number;
  readonly caught: number;
  readonly lost: number;
  readonly falsePer1000: number;
}

/** Trains once for each type of campaign, without it, and judges it. Slow: a whole training for each of them. */
export function measureHeldOut(
  table: GaugeTable,
  track: Track,
  training: Training,
  falsePer1000: number,
  report: (line: string) => void = () => undefined,
): readonly HeldOut[] {
  const types = [...new Set(table.rows.flatMap(({ isBad, type }) => (isBad ? [type] : [])))].sort();
  return types.map((held) => {
    const scores = crossValidate(table, track, training, { learns: ({ isBad, type }) => !(isBad && type === held) });
    const threshold = thresholdFor(table.rows, scores, falsePer1000);
    const judged = judgeCampaigns(table.rows, (row) => (scores[row] as number) > threshold);
    const its = judged.types.find(({ type }) => type === held);
    const found: HeldOut = {
      ...{ type: held, campaigns: its?.campaigns ?? 0, caught: its?.caught ?? 0, lost: its?.lost ?? 1 },
      falsePer1000: judged.falsePer1000,
    };
    report(`${track} without ${held}: ${found.caught} of ${found.campaigns}`);
    return found;
  });
}

/** Recall of each type beside that of a model which learnt from it. `learnt` holds campaigns caught by type. */
export function heldOutTable(track: Track, held: readonly HeldOut[], learnt: ReadonlyMap<string, number>): ProtocolTable {
  const sum = (read: (one: HeldOut) => number): number => held.reduce((total, one) => total + read(one), 0);
  const all = sum(({ campaigns }) => campaigns);
  const caughtLearnt = (type: string): number => learnt.get(type) ?? 0;
  return {
    ...{ task: 'T4', title: `castellan, ${track}, on types of campaigns that it never saw` },
    columns: ['type', 'caught unseen', 'caught after learning from it', 'value lost unseen', 'false alarms in 1,000'],
    rows: [
      ...held.map(({ type, campaigns, caught, lost, falsePer1000 }) => ({
        name: `${type} (${campaigns})`,
        figures: [
          ...[shareOf(caught, campaigns), shareOf(caughtLearnt(type), campaigns), { unit: 'share', value: lost } as const],
          { unit: 'rate', value: falsePer1000 } as const,
        ],
      })),
      {
        name: 'all',
        figures: [
          shareOf(
            sum(({ caught }) => caught),
            all,
          ),
          shareOf(
            sum(({ type }) => caughtLearnt(type)),
            all,
          ),
          shareOf(
            sum(({ lost, campaigns }) => lost * campaigns),
            all,
          ),
          { unit: 'rate', value: sum(({ falsePer1000 }) => falsePer1000) / Math.max(1, held.length) },
        ],
      },
    ],
    notes: [
      'Each line is a training of its own, without that type, in the same folds of wallets; the threshold is set on good actions alone.',
    ],
  };
}
