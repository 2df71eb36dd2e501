import type { AccountId, AssetId } from '../../core/index.ts';
import type { Rule } from '../policy/language/rule.ts';

/** What a temporal rule looks at. */
export type TemporalField =
  | 'simulation_failure_rate'
  | 'contract_call_frequency'
  | 'success_drought'
  | 'spend_velocity'
  | 'consecutive_failures'
  | 'approval_flood';

/** One comparison of a figure of an agent's history with a constant. */
export interface TemporalCondition {
  readonly field: TemporalField;
  readonly operator: 'gte' | 'gt' | 'lt';
  /** A count; of `spend_velocity` base units of `asset`. */
  readonly value: string;
  /** Null where time plays no part. */
  readonly windowMs: number | null;
  readonly asset?: AssetId;
  readonly contract?: AccountId;
  /** Of `success_drought`: what has to be there before anything is concluded. */
  readonly warmUpMs?: number;
  readonly minOutcomes?: number;
}

/**
 * A rule over history: a {@link Rule} in all but what its conditions compare. `review` lets the request pass and leaves an item
 * for a person. One of `when` is enough: a name may stand for a token or a contract on several chains.
 */
export interface TemporalRule extends Omit<Rule, 'when' | 'then' | 'code'> {
  readonly when: readonly TemporalCondition[];
  readonly then: 'deny' | 'escalate' | 'review';
  readonly code: 'temporal_rule_triggered';
}
