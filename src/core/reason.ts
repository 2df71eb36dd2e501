/**
 * Why the answer was not a plain yes. lower_snake, closed; programs switch on these.
 * Each is produced by exactly one place and has a test.
 */
export type ReasonCode =
  // requests and identity
  | 'request_malformed'
  | 'request_id_reused'
  | 'agent_unknown'
  | 'agent_not_wallet_owner'
  | 'wallet_unknown'
  | 'wallet_ambiguous'
  | 'security_disabled'
  | 'clock_skew'
  | 'asset_unknown'
  | 'asset_ambiguous'
  | 'name_unresolved'
  | 'name_misleading'
  | 'chain_unavailable'
  | 'nodes_disagree'
  | 'quorum_missing'
  | 'head_stale'
  | 'payload_undecodable'
  | 'shutting_down'
  // layers as such
  | 'layer_threw'
  | 'layer_timed_out'
  | 'layer_malformed'
  | 'layer_missing'
  | 'skipped'
  // intent
  | 'intent_missing'
  | 'intent_contradicts_effects'
  | 'intent_validator_rejected'
  | 'intent_low_confidence'
  | 'capability_mismatch'
  // strategy
  | 'strategy_unregistered'
  | 'strategy_operation_not_allowed'
  | 'strategy_asset_not_allowed'
  | 'strategy_protocol_not_allowed'
  | 'strategy_amount_exceeded'
  | 'strategy_validator_rejected'
  | 'confidence_too_low'
  // risk
  | 'risk_score_exceeded'
  | 'risk_high'
  | 'risk_critical'
  | 'address_blacklisted'
  | 'screening_unavailable'
  | 'address_lookalike'
  | 'new_destination'
  | 'new_destination_large'
  | 'amount_unusual'
  | 'unlike_habits'
  | 'allowance_unlimited'
  | 'allowance_new_spender'
  | 'risk_inputs_missing'
  | 'rapid_drain'
  | 'outflow_drift'
  // policy
  | 'policy_missing'
  | 'policy_no_match'
  | 'policy_rule_denied'
  | 'policy_rule_escalated'
  | 'chain_not_allowed'
  | 'contract_not_allowed'
  | 'token_not_allowed'
  | 'destination_not_allowed'
  | 'capability_disabled'
  | 'capability_read_only'
  | 'approval_required'
  | 'contract_entry_expired'
  | 'effect_unknown'
  | 'allowance_not_allowed'
  | 'operator_not_allowed'
  | 'control_not_allowed'
  | 'deploy_not_allowed'
  | 'delegation_not_allowed'
  | 'hazard_not_allowed'
  | 'fee_exceeds_ceiling'
  | 'chain_id_mismatch'
  | 'time_not_allowed'
  | 'bytecode_hash_mismatch'
  | 'owner_address_mismatch'
  | 'slippage_not_declared'
  | 'slippage_exceeded'
  | 'gas_buffer_insufficient'
  | 'temporal_rule_triggered'
  | 'temporal_history_unavailable'
  // limits
  | 'spend_exceeds_cap'
  | 'per_transaction_limit'
  | 'window_limit'
  | 'limit_missing'
  | 'price_unavailable'
  | 'price_stale'
  | 'price_divergent'
  | 'cap_subject_unknown'
  | 'cap_lock_unavailable'
  // rate
  | 'rate_limited'
  | 'cooldown_active'
  // anomaly
  | 'anomaly_amount'
  | 'anomaly_burst'
  | 'anomaly_interval'
  // simulation
  | 'simulation_reverted'
  | 'simulation_unavailable'
  | 'simulation_required_but_failed'
  | 'simulation_exceeds_intent'
  | 'simulation_unstable'
  | 'simulation_stale'
  | 'simulation_contradicts_bytes'
  | 'simulation_disputed'
  | 'simulation_flagged'
  | 'expectation_not_met'
  | 'insufficient_funds'
  // the gate itself
  | 'halted'
  | 'agent_paused'
  | 'halt_unreadable'
  | 'epoch_changed'
  | 'policy_changed'
  | 'registry_changed'
  | 'permit_unknown'
  | 'permit_used'
  | 'permit_expired'
  | 'permit_payload_mismatch'
  | 'permit_key_mismatch'
  | 'permit_void'
  | 'reservation_not_held'
  | 'slot_taken'
  | 'replacement_underpriced'
  | 'transaction_cancelled'
  | 'transaction_expired'
  | 'store_unavailable'
  | 'version_conflict'
  | 'key_revoked'
  | 'approval_pending'
  | 'approval_rejected'
  | 'approval_timeout'
  | 'approval_expired'
  | 'approval_used'
  | 'approval_invalid'
  // custody where the key or the yes is not ours
  | 'signer_unavailable'
  | 'signature_pending'
  | 'signature_invalid'
  | 'party_approval_required'
  // signatures that are no transactions
  | 'signature_unavailable'
  | 'message_not_allowed';

/** One machine-readable reason, with what a program can do about it. */
export interface Reason {
  readonly code: ReasonCode;
  /** One English sentence for people; never parsed. */
  readonly message: string;
  /** The rule, limit or list that decided, by its id. */
  readonly rule?: string;
  /** Decimal base units of `unit`: the limit, what it leaves, what was asked. */
  readonly limit?: string;
  readonly remaining?: string;
  readonly requested?: string;
  /** Asset id, or `USD`, that `limit`, `remaining` and `requested` count in. */
  readonly unit?: string;
  /** Milliseconds since the epoch at which the limit leaves room again. */
  readonly resetsAtMs?: number;
  /** True where the same request may pass later unchanged. */
  readonly retryable: boolean;
  /** Further facts, JSON-safe. */
  readonly facts?: Readonly<Record<string, string | number | boolean | null>>;
}
