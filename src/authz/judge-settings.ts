import type { EventStore, LayerName } from '../core/index.ts';
import type { HabitModelData } from '../risk/index.ts';
import type { ActionValidator } from './action-validator.ts';

/** What a deployment configures about the eight layers; the same for every agent of a manager. */
export interface JudgeSettings {
  /** A request without intent text escalates. */
  readonly requireIntentValidation: boolean;
  /** 0–1. A request or a validator below it escalates. */
  readonly minConfidence: number;
  /** Off: the simulation layer reports, and the decision lists it as unenforced. */
  readonly enableSimulation: boolean;
  /** Off: likewise for risk. */
  readonly riskEnabled: boolean;
  /** Off: patterns of fraud do not act, and the decision lists them as unenforced. */
  readonly fraudDetectionEnabled: boolean;
  /** Nothing may be off, and nothing unenforceable may be asked for, unless this says so. */
  readonly allowUnenforced: boolean;
  /** 0–100; above it denies. */
  readonly maxRiskScore: number;
  /** Standard deviations from which an amount or a tempo is unusual. */
  readonly anomalyThreshold: number;
  readonly weights: { readonly transaction: number; readonly behavioral: number; readonly market: number };
  /** Scored beside the shipped model of habits; decides nothing. */
  readonly shadowModel?: HabitModelData | undefined;
  readonly intentValidator?: ActionValidator;
  readonly strategyValidator?: ActionValidator;
  /** A history of the deployment's own, which temporal rules look at beside the one that the store keeps. */
  readonly eventStore?: EventStore;
  readonly layerTimeoutMs: number;
  readonly simulationTimeoutMs: number;
  /** A price that is older says nothing about now. */
  readonly maxPriceAgeMs: number;
}

/** What holds where a deployment says nothing. */
export const DEFAULT_JUDGE_SETTINGS: JudgeSettings = Object.freeze({
  requireIntentValidation: false,
  minConfidence: 0,
  enableSimulation: true,
  riskEnabled: true,
  fraudDetectionEnabled: true,
  allowUnenforced: false,
  maxRiskScore: 80,
  anomalyThreshold: 3,
  weights: Object.freeze({ transaction: 0.4, behavioral: 0.3, market: 0.3 }),
  layerTimeoutMs: 5_000,
  simulationTimeoutMs: 10_000,
  maxPriceAgeMs: 600_000,
});

/** Longest that a layer may take, ms. */
export function layerBudgetMs(settings: JudgeSettings, layer: LayerName): number {
  return layer === 'simulation' ? settings.simulationTimeoutMs : settings.layerTimeoutMs;
}
