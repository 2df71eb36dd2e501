import { writeFileSync } from 'node:fs';
import { crossValidate, gaugesOf, SURPRISES, TRAINING, thresholdFor } from '../../bench/fraud/cross-validate.ts';
import { gaugeTable } from '../../bench/fraud/gauge-table.ts';
import { readStreams } from '../../bench/fraud/read-streams.ts';
import { GAUGES } from '../../src/risk/habits/gauges/index.ts';
import { type HabitModelData, packTrees } from '../../src/risk/model/packed-trees.ts';
import { boost } from './boost.ts';
import { quantize } from './quantize.ts';
import { weighRows } from './weigh-rows.ts';

const TARGET = new URL('../../src/risk/model/habit-model-data.ts', import.meta.url);
/** Rates of good actions that pass a score, in 1,000, at which the score is kept. */
const RATES = [200, 100, 50, 20, 10, 5, 4, 2, 1, 0.5, 0.2];

/**
 * Trains the model that ships: on all wallets of the development streams, by the gauges of a wallet's own habits alone. The scores that so many good actions
 * pass come from five models, each judged on wallets that it had not seen.
 */
export function trainHabits(data: string): HabitModelData {
  const table = gaugeTable(readStreams(data));
  const scores = crossValidate(table, 'strict', TRAINING);
  const lesson = {
    data: quantize(table.values, GAUGES.length),
    rows: Int32Array.from(table.rows.keys()),
    ...weighRows(table.rows, SURPRISES.strict),
    gauges: gaugesOf('strict'),
  };
  const { model } = boost(lesson, TRAINING);
  return {
    version: 'habits-2',
    gauges: GAUGES.map(({ name }) => name),
    trees: packTrees(model),
    passed: RATES.map((rate) => [rate, Number(thresholdFor(table.rows, scores, rate).toPrecision(6))]),
  };
}

if (import.meta.filename === process.argv[1]) {
  const at = process.argv.indexOf('--data');
  const data = at < 0 ? process.env['CASTELLAN_DATA'] : process.argv[at + 1];
  if (data === undefined) throw new Error('where are the streams? --data DIR');
  const model = trainHabits(data);
  writeFileSync(
    TARGET,
    `import type { HabitModelData } from './packed-trees.ts';\n\n/** Written by \`node scripts/train/train-habits.ts --data DIR\`; not by hand. */\nexport const HABIT_MODEL: HabitModelData = ${JSON.stringify(model, null, 2)};\n`,
  );
  process.stdout.write(`${model.trees.count} trees, ${model.trees.trees.length} characters\n`);
}
