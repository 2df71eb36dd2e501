import { accountAddress, accountChain } from '../../core/account.ts';
import type { AccountId, ChainId } from '../../core/ids.ts';
import { type Json, type Store, storeKey } from '../../core/store.ts';
import { type AgentRecord, docKey, docValue, docVersion, scanDocs } from '../directory.ts';
import type { PolicyDocument } from '../policy-book.ts';

/** An agent as the store keeps it, also after it was removed: its id stays its user's, and its wallets stay its own. */
export interface KeptAgent extends AgentRecord {
  readonly removedMs?: number;
}

/** A policy as the store keeps it. */
export interface KeptPolicy extends PolicyDocument {
  /** Digest of what the deployment's configuration last said, where it named the agent. */
  readonly configured?: string;
  /** Since when each counter of its temporal rules counts, ms; 0 where the agent never lived without it. */
  readonly temporal?: Readonly<Record<string, number>>;
}

/** Digest that stands where an agent was removed: no permit has it, and no policy compiles to it. */
export const REMOVED_POLICY = 'removed';

/** Both records of an agent, read from one consistent state, with the versions that a change is conditional on. */
export interface AgentState {
  readonly agent: KeptAgent | undefined;
  readonly agentVersion: number;
  readonly policy: KeptPolicy | undefined;
  readonly policyVersion: number;
  /** The policy's row, for the book of compiled policies. */
  readonly policyRow: Json | undefined;
}

/** Reads both records. */
export async function readAgentState(store: Store, agentId: string): Promise<AgentState> {
  const [agent, policy] = await store.get([storeKey.doc(docKey.agent(agentId)), storeKey.doc(docKey.policy(agentId))]);
  return {
    agent: docValue<KeptAgent>(agent),
    agentVersion: docVersion(agent),
    policy: docValue<KeptPolicy>(policy),
    policyVersion: docVersion(policy),
    policyRow: policy,
  };
}

/** A wallet whose agent was removed: nothing signs for it until its user registers the agent again. */
export interface OrphanedWallet {
  readonly account: AccountId;
  readonly address: string;
  readonly chain: ChainId;
  readonly agentId: string;
  readonly userId: string;
}

/** The wallets of a removed agent. */
export function orphansOf({ id, user, wallets }: KeptAgent): readonly OrphanedWallet[] {
  return wallets.map((account) => ({
    account,
    address: accountAddress(account),
    chain: accountChain(account),
    agentId: id,
    userId: user,
  }));
}

/** Every orphaned wallet of a user. */
export async function orphansOfUser(store: Store, userId: string): Promise<readonly OrphanedWallet[]> {
  const agents = await scanDocs<KeptAgent>(store, 'agent/');
  return agents.filter(({ user, removedMs }) => user === userId && removedMs !== undefined).flatMap(orphansOf);
}
