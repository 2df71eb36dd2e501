import type { Permissions } from '../../authz/index.ts';
import type { Authorization } from '../../core/authority.ts';
import { CastellanError } from '../../core/errors.ts';
import type { Json } from '../../core/store.ts';
import { type AgentView, type RemovedAgent, viewOf } from './agent-view.ts';
import { agentUnknown, changePolicy, checkId, needsOwners, type PolicyParts } from './change-policy.ts';
import { type CapabilityAnswer, type CapabilityContext, type CapabilityParts, checkCapability } from './check-capability.ts';
import { copyOf, joinPermissions, wholePermissions, withoutRule, withRule } from './joined-permissions.ts';
import { type AgentState, type OrphanedWallet, orphansOfUser, readAgentState } from './kept-agent.ts';
import { policyChangeFacts } from './policy-change-facts.ts';
import { removeAgent } from './remove-agent.ts';

/** Who allows a change, where it loosens something and the deployment has owners. */
export interface ChangeOptions {
  readonly authorization?: Authorization;
}

/** A change that was not made. */
export type ProposedChange =
  | { readonly kind: 'create' | 'update'; readonly permissions: unknown }
  | { readonly kind: 'add_rule'; readonly rule: unknown }
  | { readonly kind: 'remove_rule'; readonly ruleId: string };

/** What a change would come to. */
export interface Proposal {
  readonly permissions: Permissions;
  readonly digest: string;
  /** Whether the owners have to allow it. */
  readonly loosens: boolean;
  /** What they sign then, for the act `policy.change`. */
  readonly facts: Json;
}

/** Agents and what they may do. Each change is one durable step with its log entry, made from what was there before it. */
export interface PolicyManager {
  /**
   * Registers an agent, or replaces what it may do; a template that is spread gives the limits that are not set. An id that
   * was removed stays its user's, and registering it again is a loosening.
   * @throws POLICY_INVALID naming every wrong field, AGENT_EXISTS, AUTHORITY_REQUIRED, SIGNATURE_INVALID
   */
  createAgent(agentId: string, permissions: unknown, options?: ChangeOptions & { readonly userId?: string }): Promise<AgentView>;
  /** An agent with its permissions. @throws AGENT_UNKNOWN */
  getAgent(agentId: string): Promise<AgentView>;
  /** Changes what is given and keeps what is not, custom rules among it. @throws as `createAgent`, AGENT_UNKNOWN */
  updateAgent(agentId: string, permissions: unknown, options?: ChangeOptions): Promise<AgentView>;
  /** Removes an agent: its permits are void, its wallets stay. Needs nobody. Idempotent. @throws AGENT_UNKNOWN */
  deleteAgent(agentId: string): Promise<RemovedAgent>;
  /** Adds a rule. One that only tightens needs nobody; any other needs the owners. @throws as `updateAgent` */
  addRule(agentId: string, rule: unknown, options?: ChangeOptions): Promise<AgentView>;
  /** Taking a denial away is a loosening, taking an allowance away is none. @throws as `updateAgent` */
  removeRule(agentId: string, ruleId: string, options?: ChangeOptions): Promise<AgentView>;
  /** Asks the gate's own judges about facts, and records nothing. A "no" is a value. */
  checkCapability(agentId: string, capability: string, context?: CapabilityContext): Promise<CapabilityAnswer>;
  /** What a change would come to, and what the owners would sign. Changes nothing. @throws POLICY_INVALID, AGENT_UNKNOWN */
  proposeChange(agentId: string, change: ProposedChange): Promise<Proposal>;
  /** Wallets of a user whose agents were removed. */
  listOrphanedWallets(userId: string): Promise<readonly OrphanedWallet[]>;
}

/** The room as the manager itself uses it. */
export interface Policies extends PolicyManager {
  /**
   * Registers an agent as the configuration names it. What was changed since the configuration last said the same stays
   * changed, and who was removed stays removed. @throws as `createAgent`
   */
  foundAgent(agentId: string, userId: string, permissions: unknown): Promise<void>;
}

const stored = ({ policy }: AgentState): Json => policy?.permissions ?? {};

/** Creates the policy manager over the manager's own records. */
export function createPolicies(parts: PolicyParts & CapabilityParts): Policies {
  const { store, policies } = parts;

  async function proposeChange(agentId: string, change: ProposedChange): Promise<Proposal> {
    checkId('agentId', agentId);
    const state = await readAgentState(store, agentId);
    const isAlive = state.agent !== undefined && state.agent.removedMs === undefined;
    if (change.kind !== 'create' && !isAlive) throw agentUnknown(agentId, state.agent);
    const permissions = nextOf(change)(state);
    const compiled = policies.compile(permissions);
    const { digest } = compiled;
    const loosens = !(isAlive && state.policy?.digest === digest) && needsOwners(policies, state, compiled);
    return { permissions: structuredClone(permissions) as Permissions, digest, loosens, facts: policyChangeFacts(agentId, permissions) };
  }

  return Object.freeze<Policies>({
    async createAgent(agentId, permissions, { userId, authorization } = {}) {
      checkId('agentId', agentId);
      const next = nextOf({ kind: 'create', permissions });
      const { agent } = await readAgentState(store, agentId);
      // An agent that is there is meant whoever's it is; an id that was removed has to be asked for by its user.
      const owner = userId ?? (agent === undefined || agent.removedMs !== undefined ? 'owner' : agent.user);
      checkId('userId', owner);
      return viewOf(await changePolicy(parts, { agentId, action: 'created', next, userId: owner, authorization }));
    },
    async getAgent(agentId) {
      checkId('agentId', agentId);
      const { agent, policy } = await readAgentState(store, agentId);
      if (agent === undefined || policy === undefined || agent.removedMs !== undefined) throw agentUnknown(agentId, agent);
      return viewOf({ agent, policy });
    },
    async updateAgent(agentId, permissions, { authorization } = {}) {
      checkId('agentId', agentId);
      const next = nextOf({ kind: 'update', permissions });
      return viewOf(await changePolicy(parts, { agentId, action: 'updated', next, authorization }));
    },
    deleteAgent: async (agentId) => removeAgent(parts, agentId),
    async addRule(agentId, rule, { authorization } = {}) {
      checkId('agentId', agentId);
      const next = nextOf({ kind: 'add_rule', rule });
      return viewOf(await changePolicy(parts, { agentId, action: 'rule_added', next, authorization }));
    },
    async removeRule(agentId, ruleId, { authorization } = {}) {
      checkId('agentId', agentId);
      const next = nextOf({ kind: 'remove_rule', ruleId });
      const facts = { ruleId: String(ruleId).slice(0, 128) };
      return viewOf(await changePolicy(parts, { agentId, action: 'rule_removed', next, authorization, facts }));
    },
    checkCapability: async (agentId, capability, context) => checkCapability(parts, agentId, capability, context),
    proposeChange,
    listOrphanedWallets: async (userId) => orphansOfUser(store, userId),
    async foundAgent(agentId, userId, permissions) {
      checkId('agentId', agentId);
      checkId('userId', userId);
      const next = nextOf({ kind: 'create', permissions });
      const state = await readAgentState(store, agentId);
      const { agent, policy } = state;
      if (agent !== undefined && agent.user !== userId)
        throw new CastellanError('AGENT_EXISTS', { message: 'The agent belongs to another user', details: { agentId } });
      const { digest } = policies.compile(next(state));
      if (agent !== undefined && (agent.removedMs !== undefined || policy?.configured === digest)) return;
      await changePolicy(parts, { agentId, action: 'configured', next, userId });
    },
  });
}

/** The change as a function of what is stored. What the caller gave is copied at once. */
function nextOf(change: ProposedChange): (state: AgentState) => Json {
  switch (change.kind) {
    case 'create': {
      const whole = wholePermissions(change.permissions);
      return () => whole;
    }
    case 'update': {
      const given = copyOf(change.permissions, 'permissions');
      wholePermissions(given);
      return (state) => joinPermissions(stored(state), given);
    }
    case 'add_rule': {
      const rule = copyOf(change.rule, 'rule');
      return (state) => withRule(stored(state), rule);
    }
    default: {
      const { ruleId } = change;
      return (state) => withoutRule(stored(state), ruleId);
    }
  }
}
