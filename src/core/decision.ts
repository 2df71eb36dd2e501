import type { ApprovalQuorum } from './approval.ts';
import type { DecisionInput } from './decision-input.ts';
import type { Effect } from './effect.ts';
import type { AccountId, AgentId, ChainId, Digest, RequestId, TimeMs } from './ids.ts';
import type { Reason } from './reason.ts';
import type { ResolvedName, TrustLabel } from './request.ts';
import type { SignatureTerms } from './signature-order.ts';
import type { Json } from './store.ts';
import type { LayerReport, LayerSignal, Verdict } from './verdict.ts';

/** One durable judgement about exactly one payload. */
export interface Decision {
  readonly v: 1;
  readonly id: string;
  readonly tenant: string;
  readonly at: TimeMs;
  readonly requestId: RequestId;
  readonly bodyDigest: Digest;
  readonly agent: AgentId;
  readonly user: string;
  /** The caller's own name for the session it asked in; a claim, absent where none was told. */
  readonly session?: string;
  /** Where the caller says that the content came from which made the agent ask; a claim, absent where none was told. */
  readonly trust?: TrustLabel;
  readonly wallet: AccountId | null;
  readonly chain: ChainId | null;
  /** Null where the request never became bytes. */
  readonly payloadDigest: Digest | null;
  readonly actionDigest: Digest | null;
  readonly effects: readonly Effect[];
  /** Present where what was judged is no transaction but a signature: its effects are what others may do with it. */
  readonly signature?: SignatureTerms;
  /** Names in the request, and the accounts that they stood for at this moment. Absent where there were none. */
  readonly names?: readonly ResolvedName[];
  readonly verdict: Verdict;
  /** Strictest layer's reasons first. */
  readonly reasons: readonly Reason[];
  readonly reports: readonly LayerReport[];
  /** Every fact that a layer read, by name: enough to replay the judgement. */
  readonly facts: Readonly<Record<string, Json>>;
  /** What it was judged from; absent where nothing was judged, and in decisions of before it was kept. */
  readonly input?: DecisionInput;
  /** Whose yes its escalations need beyond the registry's quorum of approvers; absent where the policy asks for nothing more. */
  readonly quorum?: ApprovalQuorum;
  readonly signals: readonly LayerSignal[];
  readonly unenforced: readonly string[];
  readonly riskScore: number;
  /** Version digests of what was in force. */
  readonly policy: string;
  /** The same as `policy`: the SHA-256 of the canonical form of the compiled policy. Absent in decisions of before it was kept. */
  readonly policyVersionId?: string;
  readonly registry: string;
  readonly epoch: number;
  readonly software: string;
  /** Ids of approvals this decision stands on. */
  readonly approvals: readonly string[];
}
