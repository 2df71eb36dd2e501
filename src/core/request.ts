import type { Expectation } from './expectation.ts';
import type { AccountId, AgentId, ChainId, Digest, RequestId, TimeMs } from './ids.ts';
import type { SignatureOrder } from './signature-order.ts';
import type { Action, FeeQuote } from './transaction.ts';

/**
 * Where the content came from that made the agent ask, from the most to the least trusted: its owner's own words, what a tool of
 * its own answered, a page of the web, a message that somebody sent.
 */
export const TRUST_LABELS = ['owner', 'tool', 'web', 'message'] as const;
/** One of {@link TRUST_LABELS}. */
export type TrustLabel = (typeof TRUST_LABELS)[number];

/** What the agent says about its own request. Compared with the effects, never believed. */
export interface RequestContext {
  readonly intent?: string;
  readonly strategy?: string;
  /** 0–1. Low escalates; high never loosens. */
  readonly confidence?: number;
  readonly sessionId?: string;
  /** What triggered the request; counts as nothing better than the policy's `maxTrust`, and as `message` where absent. */
  readonly trust?: TrustLabel;
}

/** A signature that is asked for. We send it nowhere; in anybody's hands it does what its effects say. */
export interface SignatureAction {
  readonly kind: 'signature';
  readonly order: SignatureOrder;
}

/** A name that a request was written with, and the account that it stood for when the request was decided. */
export interface ResolvedName {
  readonly name: string;
  readonly account: AccountId;
}

/** A request after parsing: every field checked, every amount exact, wallet and chain resolved from our own records. */
export interface ActionRequest<A extends Action | SignatureAction = Action | SignatureAction> {
  readonly id: RequestId;
  readonly tenant: string;
  readonly agentId: AgentId;
  readonly userId: string;
  readonly wallet: AccountId;
  readonly chain: ChainId;
  /** Declared type as the agent wrote it: `transfer`, `swap`, `contract_call`, … */
  readonly type: string;
  readonly action: A;
  /** What the agent declared about money, where it did; compared with effects. */
  readonly declared: { readonly asset: string | null; readonly amount: string | null; readonly destination: AccountId | null };
  /** Absent where the request was written with addresses alone. */
  readonly names?: readonly ResolvedName[];
  readonly context: RequestContext;
  readonly feeCeiling: bigint | null;
  readonly notAfterMs: TimeMs | null;
  /** Caller's own narrowing of its policy, canonical; may only tighten. */
  readonly narrow: Narrowing | null;
  /** What the simulation must come to, where the request says so; may only deny. */
  readonly expect?: Expectation | null;
  readonly receivedAtMs: TimeMs;
  /** Digest of the body as submitted, without id: the same id with another body is refused. */
  readonly bodyDigest: Digest;
}

/** Bounds that a caller may set on top of its policy; each can only deny or escalate more. */
export interface Narrowing {
  /** Base units of the moved asset. */
  readonly maxAmount?: bigint;
  readonly allowedDestinations?: readonly AccountId[];
  readonly requireApproval?: boolean;
  readonly maxFee?: bigint;
}

/** What `build` will need, kept beside the request. */
export interface PreparedFee {
  readonly quote: FeeQuote;
}
