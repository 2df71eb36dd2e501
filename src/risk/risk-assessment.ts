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
  | 'market_stale'
  | 'volatility_unknown'
  | 'price_impact_unknown'
  | 'liquidity_unknown'
  | 'liquidity_thin'
  | 'depeg'
  | 'peg_unknown'
  | 'market_divergent'
  | 'gas_spike'
  | 'fee_unknown'
  | 'amount_unpriced'
  | 'new_destination'
  | 'lookalike'
  | 'listed'
  | 'effects_unknown'
  | 'allowance_unlimited';

/** What the model of habits said of the action most unlike them. JSON-safe. */
export type HabitFinding = {
  /** The model that said it. */
  readonly model: string;
  /** Logarithm of the odds, to a ten-thousandth. */
  readonly odds: number;
  /** Of 1,000 good actions of training wallets, how many are as unlike theirs; and of this agent's, by its own record. */
  readonly goodIn1000: number;
  readonly ownIn1000: number;
  /** It alone makes a person decide. */
  readonly alarm: boolean;
  /** Only the many alarms of the last day keep it from that. */
  readonly fatigue?: true;
  /** What a model in the shadow says of the same. */
  readonly shadow?: { readonly model: string; readonly odds: number; readonly alarm: boolean };
};

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
  /** Absent while too little is known of the agent's habits. */
  readonly habits?: HabitFinding;
  /** Not empty: deny, whatever the score. */
  readonly vetoes: readonly RiskVeto[];
}
