import type { CapabilityContext } from './check-capability.ts';
import { copyOf } from './joined-permissions.ts';
import type { PolicyManager, ProposedChange } from './policy-manager.ts';

/** Runs work in the room, once it is open. */
export type InPolicies = <T>(work: (room: PolicyManager) => Promise<T>) => Promise<T>;

/** What is no plain data stays what it is, for the room to refuse. */
function copied<T>(value: T): T {
  try {
    return copyOf(value, 'context') as T;
  } catch {
    return Symbol('no plain data') as unknown as T;
  }
}

/** The policy manager of a house that may have to be opened first: whatever is handed in is copied before that. */
export function createPolicyFace(within: InPolicies): PolicyManager {
  const options = <T>(given: T): T => copyOf(given ?? {}, 'options') as T;
  return Object.freeze<PolicyManager>({
    async createAgent(agentId, permissions, given) {
      const [copy, own] = [copyOf(permissions, 'permissions'), options(given)];
      return within((room) => room.createAgent(agentId, copy, own));
    },
    getAgent: (agentId) => within((room) => room.getAgent(agentId)),
    async updateAgent(agentId, permissions, given) {
      const [copy, own] = [copyOf(permissions, 'permissions'), options(given)];
      return within((room) => room.updateAgent(agentId, copy, own));
    },
    deleteAgent: (agentId) => within((room) => room.deleteAgent(agentId)),
    async addRule(agentId, rule, given) {
      const [copy, own] = [copyOf(rule, 'rule'), options(given)];
      return within((room) => room.addRule(agentId, copy, own));
    },
    async removeRule(agentId, ruleId, given) {
      const own = options(given);
      return within((room) => room.removeRule(agentId, ruleId, own));
    },
    async checkCapability(agentId, capability, context = {}) {
      const copy: CapabilityContext = copied(context);
      return within((room) => room.checkCapability(agentId, capability, copy));
    },
    async proposeChange(agentId, change) {
      const copy = copyOf(change, 'change') as ProposedChange;
      return within((room) => room.proposeChange(agentId, copy));
    },
    listOrphanedWallets: (userId) => within((room) => room.listOrphanedWallets(userId)),
  });
}
