import { amountGauges } from './amount-gauges.ts';
import { fleetGauges } from './fleet-gauges.ts';
import type { Gauge } from './gauge.ts';
import { partyGauges } from './party-gauges.ts';
import { sequenceGauges } from './sequence-gauges.ts';
import { tempoGauges } from './tempo-gauges.ts';

export type { Gauge, GaugeGround } from './gauge.ts';

/** All gauges, in the order in which a model counts them. */
export const GAUGES: readonly Gauge[] = [...partyGauges, ...amountGauges, ...tempoGauges, ...sequenceGauges, ...fleetGauges];
