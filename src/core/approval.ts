import { canonicalize } from './canonical.ts';
import { taggedDigest } from './digest.ts';
import type { AccountId, AgentId, Digest, RequestId, TimeMs } from './ids.ts';
import type { ReasonCode } from './reason.ts';
import type { Role } from './registry.ts';

/** How many distinct keys of each role have to say yes. A key that holds several roles counts for one of them. */
export type ApprovalQuorum = Partial<Readonly<Record<Role, number>>>;

/** What an approver is asked to sign: bound to the action, its effects as text, and the rules of the moment. */
export interface ApprovalRequest {
  readonly v: 1;
  readonly id: string;
  readonly tenant: string;
  readonly agent: AgentId;
  readonly requestId: RequestId;
  readonly decisionId: string;
  readonly wallet: AccountId;
  readonly actionDigest: Digest;
  /** Digest of `rendered`. */
  readonly effectsDigest: Digest;
  /** Plain text made from the decoded and simulated effects; names what is unknown. */
  readonly rendered: string;
  /** The escalations that a yes would satisfy, and no others. */
  readonly satisfies: readonly ReasonCode[];
  /** Rules, limits and patterns that escalated, by their ids: a yes answers no other one. Absent where none has an id. */
  readonly rules?: readonly string[];
  /** What the policy asks for beyond the registry's quorum of approvers; absent where it asks for nothing more. */
  readonly quorum?: ApprovalQuorum;
  readonly policy: string;
  readonly registry: string;
  readonly createdAtMs: TimeMs;
  readonly expiresAtMs: TimeMs;
  readonly nonce: string;
}

/** A person's signed answer. `signature` covers the digest of the canonical answer (domain `castellan.approval.v1`). */
export interface ApprovalAnswer {
  readonly approvalId: string;
  readonly verdict: 'approve' | 'reject';
  readonly approver: string;
  readonly scheme: 'ed25519' | 'eip712';
  /** Hex. */
  readonly signature: string;
}

/** What an approver's signature covers: the whole request and the verdict, under the domain `castellan.approval.v1`. */
export function approvalDigest(request: ApprovalRequest, verdict: ApprovalAnswer['verdict']): Digest {
  return taggedDigest('castellan.approval.v1', canonicalize({ request, verdict }));
}

/** Where an approval stands. */
export interface ApprovalRecord {
  readonly request: ApprovalRequest;
  readonly state: 'pending' | 'approved' | 'rejected' | 'expired' | 'used';
  /** The answer that decided; null while none did. */
  readonly answer: ApprovalAnswer | null;
  /** Every answer that counted, oldest first: a quorum has several. */
  readonly answers: readonly ApprovalAnswer[];
  readonly answeredAtMs: TimeMs | null;
}

/** The port that the manager uses. */
export interface Approvals {
  /** Durable; one open request per (agent, request id). */
  open(request: ApprovalRequest): Promise<ApprovalRecord>;
  /** One request with its answers; undefined where there is none. */
  get(id: string): Promise<ApprovalRecord | undefined>;
  /** Requests that fit the filter; all of them without one. */
  list(filter?: { readonly agent?: AgentId; readonly state?: ApprovalRecord['state'] }): Promise<readonly ApprovalRecord[]>;
  /** Verifies signature, approver and expiry. @throws APPROVAL_INVALID, APPROVAL_UNKNOWN */
  answer(answer: ApprovalAnswer): Promise<ApprovalRecord>;
  /** Resolves on an answer or expiry. */
  wait(id: string, timeoutMs: number): Promise<ApprovalRecord>;
}

/** What a provider may ask about a request that it carries. */
export interface ApprovalErrand {
  /** Whether an answer would still change anything. Rejects where the store cannot be read. */
  isOpen(): Promise<boolean>;
  /** Where the request stands now; undefined where there is none. Rejects where the store cannot be read. */
  state(): Promise<ApprovalRecord['state'] | undefined>;
  /** Aborts when the manager closes. */
  readonly ended: AbortSignal;
}

/** Brings a request to people, and their answers back. It may fail or never answer: nothing passes by that. */
export interface ApprovalProvider {
  readonly name: string;
  /** True where it keeps account of what it delivered: what waits for long is handed to it again, after a restart too. */
  readonly resumes?: boolean;
  /** Tells a person of a request. Whatever `respond` is given is verified like any other answer. */
  notify(
    request: ApprovalRequest,
    respond: (answer: ApprovalAnswer) => Promise<ApprovalRecord>,
    errand: ApprovalErrand,
  ): void | Promise<void>;
}

/** Verifies approver signatures of one scheme. Never throws for a bad signature: false. */
export interface SignatureVerifier {
  readonly scheme: ApprovalAnswer['scheme'];
  /** True only for a signature of this key over this request and verdict. */
  verify(
    key: string,
    digest: Uint8Array,
    signature: Uint8Array,
    request: ApprovalRequest,
    verdict: ApprovalAnswer['verdict'],
  ): Promise<boolean> | boolean;
  /** The same for any other text that a registered key signs: an act of authority, a version of the registry. */
  verifyStatement(key: string, statement: SignedStatement, signature: Uint8Array): Promise<boolean> | boolean;
}

/** A text to be signed under a domain, such as `castellan.authority.v1`. */
export interface SignedStatement {
  readonly domain: string;
  /** Canonical JSON. */
  readonly text: string;
}

/** What a signature over a statement covers. */
export function statementDigest(statement: SignedStatement): Digest {
  return taggedDigest(statement.domain, statement.text);
}
