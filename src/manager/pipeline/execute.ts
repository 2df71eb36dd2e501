import { type Advance, type AdvanceParts, advance } from './advance.ts';
import type { Satisfaction } from './decide.ts';
import type { Prepared } from './prepare.ts';
import { type SubmitParts, submit } from './submit.ts';
import { type DryRunResult, type ExecutionResult, rejectedStatus } from '../result.ts';
import type { ApprovalRecord } from '../../core/approval.ts';
import type { Decision } from '../../core/decision.ts';
import { CastellanError } from '../../core/errors.ts';
import type { Reason, ReasonCode } from '../../core/reason.ts';
import type { RequestRow } from '../../core/store.ts';

/** What executing needs beyond submitting and advancing. */
export interface ExecuteParts extends SubmitParts, AdvanceParts {
  readonly settleTimeoutMs: number;
  readonly approvalWaitMs: number;
  /** The recorded decision of an earlier submission. */
  readonly findDecision: (decisionId: string) => Promise<Decision | undefined>;
  /** Opens the approval of an escalated decision; its id is the decision's id. */
  readonly openApproval: (decision: Decision, prepared: Prepared) => Promise<ApprovalRecord>;
  readonly getApproval: (id: string) => Promise<ApprovalRecord | undefined>;
  readonly waitApproval: (id: string, timeoutMs: number) => Promise<ApprovalRecord>;
  /** What an approved record satisfies for this action; undefined where it does not fit. */
  readonly satisfaction: (record: ApprovalRecord, prepared: Prepared) => Promise<Satisfaction | undefined>;
}

/** Options of an execution. */
export interface ExecuteOptions {
  /** Waits this long for a person's answer instead of the configured time. */
  readonly approvalWaitMs?: number;
  readonly settleTimeoutMs?: number;
  readonly exact?: Uint8Array;
}

const reasonOf = (code: ReasonCode, message: string, retryable: boolean): Reason => ({ code, message, retryable });

async function decisionOf(parts: ExecuteParts, row: RequestRow): Promise<Decision> {
  const decision = await parts.findDecision(row.decisionId);
  if (decision === undefined) throw new CastellanError('LOG_CORRUPT', { message: 'A request names a decision that the log does not hold', details: { decisionId: row.decisionId } });
  return decision;
}

function finish(requestId: string, decision: Decision, row: RequestRow, outcome: Advance): ExecutionResult {
  if (outcome.status === 'final') {
    const { receipt } = outcome;
    if (receipt.success) return { status: 'success', requestId, decision, reasons: [], receipt, txHash: receipt.txHash };
    return { status: 'execution_failed', requestId, decision, reasons: [reasonOf('simulation_reverted', 'The transaction was included and reverted.', false)], receipt, txHash: receipt.txHash };
  }
  const pending = outcome.status === 'pending';
  const code: ReasonCode = outcome.code === 'pending' ? 'chain_unavailable' : outcome.code;
  return { status: 'execution_failed', requestId, decision, reasons: [reasonOf(code, outcome.detail, true)], pending, ...(row.txHash === null ? {} : { txHash: row.txHash }) };
}

async function drive(parts: ExecuteParts, decision: Decision, row: RequestRow, options: ExecuteOptions): Promise<ExecutionResult> {
  const outcome = await advance(parts, row, { timeoutMs: options.settleTimeoutMs ?? parts.settleTimeoutMs });
  return finish(row.requestId, decision, row, outcome);
}

const APPROVAL_STATUS = { pending: 'approval_pending', rejected: 'approval_rejected', expired: 'approval_timeout' } as const;

function awaiting(requestId: string, decision: Decision, record: ApprovalRecord): ExecutionResult {
  const status = record.state === 'approved' || record.state === 'used' ? 'approval_pending' : APPROVAL_STATUS[record.state];
  return { status, requestId, decision, reasons: [reasonOf(status, `Approval ${record.request.id} is ${record.state}.`, record.state === 'pending'), ...decision.reasons], approvalId: record.request.id };
}

async function afterEscalation(parts: ExecuteParts, agentId: string, input: unknown, requestId: string, decision: Decision, opened: ApprovalRecord, options: ExecuteOptions): Promise<ExecutionResult> {
  const waitMs = options.approvalWaitMs ?? parts.approvalWaitMs;
  const record = opened.state === 'pending' && waitMs > 0 ? await parts.waitApproval(opened.request.id, waitMs) : opened;
  if (record.state !== 'approved') return awaiting(requestId, decision, record);
  const again = await submit(parts, agentId, withId(input, requestId), {
    ...(options.exact === undefined ? {} : { exact: options.exact }),
    satisfy: (prepared) => parts.satisfaction(record, prepared),
  });
  if (again.kind === 'prior') return resume(parts, agentId, input, again.row, options);
  if (again.decision.verdict === 'approved' && again.row !== null) return drive(parts, again.decision, again.row, options);
  if (again.decision.verdict === 'escalated' && again.prepared !== null) {
    return awaiting(requestId, again.decision, await parts.openApproval(again.decision, again.prepared));
  }
  return { status: rejectedStatus(again.decision), requestId, decision: again.decision, reasons: again.decision.reasons };
}

const withId = (input: unknown, id: string): unknown => (typeof input === 'object' && input !== null ? { ...input, id } : input);

async function resume(parts: ExecuteParts, agentId: string, input: unknown, row: RequestRow, options: ExecuteOptions): Promise<ExecutionResult> {
  const decision = await decisionOf(parts, row);
  if (row.state === 'denied') return { status: rejectedStatus(decision), requestId: row.requestId, decision, reasons: decision.reasons };
  if (row.state === 'escalated') {
    const record = await parts.getApproval(row.decisionId);
    if (record === undefined) return { status: 'approval_timeout', requestId: row.requestId, decision, reasons: [reasonOf('approval_timeout', 'The approval is no longer open.', false)] };
    return afterEscalation(parts, agentId, input, row.requestId, decision, record, options);
  }
  return drive(parts, decision, row, options);
}

/** Takes a request all the way: decision, permit, signature, broadcast, finality. See {@link ExecutionResult}. */
export async function execute(parts: ExecuteParts, agentId: string, input: unknown, options: ExecuteOptions = {}): Promise<ExecutionResult> {
  const submitted = await submit(parts, agentId, input, options.exact === undefined ? {} : { exact: options.exact });
  if (submitted.kind === 'prior') return resume(parts, agentId, input, submitted.row, options);
  const { decision, row, requestId, prepared } = submitted;
  if (decision.verdict === 'approved' && row !== null) return drive(parts, decision, row, options);
  if (decision.verdict === 'escalated' && prepared !== null) {
    return afterEscalation(parts, agentId, input, requestId, decision, await parts.openApproval(decision, prepared), options);
  }
  return { status: rejectedStatus(decision), requestId, decision, reasons: decision.reasons };
}

/** Judges a request as `execute` would, and records, holds and consumes nothing. */
export async function dryRun(parts: SubmitParts, agentId: string, input: unknown): Promise<DryRunResult> {
  const submitted = await submit(parts, agentId, input, { dryRun: true });
  if (submitted.kind === 'prior') throw new TypeError('a dry run has no prior');
  const { decision } = submitted;
  return {
    wouldProceed: decision.verdict === 'approved',
    blockers: decision.verdict === 'denied' ? decision.reasons : [],
    approvalRequired: decision.verdict === 'escalated',
    decision,
  };
}

