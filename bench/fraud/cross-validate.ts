import { createHash } from 'node:crypto';
import { boost, type Training } from '../../scripts/train/boost.ts';
import { type Quantized, quantize } from '../../scripts/train/quantize.ts';
import { weighRows } from '../../scripts/train/weigh-rows.ts';
import type { StreamRow } from '../../src/integrations/bench/stream-row.ts';
import { thresholdFor } from '../../src/integrations/bench/threshold.ts';
import { GAUGES, type GaugeGround } from '../../src/risk/habits/gauges/index.ts';
import { flatten, scoreFlatTrees } from '../../src/risk/model/trees.ts';
import type { GaugeTable } from './gauge-table.ts';

export { thresholdFor };

const FOLDS = 5;

/** How the detector of the streams is trained. */
export const TRAINING: Training = {
  trees: 250,
  seed: 1,
  good: 0.7,
  bad: 0.8,
  columns: 0.4,
  together: 1,
  leaves: 31,
  ridge: 10,
  leastCurve: 4,
  rate: 0.1,
  monotone: new Map(GAUGES.flatMap(({ monotone }, at) => (monotone === undefined ? [] : [[at, monotone]]))),
};

/** What the detector is given: all gauges, or only those of a wallet's own habits. */
export type Track = 'full' | 'strict';

/** How much a harmless surprise alarmed counts beside another false alarm: more where there is less to tell it from a campaign by. */
export const SURPRISES: Readonly<Record<Track, number>> = { full: 6, strict: 14 };

/**
 * False alarms in 1,000 good actions that a track's threshold is set for: below the bound of 5, so that it holds for wallets that nobody has seen; the strict
 * one lower, so that few harmless surprises are alarmed.
 */
export const AIMED_FALSE_PER_1000: Readonly<Record<Track, number>> = { full: 4.5, strict: 3.2 };

/** Gauges of a track. */
export function gaugesOf(track: Track): readonly number[] {
  const allowed = (ground: GaugeGround): boolean => track === 'full' || ground === 'habits';
  return GAUGES.flatMap(({ ground }, at) => (allowed(ground) ? [at] : []));
}

/** The fold of a wallet: the same in every run, and all its rows are in one. */
export function foldOf(wallet: string, folds = FOLDS): number {
  return createHash('sha256').update(`fold:${wallet}`).digest().readUInt32BE(0) % folds;
}

/** How rows are divided, and which of them a model may learn from at all. */
export interface Division {
  readonly folds?: number;
  readonly learns?: (row: StreamRow) => boolean;
}

/** Scores of every row by a model that saw no row of its wallet. */
export function crossValidate(
  table: GaugeTable,
  track: Track,
  training: Training,
  { folds = FOLDS, learns = () => true }: Division = {},
): Float64Array {
  const data: Quantized = quantize(table.values, GAUGES.length);
  const lesson = { data, ...weighRows(table.rows, SURPRISES[track]), gauges: gaugesOf(track) };
  const fold = table.rows.map(({ wallet }) => foldOf(wallet, folds));
  const scores = new Float64Array(table.rows.length);
  for (let held = 0; held < folds; held += 1) {
    const rows = Int32Array.from(fold.flatMap((of, at) => (of === held || !learns(table.rows[at] as StreamRow) ? [] : [at])));
    const trained = boost({ ...lesson, rows }, { ...training, seed: training.seed + held });
    for (const [at, of] of fold.entries()) if (of === held) scores[at] = trained.scores[at] as number;
  }
  return scores;
}

/** A detector learnt from one folder's wallets, for those of another. */
export interface Learnt {
  /** Scores of every row of another table. */
  score(table: GaugeTable): Float64Array;
  readonly threshold: number;
}

/** Learns from all wallets of a table. The threshold comes from scores of models that had not seen the wallet, so that it holds for others. */
export function learnTrack(table: GaugeTable, track: Track, training: Training): Learnt {
  const lesson = { data: quantize(table.values, GAUGES.length), ...weighRows(table.rows, SURPRISES[track]), gauges: gaugesOf(track) };
  const trees = flatten(boost({ ...lesson, rows: Int32Array.from(table.rows.keys()) }, training).model);
  return {
    threshold: thresholdFor(table.rows, crossValidate(table, track, training), AIMED_FALSE_PER_1000[track]),
    score: ({ rows, values }) =>
      Float64Array.from(rows, (_, row) => scoreFlatTrees(trees, values.subarray(row * GAUGES.length, (row + 1) * GAUGES.length))),
  };
}
