import { type ApprovalAnswer, CastellanError, type ReasonCode } from '../core/index.ts';

/** Takes the five fields of an answer and nothing else. @throws APPROVAL_INVALID */
export function checkAnswer(given: ApprovalAnswer): ApprovalAnswer {
  const { approvalId, verdict, approver, scheme, signature } = (given ?? {}) as ApprovalAnswer;
  const isText = (value: unknown, most: number): boolean => typeof value === 'string' && value.length > 0 && value.length <= most;
  if (!isText(approvalId, 128) || !isText(approver, 64) || !isText(signature, 4_096)) throw answerFault('malformed', 'approval_invalid');
  if ((verdict !== 'approve' && verdict !== 'reject') || (scheme !== 'ed25519' && scheme !== 'eip712'))
    throw answerFault('malformed', 'approval_invalid');
  return { approvalId, verdict, approver, scheme, signature };
}

/** An answer that does not count, and why. */
export function answerFault(why: string, reason: ReasonCode): CastellanError {
  return new CastellanError('APPROVAL_INVALID', { message: 'The answer does not count.', details: { reason, why } });
}
