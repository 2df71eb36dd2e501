import { countedRows, type StreamRow } from '../../src/integrations/bench/stream-row.ts';
import { walkHabits } from '../../src/integrations/bench/walk-habits.ts';
import { GAUGES } from '../../src/risk/habits/gauges/index.ts';

/** What every gauge said of every scored row, when nothing but the past was known. */
export interface GaugeTable {
  readonly rows: readonly StreamRow[];
  /** Row by row, `GAUGES.length` figures each. */
  readonly values: Float32Array;
}

/** One pass over the streams in the order of time; every row is looked at before it is learnt. */
export function gaugeTable(stream: readonly StreamRow[]): GaugeTable {
  const rows = countedRows(stream);
  const values = new Float32Array(rows.length * GAUGES.length);
  let at = 0;
  walkHabits(stream, (_row, read) => {
    values.set(read(), at);
    at += GAUGES.length;
  });
  return { rows, values };
}
