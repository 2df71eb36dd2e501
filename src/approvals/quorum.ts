import {
  type ApprovalAnswer,
  type ApprovalQuorum,
  type ApprovalRecord,
  type ApprovalRequest,
  type Authority,
  approvalDigest,
  type ChainId,
  fromHex,
  type RegisteredKey,
  type Registry,
  type Role,
  type SignatureVerifier,
  type Store,
} from '../core/index.ts';
import { isOwnKey } from './own-keys.ts';
import { ROLES } from './registry-document.ts';
import { isSignatureText } from './signed-by.ts';

/** Why an answer does not count. */
export type AnswerFault = 'approver_unknown' | 'approver_is_agent' | 'scheme_mismatch' | 'signature_wrong';

/** What judging an answer needs. */
export interface AnswerContext {
  readonly store: Store;
  readonly authority: Authority;
  readonly verifiers: readonly SignatureVerifier[];
  /** Chains on which an EVM address may be a wallet of ours. */
  readonly chains?: readonly ChainId[] | undefined;
}

/** The registered key behind an answer, or why it does not count. Asks the registry as it is now. */
export async function judgeAnswer(
  context: AnswerContext,
  request: ApprovalRequest,
  answer: ApprovalAnswer,
): Promise<RegisteredKey | AnswerFault> {
  const asked = rolesOf(needOf(request, context.authority.registry()));
  const key = context.authority.registry().keys.find(({ id }) => id === answer.approver);
  if (key === undefined || !key.roles.some((role) => asked.includes(role))) return 'approver_unknown';
  const verifier = context.verifiers.find((candidate) => candidate.scheme === key.scheme);
  if (answer.scheme !== key.scheme || verifier === undefined) return 'scheme_mismatch';
  if (await isOwnKey(context, request, key)) return 'approver_is_agent';
  if (answer.approvalId !== request.id || !isSignatureText(answer.signature)) return 'signature_wrong';
  const digest = fromHex(approvalDigest(request, answer.verdict));
  return (await verifier.verify(key.key, digest, fromHex(answer.signature), request, answer.verdict)) === true ? key : 'signature_wrong';
}

/**
 * How many distinct keys of each role a request needs: its own quorum, which is signed with it, and never fewer approvers than
 * the registry asks for.
 */
export function needOf({ quorum }: Pick<ApprovalRequest, 'quorum'>, { quorums }: Pick<Registry, 'quorums'>): ApprovalQuorum {
  return stricterQuorum({ approver: quorums.approver }, quorum);
}

/** Role by role the larger of the two. */
export function stricterQuorum(one: ApprovalQuorum, other: ApprovalQuorum | undefined): ApprovalQuorum {
  const both = ROLES.map((role) => [role, Math.max(one[role] ?? 0, other?.[role] ?? 0)] as const);
  return Object.fromEntries(both.filter(([, count]) => count > 0));
}

/**
 * Whether keys can fill a quorum where each counts for one of its roles only. By Hall's theorem: whatever roles are looked at
 * together, those who hold one of them are as many as these roles need.
 */
export function fillsQuorum(need: ApprovalQuorum, keys: readonly RegisteredKey[]): boolean {
  const roles = rolesOf(need);
  for (let picked = 1; picked < 2 ** roles.length; picked += 1) {
    const looked = roles.filter((_, index) => (picked & (2 ** index)) !== 0);
    const wanted = looked.reduce((sum, role) => sum + (need[role] ?? 0), 0);
    if (keys.filter((key) => key.roles.some((role) => looked.includes(role))).length < wanted) return false;
  }
  return roles.length > 0;
}

/**
 * The distinct registered keys that say yes, each signature verified anew: what a row claims is not believed, and an approver
 * who was removed since, or lost the role, does not count.
 */
export async function approvingKeys(context: AnswerContext, record: ApprovalRecord): Promise<readonly RegisteredKey[]> {
  const keys = new Map<string, RegisteredKey>();
  for (const answer of record.answers) {
    if (answer.verdict !== 'approve') continue;
    const key = await judgeAnswer(context, record.request, answer);
    if (typeof key !== 'string') keys.set(key.key, key);
  }
  return [...keys.values()];
}

/** Keys that a quorum needs in all. */
export function sumOf(need: ApprovalQuorum): number {
  return ROLES.reduce((sum, role) => sum + (need[role] ?? 0), 0);
}

function rolesOf(need: ApprovalQuorum): readonly Role[] {
  return ROLES.filter((role) => (need[role] ?? 0) > 0);
}
