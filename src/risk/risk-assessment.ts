import type { AccountId, ReasonCode } from '../core/index.ts';

/** < 30 low, < 60 medium, ≤ 80 high (escalates), > 80 critical (denies). */
export type RiskLevel = 'low' | 'medium' | 'high' | 'critical';

/** The three things that a score is weighed from. */
export type RiskComponent = 'transaction' | 'behavioral' | 'market';

/** One contribution to a component: 0–100 points, joined as independent chances are. */
export interface RiskFactor {
  readonly id: string;
  readonly component: RiskComponent;
  readonly points: number;
  /** One English sentence for people; never parsed. */
  readonly detail: string;
  /** The reason code that a denial or escalation resting on this factor carries; null where it only scores. */
  readonly reason: ReasonCode | null;
}

/** block = deny, escalate = escalate, flag = record and score, monitor = watch closer, alert = notify. */
export type PatternAction = 'block' | 'escalate' | 'flag' | 'monitor' | 'alert';

/** The patterns that are looked for. */
export type PatternId =
  | 'outflow_drift'
  | 'new_dest_large'
  | 'lookalike_destination'
  | 'rapid_drain'
  | 'round_numbers'
  | 'timing_attack'
  | 'gradual_increase'
  | 'structuring'
  | 'dust_bait'
  | 'approval_phishing'
  | 'fan_out'
  | 'consolidation_exit'
  | 'authorization_probing'
  | 'sandwich_exposure'
  | 'fake_token'
  | 'mimicked_comment'
  | 'fleet_coordination';

/** One fraud pattern that the transaction fits. */
export interface PatternMatch {
  readonly id: PatternId;
  readonly name: string;
  /** 0–1. */
  readonly confidence: number;
  readonly recommendedAction: PatternAction;
  /** JSON-safe facts. */
  readonly evidence: Readonly<Record<string, string | number | boolean | null>>;
  readonly reason: ReasonCode | null;
}

/** Something that denies whatever the score is. */
export interface RiskVeto {
  readonly reason: ReasonCode;
  readonly detail: string;
  /** The listed or imitating account; null where the veto is not about one. */
  readonly account: AccountId | null;
}

/** What an input that is missing is called, after `inputs_missing` itself. */
export type RiskFlag =
  | 'inputs_missing'
  | 'no_profile'
  | 'profile_cold'
  | 'no_market_data'
  | 'amount_unpriced'
  | 'new_destination'
  | 'lookalike'
  | 'listed'
  | 'effects_unknown'
  | 'allowance_unlimited';

/** The whole answer. `score` and the breakdown are 0–100. */
export interface RiskAssessment {
  readonly score: number;
  readonly level: RiskLevel;
  readonly breakdown: { readonly transaction: number; readonly behavioral: number; readonly market: number; readonly aggregate: number };
  /** Most points first. */
  readonly factors: readonly RiskFactor[];
  readonly flags: readonly RiskFlag[];
  readonly patterns: readonly PatternMatch[];
  /** Patterns that would have mattered and could not be looked for, because nobody gave the facts they need. */
  readonly unchecked: readonly PatternId[];
  readonly recommendations: readonly string[];
  /** Not empty: deny, whatever the score. */
  readonly vetoes: readonly RiskVeto[];
}
