import type { AgentSignature } from '../../core/agent-port.ts';
import type { ApprovalRecord } from '../../core/approval.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import { newId } from '../../core/id.ts';
import type { ReasonCode } from '../../core/reason.ts';
import type { SignatureOrder } from '../../core/signature-order.ts';
import type { RequestRow } from '../../core/store.ts';
import type { RequestForm } from '../request.ts';
import { submitAsking } from './authorize.ts';
import { type ExecuteParts, REDECIDED } from './execute.ts';
import { handOut } from './hand-out.ts';
import { requestDenied } from './request-denied.ts';

/** What people's silence or no is called. */
const ANSWERED: { readonly [State in ApprovalRecord['state']]?: ReasonCode } = {
  rejected: 'approval_rejected',
  expired: 'approval_timeout',
};

/** The no of an earlier submission of the same request, and what became of the question to people. */
export async function refusedBefore(parts: ExecuteParts, row: RequestRow): Promise<CastellanError> {
  const decision = await parts.findDecision(row.decisionId);
  if (decision === undefined)
    return new CastellanError('LOG_CORRUPT', { message: 'A request names a decision that the log does not hold' });
  if (row.state !== 'escalated') return requestDenied(decision);
  const record = await parts.getApproval(row.decisionId);
  const reason = record === undefined ? undefined : ANSWERED[record.state];
  return requestDenied(decision, { approvalId: row.decisionId, ...(reason === undefined ? {} : { reason }) });
}

async function run(parts: ExecuteParts, agentId: string, form: RequestForm, order: SignatureOrder | undefined): Promise<AgentSignature> {
  const submitted = await submitAsking(parts, agentId, form, order === undefined ? {} : { order });
  if (submitted.kind === 'decided') {
    const { decision, row } = submitted;
    if (decision.verdict === 'approved' && row !== null) return handOut(parts, row);
    throw requestDenied(decision, decision.verdict === 'escalated' ? { approvalId: decision.id } : {});
  }
  const { row } = submitted;
  if (row.state === 'denied' || row.state === 'escalated') throw await refusedBefore(parts, row);
  return handOut(parts, row);
}

/**
 * Takes an order for a signature through the gate: what others may do with it is judged as if they did it, its room is taken,
 * and the signature of exactly these bytes is handed out. Idempotent by `id`. Where a person has to decide people are asked,
 * and their yes counts once the same order comes again under the same id.
 * @throws REQUEST_DENIED, PERMIT_REFUSED, HALTED, KEY_REVOKED
 */
export async function signOrder(
  parts: ExecuteParts,
  agentId: string,
  given: RequestForm,
  order: SignatureOrder | undefined,
): Promise<AgentSignature> {
  const form: RequestForm = given.ok
    ? { ok: true, value: { ...given.value, id: given.value.id ?? newId(parts.host.random, parts.nowMs()) } }
    : given;
  try {
    return await run(parts, agentId, form, order);
  } catch (error) {
    const reason = isCastellanError(error) && error.code === 'PERMIT_REFUSED' ? error.details['reason'] : undefined;
    // The rules or the moment moved between decision and signature: it is decided anew, once.
    if (!REDECIDED.has(reason as ReasonCode)) throw error;
    return run(parts, agentId, form, order);
  }
}
