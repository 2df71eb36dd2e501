import type { Look } from '../look.ts';
import { amountGauges } from './amount-gauges.ts';
import { balanceGauges } from './balance-gauges.ts';
import { fleetGauges } from './fleet-gauges.ts';
import type { Gauge, GaugeGroup } from './gauge.ts';
import { partyGauges } from './party-gauges.ts';
import { sequenceGauges } from './sequence-gauges.ts';
import { gapGauges, tempoGauges } from './tempo-gauges.ts';

export type { Gauge, GaugeGround } from './gauge.ts';

const GROUPS: readonly GaugeGroup[] = [partyGauges, amountGauges, tempoGauges, sequenceGauges, balanceGauges, gapGauges, fleetGauges];

/** All gauges, in the order in which a model counts them. */
export const GAUGES: readonly Gauge[] = GROUPS.flatMap(({ gauges }) => gauges);

/** What each of {@link GAUGES} says of an action, in their order, written into `figures`. O(1). */
export function readGauges(look: Look, figures: Float32Array = new Float32Array(GAUGES.length)): Float32Array {
  let at = 0;
  for (const { gauges, read } of GROUPS) {
    read(look, figures, at);
    at += gauges.length;
  }
  return figures;
}
