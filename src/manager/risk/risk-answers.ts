import type { Remedy, RiskAssessment, StrongReason } from '../../risk/index.ts';

/** How risky a transaction would be. */
export interface TransactionAssessment
  extends Pick<RiskAssessment, 'score' | 'level' | 'breakdown' | 'factors' | 'flags' | 'recommendations' | 'vetoes' | 'unchecked'> {
  /** True where the gate would deny for this: above the maximum, critical, or a veto. */
  readonly isBlocked: boolean;
  /** The three strongest reasons for the score. */
  readonly because: readonly StrongReason[];
  /** What would make it pass by risk: computed, each scored again. Empty where it passes, and where nothing helps. */
  readonly wouldPass: readonly Remedy[];
}

/** Whether a transaction is unlike the agent. */
export interface AnomalyResult {
  readonly isAnomaly: boolean;
  readonly type: 'amount' | 'burst' | 'interval' | null;
  /** Standard deviations. */
  readonly deviationScore: number;
  /** `caution`: too little is known to call anything normal. */
  readonly details: Readonly<Record<string, string | number | boolean | null>>;
}

/** The fraud patterns that a transaction fits. */
export interface FraudCheck {
  readonly matchedPatterns: readonly (Pick<RiskAssessment['patterns'][number], 'id' | 'confidence' | 'recommendedAction' | 'evidence'> & {
    /** The same as `id`, such as `rapid_drain`. */
    readonly name: string;
    /** For people. */
    readonly title: string;
  })[];
}
