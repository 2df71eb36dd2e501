import { z } from 'zod';
import type { ApprovalQuorum, ReasonCode } from '../../../core/index.ts';
import { lazySchema } from '../../../core/schema.ts';
import { exact } from '../caps/amount-schema.ts';

/** Reasons that may ask a person. */
export const ESCALATIONS = [
  ...(['approval_required', 'policy_rule_escalated', 'temporal_rule_triggered', 'confidence_too_low'] as const),
  ...(['intent_missing', 'intent_low_confidence', 'intent_validator_rejected'] as const),
  ...(['strategy_unregistered', 'strategy_validator_rejected', 'risk_high', 'rapid_drain', 'outflow_drift', 'address_lookalike'] as const),
  ...(['new_destination', 'new_destination_large', 'amount_unusual', 'allowance_unlimited', 'allowance_new_spender'] as const),
  ...(['anomaly_amount', 'anomaly_interval', 'simulation_flagged'] as const),
] as const satisfies readonly ReasonCode[];

/** More than that nobody gathers; a registry has at most 256 keys. */
const MAX_NEED = 16;

const people = lazySchema(() => z.int().min(1).max(MAX_NEED).optional());

/** Who has to say yes, by what asked; guardians recover wallets and approve nothing. `reasons`, `rules` or `above` narrows it; without any it holds for all that asks. */
export const approvalQuorumSchema = lazySchema(() =>
  z
    .strictObject({
      /** Codes of escalations. */
      reasons: z.array(z.enum(ESCALATIONS)).min(1).max(32).readonly().optional(),
      /** Ids of rules that escalate. */
      rules: z.array(z.string().min(1).max(256)).min(1).max(64).readonly().optional(),
      /** Asks by itself: more than this leaves, in the unit of the limits. */
      above: exact.optional(),
      need: z
        .strictObject({ owner: people, operator: people, approver: people })
        .refine((need) => Object.values(need).some((count) => count !== undefined), 'must name a role'),
    })
    .refine(
      ({ reasons, rules, above }) => [reasons, rules, above].filter((given) => given !== undefined).length <= 1,
      'give reasons, rules or above, and only one of them',
    ),
);

/** A quorum as people write it. */
export type ApprovalQuorumInput = z.input<typeof approvalQuorumSchema>;
/** The same, checked. */
export type ParsedQuorum = z.output<typeof approvalQuorumSchema>;

/** A quorum ready to be looked up. Null narrows nothing. */
export interface CompiledQuorum {
  /** Where it is written: `approvalQuorums[0]`, or `base.approvalQuorums[0]`. */
  readonly path: string;
  readonly reasons: ReadonlySet<ReasonCode> | null;
  readonly rules: ReadonlySet<string> | null;
  readonly need: ApprovalQuorum;
}
