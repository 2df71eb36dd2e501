import type { AccountId, AgentId, ChainId } from './ids.ts';

/** A transaction of somebody else's making, to be judged and signed as it stands. */
export interface AgentSigningInput {
  readonly chain: ChainId;
  readonly wallet: AccountId;
  /** Unsigned, in the chain's own serialization. Recipient, value, data and position are kept, or all of it is refused. */
  readonly bytes: Uint8Array;
}

/** The signed bytes, and the hash under which the network will know them. */
export interface AgentSigned {
  readonly raw: Uint8Array;
  readonly hash: string;
}

/**
 * What a guarded signer needs of an agent: its own identity and one door, the gate.
 *
 * The signed transaction is the one asked for: same recipient, value, data and position in the wallet's sequence. A
 * position that is not our next one is a denial, never silently another.
 */
export interface AgentSigningPort {
  readonly agentId: AgentId;
  /**
   * Passes the gate, then signs. A signature handed out counts as broadcast.
   * @throws REQUEST_DENIED with `details` {verdict, reason, decisionId, rule, …} where the gate says no
   */
  signTransaction(input: AgentSigningInput): Promise<AgentSigned>;
}
