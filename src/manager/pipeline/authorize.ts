import { CastellanError, isCastellanError } from '../../core/errors.ts';
import type { RequestForm } from '../request.ts';
import { type AuthorizationResult, toAuthorizationResult } from '../result.ts';
import type { ExecuteParts } from './execute.ts';
import { type SubmitOptions, type Submitted, submit } from './submit.ts';

type Decided = Extract<Submitted, { kind: 'decided' }>;

/** Judges an escalated request once more, where people said yes meanwhile or were never asked. */
async function again(parts: ExecuteParts, agentId: string, form: RequestForm, first: Submitted, told: SubmitOptions): Promise<Submitted> {
  if (first.kind !== 'prior' || first.row.state !== 'escalated') return first;
  const record = await parts.getApproval(first.row.decisionId);
  if (record !== undefined && record.state !== 'approved') return first;
  const satisfy: SubmitOptions['satisfy'] = async (prepared) => (record === undefined ? undefined : parts.satisfaction(record, prepared));
  return submit(parts, agentId, form, { ...told, satisfy });
}

/** Asks people about an escalation. What no person could read stays a question that nobody answers. */
async function ask(parts: ExecuteParts, { decision, prepared }: Decided): Promise<void> {
  if (decision.verdict !== 'escalated' || prepared === null) return;
  try {
    await parts.openApproval(decision, prepared);
  } catch (error) {
    if (!isCastellanError(error) || error.code !== 'APPROVAL_INVALID') throw error;
  }
}

/**
 * Submits a request; where it was escalated before and people have said yes meanwhile, it is judged on that. Where a person has
 * to decide now, people are asked, under the decision's id.
 */
export async function submitAsking(parts: ExecuteParts, agentId: string, form: RequestForm, told: SubmitOptions): Promise<Submitted> {
  const submitted = await again(parts, agentId, form, await submit(parts, agentId, form, told), told);
  if (submitted.kind === 'decided') await ask(parts, submitted);
  return submitted;
}

/**
 * Decides about a request, holds room and issues a permit, and takes it no further. Where a person has to decide, people are
 * asked, under the decision's id; their yes counts once the same request is authorized or executed again.
 */
export async function authorize(
  parts: ExecuteParts,
  agentId: string,
  form: RequestForm,
  told: Pick<SubmitOptions, 'session'>,
): Promise<AuthorizationResult> {
  const submitted = await submitAsking(parts, agentId, form, told);
  if (submitted.kind === 'decided') return toAuthorizationResult(submitted.decision, submitted.row);
  const decision = await parts.findDecision(submitted.row.decisionId);
  if (decision === undefined) throw new CastellanError('LOG_CORRUPT', { message: 'A request names a decision that the log does not hold' });
  return toAuthorizationResult(decision, submitted.row.state === 'held' ? submitted.row : null);
}
