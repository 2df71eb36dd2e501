import type { AccountId, AgentId, ChainId, RequestId } from './ids.ts';
import type { SignatureOrder } from './signature-order.ts';

/** A transaction of somebody else's making, to be judged and signed as it stands. */
export interface AgentSigningInput {
  readonly chain: ChainId;
  readonly wallet: AccountId;
  /** Unsigned, in the chain's own serialization. Recipient, value, data and position are kept, or all of it is refused. */
  readonly bytes: Uint8Array;
  /** The same id and bytes again, once a person allowed it. */
  readonly id?: RequestId;
}

/** The signed bytes, and the hash under which the network will know them. */
export interface AgentSigned {
  readonly raw: Uint8Array;
  readonly hash: string;
}

/** Something other than a transaction, to be judged by what its signature lets others do. */
export interface AgentSignatureInput {
  readonly chain: ChainId;
  readonly wallet: AccountId;
  readonly order: SignatureOrder;
  /** The same id again, once a person allowed it. */
  readonly id?: RequestId;
}

/** A signature in the chain's own form: r‖s‖v on EVM chains. */
export interface AgentSignature {
  readonly signature: Uint8Array;
  readonly requestId: RequestId;
  readonly decisionId: string;
}

/**
 * What a guarded signer needs of an agent: its own identity and one door, the gate.
 *
 * The signed transaction is the one asked for: same recipient, value, data and position in the wallet's sequence. A
 * position that is not our next one is a denial, never silently another; one where a transaction of ours still waits is
 * given to the same again at a higher fee, or to nothing sent to oneself.
 */
export interface AgentSigningPort {
  readonly agentId: AgentId;
  /**
   * Passes the gate, then signs. A signature handed out counts as broadcast. Idempotent by `id`; where a person has to decide, people are
   * asked under `details.approvalId`, and their yes counts once the same bytes come again under the same id.
   * @throws REQUEST_DENIED with `details` {verdict, reason, decisionId, rule, …} where the gate says no
   */
  signTransaction(input: AgentSigningInput): Promise<AgentSigned>;
  /**
   * Passes the gate, then signs. What the signature lets others move takes room in the ledger until it is used, revoked or void.
   * Idempotent by `id`: the same order comes back with the same signature. Where a person has to decide, people are asked under
   * `details.approvalId`, and their yes counts once the same order comes again under the same id.
   * @throws REQUEST_DENIED like `signTransaction`; HALTED, PERMIT_REFUSED
   */
  signOrder(input: AgentSignatureInput): Promise<AgentSignature>;
}
