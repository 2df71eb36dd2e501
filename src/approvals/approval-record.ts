import {
  type ApprovalAnswer,
  type ApprovalRecord,
  type ApprovalRequest,
  CastellanError,
  canonicalize,
  type Json,
  type ReasonCode,
  type TimeMs,
} from '../core/index.ts';

/** Where an approval lies among the documents. */
export function approvalDoc(id: string): string {
  return `approval/${id}`;
}

/** A stored value as a record. @throws STORE_CORRUPT */
export function parseApprovalRecord(value: Json, id: string): ApprovalRecord {
  const record = value as unknown as Partial<ApprovalRecord> | null;
  if (
    typeof record === 'object' &&
    record !== null &&
    record.request?.id === id &&
    record.request.v === 1 &&
    Number.isSafeInteger(record.request.expiresAtMs) &&
    STATES.has(record.state ?? '') &&
    Array.isArray(record.answers)
  ) {
    return record as ApprovalRecord;
  }
  throw new CastellanError('STORE_CORRUPT', { message: 'A stored approval is not readable.', details: { id } });
}

/** Whether a yes, a no or a use may still come; what is closed stays so. */
export function isOpenState(state: ApprovalRecord['state']): boolean {
  return state === 'pending' || state === 'approved';
}

/** The record as it is worth at a moment: an open one past its expiry is expired, whatever the row says. */
export function atMoment(record: ApprovalRecord, nowMs: TimeMs): ApprovalRecord {
  return isOpenState(record.state) && record.request.expiresAtMs <= nowMs ? { ...record, state: 'expired' } : record;
}

/** Why a record does not let its request pass; undefined where it does. */
export function approvalReason(record: ApprovalRecord): ReasonCode | undefined {
  switch (record.state) {
    case 'approved':
      return undefined;
    case 'pending':
      return 'approval_pending';
    case 'rejected':
      return 'approval_rejected';
    case 'used':
      return 'approval_used';
    default:
      // One that was never answered timed out; one that was, came too late to be used.
      return record.answer === null ? 'approval_timeout' : 'approval_expired';
  }
}

/** Tells whether two requests ask for the very same thing under the same rules. */
export function asksTheSame(a: ApprovalRequest, b: ApprovalRequest): boolean {
  return (
    a.requestId === b.requestId &&
    a.agent === b.agent &&
    a.wallet === b.wallet &&
    a.actionDigest === b.actionDigest &&
    a.effectsDigest === b.effectsDigest &&
    a.policy === b.policy &&
    a.registry === b.registry &&
    canonicalize([...a.satisfies].sort()) === canonicalize([...b.satisfies].sort()) &&
    canonicalize([...(a.rules ?? [])].sort()) === canonicalize([...(b.rules ?? [])].sort()) &&
    canonicalize(a.quorum ?? {}) === canonicalize(b.quorum ?? {})
  );
}

/** The record after an answer that decided it, or that only counts. */
export function answered(record: ApprovalRecord, answer: ApprovalAnswer, state: ApprovalRecord['state'], atMs: TimeMs): ApprovalRecord {
  const decided = state !== 'pending';
  return { ...record, state, answers: [...record.answers, answer], answer: decided ? answer : null, answeredAtMs: decided ? atMs : null };
}

const STATES = new Set<string>(['pending', 'approved', 'rejected', 'expired', 'used'] satisfies ApprovalRecord['state'][]);
