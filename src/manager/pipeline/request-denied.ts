import type { Decision } from '../../core/decision.ts';
import { CastellanError } from '../../core/errors.ts';
import type { ReasonCode } from '../../core/reason.ts';

/** What is told beside a no: who was asked, and what became of the question. */
export interface AskedFacts {
  readonly approvalId?: string;
  /** Where people have said no, or nothing: it stands in place of why they were asked. */
  readonly reason?: ReasonCode;
}

/** A no of the gate, for a caller who expects a signature. */
export function requestDenied(decision: Decision, { approvalId, reason }: AskedFacts = {}): CastellanError {
  const [first] = decision.reasons;
  return new CastellanError('REQUEST_DENIED', {
    message: first?.message ?? 'The request was denied',
    details: {
      verdict: decision.verdict,
      reason: reason ?? first?.code ?? 'layer_missing',
      rule: first?.rule ?? null,
      decisionId: decision.id,
      requestId: decision.requestId,
      // Where the wallet's sequence stands by our own record, for whoever built the transaction.
      ...(typeof first?.facts?.['next'] === 'number' ? { next: first.facts['next'] } : {}),
      ...(approvalId === undefined ? {} : { approvalId }),
    },
    retryable: first?.retryable ?? false,
  });
}
