import type { ChargeLine, Effect, LayerSignal, LedgerCap, SimulationReport } from '../core/index.ts';

/** What the layers leave for the decision beside their reports. Filled in as they run; denied decisions carry what there was. */
export interface JudgeOutput {
  riskScore: number;
  lines: readonly ChargeLine[];
  /** The part of `lines` that is the fee ceiling. */
  feeLines: readonly ChargeLine[];
  caps: readonly LedgerCap[];
  simulation: SimulationReport | null;
  /** Effects beyond the decoded ones that layers 3, 4, 5 and 7 have to judge too. */
  simulated: readonly Effect[] | null;
  readonly signals: LayerSignal[];
  readonly unenforced: string[];
}

/** Nothing found yet. */
export function createJudgeOutput(): JudgeOutput {
  return { riskScore: 0, lines: [], feeLines: [], caps: [], simulation: null, simulated: null, signals: [], unenforced: [] };
}
