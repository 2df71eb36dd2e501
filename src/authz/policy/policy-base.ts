import type { CapInput, RateLimitingInput } from './caps/cap-schema.ts';
import type { StrategyInput } from './permissions.ts';
import type { ApprovalQuorumInput } from './quorums/approval-quorum-schema.ts';

/** What a deployment sets for every policy, and what a policy inherits where it is silent. */
export interface PolicyBase {
  readonly limits: {
    /** Asset id, symbol or `USD`. Unset: the native coin, where the token list names exactly one. */
    readonly unit?: string | undefined;
    readonly perTransaction: number | string;
    readonly daily: number | string;
    readonly weekly: number | string;
    readonly monthly: number | string;
    /** Unset: no such limit. */
    readonly hourly?: number | string | undefined;
    readonly total?: number | string | undefined;
    /** Caps that stand in every policy, beside its own. */
    readonly caps?: readonly CapInput[] | undefined;
    readonly warningThresholdPct?: number | undefined;
  };
  readonly rateLimiting: RateLimitingInput & { readonly maxPerHour: number; readonly cooldownSeconds: number };
  readonly strategies?: readonly StrategyInput[] | undefined;
  /** Hold for every policy, beside its own. */
  readonly approvalQuorums?: readonly ApprovalQuorumInput[] | undefined;
}

/**
 * The reference's defaults, in whole units.
 *
 * @example
 * ```ts
 * import { DEFAULT_POLICY_BASE } from 'castellan';
 *
 * console.log(DEFAULT_POLICY_BASE.limits.daily, DEFAULT_POLICY_BASE.rateLimiting.maxPerHour); // 5000 10
 * ```
 */
export const DEFAULT_POLICY_BASE: PolicyBase = Object.freeze({
  limits: Object.freeze({ perTransaction: 1_000, daily: 5_000, weekly: 20_000, monthly: 50_000 }),
  rateLimiting: Object.freeze({ maxPerHour: 10, cooldownSeconds: 60 }),
});
