import { type ProtocolTable, shareOf, type TableFigure } from '../../src/integrations/bench/index.ts';
import type { Measured } from '../intent/score.ts';
import { measureIntent } from '../intent.ts';

/** T6: what the words of a request find against what its agent did, and a rule of keywords beside it. */
export function intentTables(measured: readonly (readonly [string, Measured])[]): readonly ProtocolTable[] {
  return [
    {
      ...{ task: 'T6', title: 'what was asked against what was done', columns: ['detector', 'F1 (95 %)', 'recall', 'false alarms (95 %)'] },
      rows: measured.map(([name, { all, f1, falseRate }]) => ({
        name,
        figures: [
          { unit: 'score', value: all.f1, ...f1 } satisfies TableFigure,
          shareOf(all.recall, 1),
          { unit: 'share', value: all.falseRate, ...falseRate } satisfies TableFigure,
        ],
      })),
      notes: [
        'Deterministic: no model is asked. Bounds are of user tasks drawn anew.',
        'Recorded runs of two models in two made-up suites. Nothing is fitted to the rows, but the lexicon was written by people who had seen them.',
      ],
    },
  ];
}

/** Measures and shows it. */
export function measureIntentTables(data: string): readonly ProtocolTable[] {
  return intentTables(measureIntent(data));
}
