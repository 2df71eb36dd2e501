import type { Permissions } from '../../authz/index.ts';
import { type KeptAgent, type KeptPolicy, type OrphanedWallet, orphansOf } from './kept-agent.ts';

/** A custom rule as people write it. */
export type PolicyRule = NonNullable<Permissions['rules']>[number];

/** What an agent may do, as it stands. A copy: changing it changes nothing. */
export interface AgentView {
  readonly agentId: string;
  readonly userId: string;
  readonly permissions: Permissions;
  /** The custom rules among the permissions. */
  readonly rules: readonly PolicyRule[];
  /** Digest of the compiled policy, as it stands in decisions. */
  readonly digest: string;
  /** Account ids. */
  readonly wallets: readonly string[];
  readonly createdMs: number;
}

/** What removing an agent left behind. */
export interface RemovedAgent {
  readonly agentId: string;
  readonly userId: string;
  readonly removedMs: number;
  readonly orphanedWallets: readonly OrphanedWallet[];
}

/** The records as callers see them. */
export function viewOf({ agent, policy }: { readonly agent: KeptAgent; readonly policy: KeptPolicy }): AgentView {
  const permissions = structuredClone(policy.permissions) as Permissions;
  const { id, user, wallets, createdMs } = agent;
  return {
    agentId: id,
    userId: user,
    permissions,
    rules: permissions.rules ?? [],
    digest: policy.digest,
    wallets: [...wallets],
    createdMs,
  };
}

/** A removed agent as callers see it. */
export function removedView(agent: KeptAgent): RemovedAgent {
  return { agentId: agent.id, userId: agent.user, removedMs: agent.removedMs ?? 0, orphanedWallets: orphansOf(agent) };
}
