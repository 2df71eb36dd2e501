import type { Json } from '../../core/store.ts';
import { docKey } from '../directory.ts';
import { type RemovedAgent, removedView } from './agent-view.ts';
import { ATTEMPTS, agentUnknown, applyOnce, checkId, overrun, type PolicyParts, permissionChanged } from './change-policy.ts';
import { type KeptAgent, REMOVED_POLICY, readAgentState } from './kept-agent.ts';
import { voidPermits } from './void-permits.ts';

/**
 * Removes an agent: its policy goes, which voids its permits, and its id and wallets stay its user's. Nobody is asked, since
 * nothing is loosened. Durable when it resolves. Idempotent. @throws AGENT_UNKNOWN, REQUEST_INVALID
 */
export async function removeAgent(parts: PolicyParts, agentId: string): Promise<RemovedAgent> {
  checkId('agentId', agentId);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const { agent, agentVersion, policy, policyVersion } = await readAgentState(parts.store, agentId);
    if (agent === undefined) throw agentUnknown(agentId, agent);
    if (agent.removedMs !== undefined) {
      await voidPermits(parts, agentId, agent.wallets);
      return removedView(agent);
    }
    const removed: KeptAgent = { ...agent, removedMs: parts.host.clock.nowMs() };
    const { configured } = policy ?? {};
    const gone = { digest: REMOVED_POLICY, permissions: null, ...(configured === undefined ? {} : { configured }) };
    const told = permissionChanged(parts, agentId, 'warning', {
      action: 'removed',
      digest: REMOVED_POLICY,
      previous: policy?.digest ?? null,
      loosens: false,
      wallets: [...agent.wallets],
    });
    const done = await applyOnce(parts, [
      { kind: 'doc.put', key: docKey.agent(agentId), value: removed as unknown as Json, ifVersion: agentVersion },
      { kind: 'doc.put', key: docKey.policy(agentId), value: gone, ifVersion: policyVersion },
      parts.journal.command(told),
    ]);
    if (!done) continue;
    await voidPermits(parts, agentId, agent.wallets);
    return removedView(removed);
  }
  throw overrun();
}
