import type { Decision } from '../core/decision.ts';
import { permitId } from '../core/permit.ts';
import type { Reason } from '../core/reason.ts';
import type { RequestRow } from '../core/store.ts';
import type { Receipt } from '../core/transaction.ts';
import type { LayerName } from '../core/verdict.ts';

/** How an execution ended, or where it stands. */
export type ExecutionStatus =
  | 'success'
  | 'policy_rejected'
  | 'simulation_failed'
  | 'simulation_stale'
  | 'approval_pending'
  | 'approval_rejected'
  | 'approval_timeout'
  | 'execution_failed';

/** What `execute` answers. A denial is a value: nothing is thrown for a "no". */
export interface ExecutionResult {
  readonly status: ExecutionStatus;
  readonly requestId: string;
  readonly decision: Decision;
  /** Strictest reason first; empty on success. */
  readonly reasons: readonly Reason[];
  /** After finality only. */
  readonly receipt?: Receipt;
  readonly txHash?: string;
  /** The open approval, where a person is asked. */
  readonly approvalId?: string;
  /** True where a signed transaction exists and the chain has not spoken: call again with the same id, never with another. */
  readonly pending?: boolean;
}

/** What `authorize` answers: the decision as the eight layers saw it, and the permit where it is a yes. */
export interface AuthorizationResult {
  readonly approved: boolean;
  readonly escalated: boolean;
  readonly escalationReason?: string;
  readonly failedLayer?: LayerName;
  readonly denialReason?: string;
  readonly layerResults: readonly {
    readonly layer: LayerName;
    readonly passed: boolean;
    readonly score?: number;
    readonly reason?: string;
    readonly durationMs: number;
  }[];
  readonly riskScore: number;
  readonly decisionId: string;
  readonly reasons: readonly Reason[];
  readonly permit?: string;
  readonly unenforced: readonly string[];
  readonly decision: Decision;
}

/** What `dryRun` answers; nothing was recorded, held or consumed. */
export interface DryRunResult {
  readonly wouldProceed: boolean;
  readonly blockers: readonly Reason[];
  readonly approvalRequired: boolean;
  readonly decision: Decision;
}

/** A decision in the shape of an authorization. */
export function toAuthorizationResult(decision: Decision, row: RequestRow | null): AuthorizationResult {
  const failed = decision.reports.find((report) => report.verdict === 'deny');
  const [first] = decision.reasons;
  return {
    approved: decision.verdict === 'approved',
    escalated: decision.verdict === 'escalated',
    ...(decision.verdict === 'escalated' && first !== undefined ? { escalationReason: first.message } : {}),
    ...(decision.verdict === 'denied' && failed !== undefined ? { failedLayer: failed.layer } : {}),
    ...(decision.verdict === 'denied' && first !== undefined ? { denialReason: first.message } : {}),
    layerResults: decision.reports.map((report) => ({
      layer: report.layer,
      passed: report.passed,
      durationMs: report.durationMs,
      ...(report.score === null ? {} : { score: report.score }),
      ...(report.reasons[0] === undefined ? {} : { reason: report.reasons[0].message }),
    })),
    riskScore: decision.riskScore,
    decisionId: decision.id,
    reasons: decision.reasons,
    ...(decision.verdict === 'approved' && row?.permit != null ? { permit: permitId(row.agent, row.requestId, row.permit.secret) } : {}),
    unenforced: decision.unenforced,
    decision,
  };
}

/** The execution status of a decision that is not a yes. */
export function rejectedStatus(decision: Decision): ExecutionStatus {
  const failed = decision.reports.find((report) => report.verdict === 'deny');
  if (decision.reasons.some((reason) => reason.code === 'simulation_stale')) return 'simulation_stale';
  return failed?.layer === 'simulation' ? 'simulation_failed' : 'policy_rejected';
}
