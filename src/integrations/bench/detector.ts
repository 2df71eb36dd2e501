import type { Clock } from '../../core/index.ts';
import { ALARM_GOOD_IN_1000, scoreHabits } from './risk-parts.ts';
import { countedRows, type StreamRow } from './stream-row.ts';
import { walkHabits } from './walk-habits.ts';
import { createWalletThresholds } from './wallet-thresholds.ts';

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

/**
 * The detector that is shipped: the model of trees over a wallet's habits, and the threshold that the wallet has by then. With a clock it tells how long the
 * model took.
 */
export function scoreByShippedModel(stream: readonly StreamRow[], clock?: Pick<Clock, 'monotonicMs'>): Scored {
  const count = countedRows(stream).length;
  const scores = new Float64Array(count);
  const alarms = new Uint8Array(count);
  const tookMicros = new Float64Array(count);
  const thresholds = createWalletThresholds();
  let at = 0;
  walkHabits(stream, ({ wallet, action, isBad }, read) => {
    const from = clock?.monotonicMs() ?? 0;
    const { odds } = scoreHabits(read());
    tookMicros[at] = ((clock?.monotonicMs() ?? 0) - from) * 1_000;
    scores[at] = odds;
    alarms[at] = Number(thresholds.isAlarm(wallet, { odds, atMs: action.atMs, isBad }));
    at += 1;
  });
  return {
    name: 'castellan, as shipped',
    rule: `an action that at most ${ALARM_GOOD_IN_1000} in 1,000 good ones of its wallet are as unlike its habits as; people answer every alarm truly`,
    scores,
    isAlarm: (row) => alarms[row] === 1,
    ...(clock === undefined ? {} : { tookMicros }),
  };
}
