import type { Clock } from '../../core/index.ts';
import { scoreHabits } from './risk-parts.ts';
import { countedRows, type StreamRow } from './stream-row.ts';
import { walkHabits } from './walk-habits.ts';

/** What a detector said of every counted row, in their order. */
export interface Scored {
  readonly name: string;
  /** When it alarms, in words. */
  readonly rule: string;
  /** The higher, the worse. */
  readonly scores: Float64Array;
  readonly isAlarm: (row: number) => boolean;
  /** Microseconds that judging each row took; undefined where nobody looked at a clock. */
  readonly tookMicros?: Float64Array;
}

/** Good actions in 1,000 at most that score as high as what is alarmed. */
export const ALARM_GOOD_IN_1000 = 4;

/** The detector that is shipped: the model of trees over a wallet's habits. With a clock it tells how long it took. */
export function scoreByShippedModel(stream: readonly StreamRow[], clock?: Pick<Clock, 'monotonicMs'>): Scored {
  const count = countedRows(stream).length;
  const scores = new Float64Array(count);
  const alarms = new Uint8Array(count);
  const tookMicros = new Float64Array(count);
  let at = 0;
  walkHabits(stream, (_row, read) => {
    const from = clock?.monotonicMs() ?? 0;
    const { odds, goodIn1000 } = scoreHabits(read());
    tookMicros[at] = ((clock?.monotonicMs() ?? 0) - from) * 1_000;
    scores[at] = odds;
    alarms[at] = Number(goodIn1000 <= ALARM_GOOD_IN_1000);
    at += 1;
  });
  return {
    name: 'castellan, as shipped',
    rule: `an action that at most ${ALARM_GOOD_IN_1000} in 1,000 good ones are as unlike their wallet as`,
    scores,
    isAlarm: (row) => alarms[row] === 1,
    ...(clock === undefined ? {} : { tookMicros }),
  };
}
