import type { Decision } from '../../core/decision.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import type { ReasonCode } from '../../core/reason.ts';
import type { RequestRow } from '../../core/store.ts';
import type { WalletRecord } from '../directory.ts';
import { isDeclined } from '../pipeline/decline.ts';
import type { Prepared } from '../pipeline/prepared.ts';
import { requestDenied } from '../pipeline/request-denied.ts';
import { type Submitted, submit } from '../pipeline/submit.ts';
import { type CustodyParts, formOf } from './custody-parts.ts';
import { summaryOf } from './prepare-transaction.ts';
import type { CustodyRefusal, PreparedFacts } from './prepared.ts';

/** A row that the gate said yes to, new or of an earlier call. */
export interface Gated {
  readonly row: RequestRow;
  readonly decisionId: string;
}

function over(reason: ReasonCode, message: string): CastellanError {
  return new CastellanError('PERMIT_REFUSED', { message, details: { reason } });
}

async function decisionOf({ parts }: CustodyParts, row: RequestRow): Promise<Decision> {
  const decision = await parts.findDecision(row.decisionId);
  if (decision === undefined) throw new CastellanError('LOG_CORRUPT', { message: 'A request names a decision that the log does not hold' });
  return decision;
}

/** Opens the request to people for an escalated decision; its id. What no person could read is a plain no. */
async function askPeople({ parts }: CustodyParts, decided: Extract<Submitted, { kind: 'decided' }>): Promise<string> {
  if (decided.prepared === null) throw requestDenied(decided.decision);
  try {
    return (await parts.openApproval(decided.decision, decided.prepared)).request.id;
  } catch (error) {
    if (isCastellanError(error) && error.code === 'APPROVAL_INVALID') throw requestDenied(decided.decision);
    throw error;
  }
}

/**
 * Refuses what does something else by now than what was read: lists and contracts may have changed since, or differ from one
 * process to the next. Its room is given back.
 */
async function checkSame(open: CustodyParts, facts: PreparedFacts, row: RequestRow, prepared: Prepared | null): Promise<void> {
  const reads = prepared === null ? facts.rendered : summaryOf(open.house, prepared).rendered;
  if (row.actionDigest === facts.actionDigest && reads === facts.rendered) return;
  await open.parts.journal.apply([{ kind: 'ledger.expire', agent: row.agent, requestId: row.requestId }]).catch(() => undefined);
  throw new CastellanError('REQUEST_INVALID', {
    message: 'It would do something else now than what was prepared: prepare it again.',
    details: { reason: 'prepared_outdated' satisfies CustodyRefusal },
  });
}

/** What came of submitting: a yes, or the id of what people are asked. */
async function settle(
  open: CustodyParts,
  facts: PreparedFacts,
  submitted: Submitted,
): Promise<Gated | { readonly approvalId: string; readonly decision: Decision }> {
  if (submitted.kind === 'decided') {
    const { decision, row } = submitted;
    if (decision.verdict === 'approved' && row !== null) {
      await checkSame(open, facts, row, submitted.prepared);
      return { row, decisionId: decision.id };
    }
    if (decision.verdict !== 'escalated') throw requestDenied(decision);
    return { approvalId: await askPeople(open, submitted), decision };
  }
  const { row } = submitted;
  const decision = await decisionOf(open, row);
  if (isDeclined(row) || (row.state === 'denied' && decision.verdict === 'approved')) throw over('approval_rejected', 'The user said no.');
  if (row.state === 'denied') throw requestDenied(decision);
  if (row.state === 'released') throw over('reservation_not_held', 'The request is over: prepare the transaction again.');
  if (row.state === 'held' || row.state === 'redeemed') await checkSame(open, facts, row, null);
  if (row.state !== 'escalated') return { row, decisionId: decision.id };
  return { approvalId: row.decisionId, decision };
}

/**
 * Takes a prepared transaction through the gate as the request that it is. Where the gate wants a person's word, a yes that
 * is there already is used, and else people are asked.
 */
export async function gatePrepared(
  open: CustodyParts,
  wallet: WalletRecord,
  facts: PreparedFacts,
): Promise<Gated | { readonly approvalId: string; readonly decision: Decision }> {
  const { parts } = open;
  const form = formOf(open, facts);
  const told = { partiesApproved: true, feeBound: BigInt(facts.feeBound) };
  const first = await submit(parts, wallet.agent, form, told);
  if (first.kind !== 'prior' || first.row.state !== 'escalated') return settle(open, facts, first);
  const record = await parts.getApproval(first.row.decisionId);
  if (record !== undefined && record.state !== 'approved') return settle(open, facts, first);
  const again = await submit(parts, wallet.agent, form, {
    ...told,
    satisfy: async (prepared) => (record === undefined ? undefined : parts.satisfaction(record, prepared)),
  });
  return settle(open, facts, again);
}
