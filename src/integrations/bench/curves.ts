import type { JudgedCampaign } from './judge-campaigns.ts';
import { worthOf } from './judge-campaigns.ts';
import type { StreamRow } from './stream-row.ts';

/** Precision and recall over actions, at one threshold. */
export interface CurvePoint {
  readonly recall: number;
  readonly precision: number;
}

/** Points of a curve that are kept. */
const MOST_POINTS = 100;

/** Precision at every recall that some threshold reaches, recall rising; at most {@link MOST_POINTS} points. Empty where nothing is bad. */
export function precisionRecall(rows: readonly StreamRow[], scores: Float64Array): readonly CurvePoint[] {
  const bad = rows.filter(({ isBad }) => isBad).length;
  const order = [...rows.keys()].sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
  const best = new Map<number, CurvePoint>();
  let caught = 0;
  for (const [at, row] of order.entries()) {
    if (rows[row]?.isBad === true) caught += 1;
    // Rows of one score are alarmed together or not at all.
    if (at + 1 < order.length && scores[order[at + 1] as number] === scores[row]) continue;
    const step = Math.ceil((caught / Math.max(1, bad)) * MOST_POINTS);
    const point = { recall: caught / Math.max(1, bad), precision: caught / (at + 1) };
    if (caught > 0 && point.precision > (best.get(step)?.precision ?? 0)) best.set(step, point);
  }
  return [...best.values()];
}

/** Minutes since a campaign's beginning at which its loss is told. */
export const LOSS_MINUTES: readonly number[] = [0, 1, 5, 15, 60, 180, 720, 1_440, 2_880, 5_760, 10_080];

/** Share of a campaign's value that has left by each of {@link LOSS_MINUTES}, mean over campaigns, where the first alarm stops all that follows. */
export function lossOverTime(rows: readonly StreamRow[], campaigns: readonly JudgedCampaign[], isStopped: boolean): readonly number[] {
  const bad = campaigns.filter(({ isBad }) => isBad);
  return LOSS_MINUTES.map((minutes) => {
    const shares = bad.map(({ rows: of, startMs, firstAlarm }) => {
      const worth = of.map((at) => worthOf(rows[at] as StreamRow));
      const total = worth.reduce((sum, one) => sum + one, 0) || 1;
      const end = isStopped && firstAlarm >= 0 ? firstAlarm : of.length;
      const gone = worth
        .slice(0, end)
        .filter((_one, at) => (rows[of[at] as number] as StreamRow).action.atMs <= startMs + minutes * 60_000);
      return gone.reduce((sum, one) => sum + one, 0) / total;
    });
    return shares.reduce((sum, one) => sum + one, 0) / Math.max(1, shares.length);
  });
}
