import type { ChargeLine, Effect, LayerSignal, LedgerCap, SimulationReport } from '../core/index.ts';
import type { TemporalFindings } from './temporal/findings.ts';

const NO_TEMPORAL = { reviews: [], lines: [], caps: [] } as const;

/** What the layers leave for the decision beside their reports. Filled in as they run; denied decisions carry what there was. */
export interface JudgeOutput {
  riskScore: number;
  lines: readonly ChargeLine[];
  /** The part of `lines` that is the fee ceiling. */
  feeLines: readonly ChargeLine[];
  caps: readonly LedgerCap[];
  /** Caps whose mark the reservation passes: events of the deciding step, if there is one. */
  warnings: readonly LayerSignal[];
  /** What the temporal rules found, and what their counters take. */
  temporal: Pick<TemporalFindings, 'reviews' | 'lines' | 'caps'>;
  simulation: SimulationReport | null;
  /** Effects beyond the decoded ones that layers 3, 4, 5 and 7 have to judge too. */
  simulated: readonly Effect[] | null;
  readonly signals: LayerSignal[];
  readonly unenforced: string[];
}

/** Nothing found yet. */
export function createJudgeOutput(): JudgeOutput {
  return {
    riskScore: 0,
    lines: [],
    feeLines: [],
    caps: [],
    warnings: [],
    simulation: null,
    simulated: null,
    temporal: NO_TEMPORAL,
    signals: [],
    unenforced: [],
  };
}
