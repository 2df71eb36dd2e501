import {
  type ApprovalAnswer,
  type ApprovalRecord,
  type ApprovalRequest,
  type Authority,
  approvalDigest,
  fromHex,
  type RegisteredKey,
  type SignatureVerifier,
  type Store,
} from '../core/index.ts';
import { isOwnKey } from './own-keys.ts';
import { isSignatureText } from './signed-by.ts';

/** Why an answer does not count. */
export type AnswerFault = 'approver_unknown' | 'approver_is_agent' | 'scheme_mismatch' | 'signature_wrong';

/** What judging an answer needs. */
export interface AnswerContext {
  readonly store: Store;
  readonly authority: Authority;
  readonly verifiers: readonly SignatureVerifier[];
}

/** The registered key behind an answer, or why it does not count. Asks the registry as it is now. */
export async function judgeAnswer(
  context: AnswerContext,
  request: ApprovalRequest,
  answer: ApprovalAnswer,
): Promise<RegisteredKey | AnswerFault> {
  const key = context.authority.key(answer.approver, 'approver');
  if (key === undefined) return 'approver_unknown';
  const verifier = context.verifiers.find((candidate) => candidate.scheme === key.scheme);
  if (answer.scheme !== key.scheme || verifier === undefined) return 'scheme_mismatch';
  if (await isOwnKey(context.store, request, key)) return 'approver_is_agent';
  if (answer.approvalId !== request.id || !isSignatureText(answer.signature)) return 'signature_wrong';
  const digest = fromHex(approvalDigest(request, answer.verdict));
  return (await verifier.verify(key.key, digest, fromHex(answer.signature), request, answer.verdict)) === true ? key : 'signature_wrong';
}

/**
 * How many distinct registered keys say yes, each signature verified anew: what a row claims is not believed, and an
 * approver who was removed since does not count.
 */
export async function countApprovals(context: AnswerContext, record: ApprovalRecord): Promise<number> {
  const keys = new Set<string>();
  for (const answer of record.answers) {
    if (answer.verdict !== 'approve') continue;
    const key = await judgeAnswer(context, record.request, answer);
    if (typeof key !== 'string') keys.add(key.key);
  }
  return keys.size;
}
