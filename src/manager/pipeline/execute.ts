import type { ApprovalRecord } from '../../core/approval.ts';
import type { Decision } from '../../core/decision.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import { newId } from '../../core/id.ts';
import type { Reason, ReasonCode } from '../../core/reason.ts';
import type { RequestRow } from '../../core/store.ts';
import type { RequestForm } from '../request.ts';
import { type DryRunResult, type ExecutionResult, rejectedStatus } from '../result.ts';
import { type Advance, advance } from './advance.ts';
import { readRequest } from './early-refusal.ts';
import type { Prepared } from './prepared.ts';
import type { Replacing } from './replacement-place.ts';
import type { Satisfaction } from './satisfaction.ts';
import type { SettleSignatureParts } from './settle-signature.ts';
import { type SubmitOptions, type SubmitParts, type Submitted, submit } from './submit.ts';

/** What executing needs beyond submitting and advancing. */
export interface ExecuteParts extends SubmitParts, SettleSignatureParts {
  /** Requests that an execution of this process is driving now, `<requestId>/<agent>`: the reconciler leaves them alone, shutting down lets go of them. */
  readonly driving: Map<string, AbortController>;
  readonly settleTimeoutMs: number;
  readonly approvalWaitMs: number;
  /** Opens the approval of an escalated decision; its id is the decision's id. */
  readonly openApproval: (decision: Decision, prepared: Prepared) => Promise<ApprovalRecord>;
  readonly getApproval: (id: string) => Promise<ApprovalRecord | undefined>;
  readonly waitApproval: (id: string, timeoutMs: number) => Promise<ApprovalRecord>;
  /** What an approved record satisfies for this action; undefined where it does not fit. */
  readonly satisfaction: (record: ApprovalRecord, prepared: Prepared) => Promise<Satisfaction | undefined>;
}

/** How long an execution waits, where not as configured. */
export interface ExecuteWaits {
  readonly approvalWaitMs?: number | undefined;
  readonly settleTimeoutMs?: number | undefined;
}

/** One execution under way. */
interface Execution extends ExecuteWaits {
  readonly agentId: string;
  /** With its id, so that each further look is about the same request. */
  readonly form: RequestForm;
  /** What it is to take the place of. */
  readonly replacing?: Replacing;
}

/** What each submission of an execution has in common. */
const common = ({ replacing }: Execution): SubmitOptions => (replacing === undefined ? {} : { replacing });

/** Refusals of a permit after which the same request is decided anew, once: the rules or the moment moved under it. */
export const REDECIDED: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'policy_changed',
  'registry_changed',
  'epoch_changed',
  'permit_expired',
  'permit_void',
]);

/** What an execution that stopped for such a reason is called. */
const STATUS_OF: { readonly [Code in ReasonCode]?: ExecutionResult['status'] } = {
  simulation_stale: 'simulation_stale',
  approval_rejected: 'approval_rejected',
  approval_timeout: 'approval_timeout',
  signature_pending: 'approval_pending',
};

const reasonOf = (code: ReasonCode, message: string, retryable: boolean): Reason => ({ code, message, retryable });

async function decisionOf(parts: ExecuteParts, row: RequestRow): Promise<Decision> {
  const decision = await parts.findDecision(row.decisionId);
  if (decision === undefined)
    throw new CastellanError('LOG_CORRUPT', {
      message: 'A request names a decision that the log does not hold',
      details: { decisionId: row.decisionId },
    });
  return decision;
}

function finish(requestId: string, decision: Decision, outcome: Advance): ExecutionResult {
  if (outcome.status === 'final') {
    const { receipt } = outcome;
    if (receipt.success) return { status: 'success', requestId, decision, reasons: [], receipt, txHash: receipt.txHash };
    return {
      status: 'execution_failed',
      requestId,
      decision,
      reasons: [
        receipt.partial === true
          ? reasonOf('simulation_reverted', 'The transaction was included and failed; part of it may have been spent all the same.', false)
          : reasonOf('simulation_reverted', 'The transaction was included and reverted.', false),
      ],
      receipt,
      txHash: receipt.txHash,
    };
  }
  const { txHash } = outcome;
  const code: ReasonCode = outcome.code === 'pending' ? 'chain_unavailable' : outcome.code;
  return {
    status: STATUS_OF[code] ?? 'execution_failed',
    requestId,
    decision,
    reasons: [reasonOf(code, outcome.detail, code !== 'approval_rejected')],
    // A user who was asked to sign may do so at any moment: it is this id that goes on, and no other.
    pending: txHash !== null || code === 'signature_pending',
    ...(txHash === null ? {} : { txHash }),
  };
}

async function drive(parts: ExecuteParts, decision: Decision, row: RequestRow, waits: ExecuteWaits): Promise<ExecutionResult> {
  const key = `${row.requestId}/${row.agent}`;
  const drive = new AbortController();
  parts.driving.set(key, drive);
  try {
    const outcome = await advance(parts, row, { timeoutMs: waits.settleTimeoutMs ?? parts.settleTimeoutMs, signal: drive.signal });
    return finish(row.requestId, decision, outcome);
  } finally {
    parts.driving.delete(key);
  }
}

const APPROVAL_STATUS = { pending: 'approval_pending', rejected: 'approval_rejected', expired: 'approval_timeout' } as const;

function awaiting(requestId: string, decision: Decision, record: ApprovalRecord): ExecutionResult {
  const status = record.state === 'approved' || record.state === 'used' ? 'approval_pending' : APPROVAL_STATUS[record.state];
  return {
    status,
    requestId,
    decision,
    reasons: [reasonOf(status, `Approval ${record.request.id} is ${record.state}.`, record.state === 'pending'), ...decision.reasons],
    approvalId: record.request.id,
  };
}

async function afterEscalation(
  parts: ExecuteParts,
  execution: Execution,
  decision: Decision,
  opened: ApprovalRecord,
): Promise<ExecutionResult> {
  const waitMs = execution.approvalWaitMs ?? parts.approvalWaitMs;
  const record = opened.state === 'pending' && waitMs > 0 ? await parts.waitApproval(opened.request.id, waitMs) : opened;
  if (record.state === 'used') {
    const row = await readRequest(parts, execution.agentId, decision.requestId);
    if (row !== undefined && row.state !== 'escalated') return drive(parts, await decisionOf(parts, row), row, execution);
  }
  if (record.state !== 'approved') return awaiting(decision.requestId, decision, record);
  const again = await submit(parts, execution.agentId, execution.form, {
    ...common(execution),
    satisfy: (prepared) => parts.satisfaction(record, prepared),
  });
  if (again.kind === 'prior') return drive(parts, await decisionOf(parts, again.row), again.row, execution);
  return conclude(parts, execution, again);
}

/** Asks a person and goes on with what was opened. What no person could read is not asked: that is a no, and said so. */
async function ask(
  parts: ExecuteParts,
  decision: Decision,
  prepared: Prepared,
  goOn: (record: ApprovalRecord) => Promise<ExecutionResult>,
): Promise<ExecutionResult> {
  let opened: ApprovalRecord;
  try {
    opened = await parts.openApproval(decision, prepared);
  } catch (error) {
    if (!isCastellanError(error) || error.code !== 'APPROVAL_INVALID') throw error;
    const unaskable = reasonOf('approval_invalid', `Nobody can be asked about this: ${error.shortMessage}`, false);
    return { status: 'approval_rejected', requestId: decision.requestId, decision, reasons: [unaskable, ...decision.reasons] };
  }
  return goOn(opened);
}

/** What a new decision leads to; an escalation found after an approval is asked about anew and not waited for. */
async function conclude(
  parts: ExecuteParts,
  execution: Execution,
  { decision, row, prepared, requestId }: Extract<Submitted, { kind: 'decided' }>,
): Promise<ExecutionResult> {
  if (decision.verdict === 'approved' && row !== null) return drive(parts, decision, row, execution);
  if (decision.verdict === 'escalated' && prepared !== null)
    return ask(parts, decision, prepared, async (record) => awaiting(requestId, decision, record));
  return { status: rejectedStatus(decision), requestId, decision, reasons: decision.reasons };
}

async function resume(parts: ExecuteParts, execution: Execution, row: RequestRow): Promise<ExecutionResult> {
  const decision = await decisionOf(parts, row);
  // Approved by the gate, and refused by the user whose key it is.
  if (row.state === 'denied' && decision.verdict === 'approved')
    return finish(row.requestId, decision, { status: 'stopped', code: 'approval_rejected', detail: 'The user said no.', txHash: null });
  if (row.state === 'denied') return { status: rejectedStatus(decision), requestId: row.requestId, decision, reasons: decision.reasons };
  if (row.state !== 'escalated') return drive(parts, decision, row, execution);
  const record = await parts.getApproval(row.decisionId);
  if (record !== undefined) return afterEscalation(parts, execution, decision, record);
  // Nobody was asked: the decision was only authorized, or a crash came between. It is made again, to be asked about.
  const again = await submit(parts, execution.agentId, execution.form, { ...common(execution), satisfy: async () => undefined });
  if (again.kind === 'prior') return drive(parts, await decisionOf(parts, again.row), again.row, execution);
  return escalate(parts, execution, again);
}

async function escalate(
  parts: ExecuteParts,
  execution: Execution,
  submitted: Extract<Submitted, { kind: 'decided' }>,
): Promise<ExecutionResult> {
  const { decision, prepared } = submitted;
  if (decision.verdict !== 'escalated' || prepared === null) return conclude(parts, execution, submitted);
  return ask(parts, decision, prepared, (opened) => afterEscalation(parts, execution, decision, opened));
}

async function run(parts: ExecuteParts, execution: Execution): Promise<ExecutionResult> {
  const submitted = await submit(parts, execution.agentId, execution.form, common(execution));
  return submitted.kind === 'prior' ? resume(parts, execution, submitted.row) : escalate(parts, execution, submitted);
}

/** Takes a request all the way: decision, permit, signature, broadcast, finality. See {@link ExecutionResult}. */
export async function execute(
  parts: ExecuteParts,
  agentId: string,
  form: RequestForm,
  waits: ExecuteWaits & { readonly replacing?: Replacing } = {},
): Promise<ExecutionResult> {
  const named: RequestForm = form.ok
    ? { ok: true, value: { ...form.value, id: form.value.id ?? newId(parts.host.random, parts.nowMs()) } }
    : form;
  const execution: Execution = { ...waits, agentId, form: named };
  const result = await run(parts, execution);
  const [reason] = result.reasons;
  const isVoided = result.status === 'execution_failed' && result.pending !== true && reason !== undefined && REDECIDED.has(reason.code);
  return isVoided ? run(parts, execution) : result;
}

/** How a request that was decided about stands, driven on as far as it goes without a new decision. */
export async function resumeRow(parts: ExecuteParts, row: RequestRow, waits: ExecuteWaits): Promise<ExecutionResult> {
  const decision = await decisionOf(parts, row);
  if (row.state === 'denied' || row.state === 'escalated')
    return { status: rejectedStatus(decision), requestId: row.requestId, decision, reasons: decision.reasons };
  return drive(parts, decision, row, waits);
}

/** Judges a request as `execute` would, and records, holds and consumes nothing. */
export async function dryRun(parts: SubmitParts, agentId: string, form: RequestForm): Promise<DryRunResult> {
  const submitted = await submit(parts, agentId, form, { dryRun: true });
  if (submitted.kind === 'prior') throw new TypeError('a dry run has no prior');
  const { decision } = submitted;
  return {
    wouldProceed: decision.verdict === 'approved',
    blockers: decision.verdict === 'denied' ? decision.reasons : [],
    approvalRequired: decision.verdict === 'escalated',
    decision,
  };
}
