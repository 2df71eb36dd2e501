import type { CompiledPolicy } from '../../authz/index.ts';
import type { Authority, Authorization } from '../../core/authority.ts';
import { canonicalize } from '../../core/canonical.ts';
import { CastellanError } from '../../core/errors.ts';
import type { EventDetails, PermissionChangedEvent, SecurityEvent } from '../../core/event.ts';
import { newId } from '../../core/id.ts';
import { agentIdSchema } from '../../core/schema.ts';
import type { Command, Json, Store } from '../../core/store.ts';
import type { Host } from '../config.ts';
import { docKey } from '../directory.ts';
import type { Journal } from '../journal.ts';
import type { PolicyBook } from '../policy-book.ts';
import { type AgentState, type KeptAgent, type KeptPolicy, readAgentState } from './kept-agent.ts';
import { policyChangeFacts } from './policy-change-facts.ts';
import { tellPolicy } from './policy-text.ts';
import { countersSince } from './temporal-since.ts';
import { isTightening } from './tightening.ts';
import { voidPermits } from './void-permits.ts';

/** What changing policies needs. */
export interface PolicyParts {
  readonly host: Host;
  readonly tenant: string;
  readonly store: Store;
  readonly journal: Journal;
  readonly policies: PolicyBook;
  readonly authority: Pick<Authority, 'require'>;
}

/** One change of what an agent may do. */
export interface PolicyChange {
  readonly agentId: string;
  /** What the log calls it. */
  readonly action: 'created' | 'updated' | 'rule_added' | 'rule_removed' | 'configured';
  /** The permissions afterwards. Called again where somebody else committed first. */
  readonly next: (state: AgentState) => Json;
  /** Of whom an unknown agent becomes; undefined refuses one. */
  readonly userId?: string | undefined;
  readonly authorization?: Authorization | undefined;
  readonly facts?: EventDetails;
}

/** What a change came to. */
export interface PolicyOutcome {
  readonly agent: KeptAgent;
  readonly policy: KeptPolicy;
  readonly changed: boolean;
}

/** Attempts against concurrent writers of one agent. */
export const ATTEMPTS = 16;

/** @throws REQUEST_INVALID */
export function checkId(field: string, id: unknown): void {
  if (!agentIdSchema.safeParse(id).success)
    throw new CastellanError('REQUEST_INVALID', { message: `${field} is not an id`, details: { field } });
}

export function agentUnknown(agentId: string, agent: KeptAgent | undefined): CastellanError {
  return new CastellanError('AGENT_UNKNOWN', {
    message: agent === undefined ? 'No such agent is registered' : 'The agent was removed',
    details: { agentId: String(agentId).slice(0, 64), removedMs: agent?.removedMs ?? null },
  });
}

export function overrun(): CastellanError {
  return new CastellanError('STORE_UNAVAILABLE', { message: 'Other writers changed the same records too often', retryable: true });
}

/** The event that tells of a change. */
export function permissionChanged(
  { host, tenant }: Pick<PolicyParts, 'host' | 'tenant'>,
  agent: string | null,
  severity: SecurityEvent['severity'],
  details: EventDetails,
): PermissionChangedEvent {
  const at = host.clock.nowMs();
  return { v: 1, id: newId(host.random, at), tenant, at, agent, severity, type: 'permission_changed', details };
}

/** Applies a step; false where somebody else committed first. @throws STORE_UNAVAILABLE */
export async function applyOnce({ journal }: Pick<PolicyParts, 'journal'>, commands: readonly Command[]): Promise<boolean> {
  const result = await journal.apply(commands);
  if (!result.ok && result.reason.code !== 'version_conflict')
    throw new CastellanError('STORE_UNAVAILABLE', { message: result.reason.message, details: { reason: result.reason.code } });
  return result.ok;
}

/** Whether a change of what is stored needs the owners: everything does that is not surely a tightening. */
export function needsOwners(policies: PolicyBook, state: AgentState, after: CompiledPolicy): boolean {
  if (state.agent === undefined && state.policy === undefined) return false;
  if (state.agent === undefined || state.policy === undefined || state.agent.removedMs !== undefined) return true;
  try {
    const before = policies.compile(state.policy.permissions);
    // A policy of other names, decimals or defaults than ours has a meaning that cannot be compared.
    return before.digest !== state.policy.digest || !isTightening(before, after);
  } catch {
    return true;
  }
}

/**
 * Makes one change of an agent's policy: a store step with its log entry, conditional on what it was made from. A loosening
 * asks the owners first; a tightening, and a new agent, which has nothing yet, ask nobody. Durable when it resolves.
 * @throws POLICY_INVALID naming every wrong field, AGENT_UNKNOWN, AGENT_EXISTS, AUTHORITY_REQUIRED, SIGNATURE_INVALID
 */
export async function changePolicy(parts: PolicyParts, change: PolicyChange): Promise<PolicyOutcome> {
  const { store, policies, journal, host } = parts;
  const { agentId, userId } = change;
  let allowed: string | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const state = await readAgentState(store, agentId);
    const isAlive = state.agent !== undefined && state.agent.removedMs === undefined;
    if (userId === undefined && !isAlive) throw agentUnknown(agentId, state.agent);
    if (state.agent !== undefined && userId !== undefined && state.agent.user !== userId)
      throw new CastellanError('AGENT_EXISTS', { message: 'The agent belongs to another user', details: { agentId } });
    const permissions = change.next(state);
    const after = policies.compile(permissions);
    const previous = state.policy?.digest ?? null;
    const configured = change.action === 'configured' ? after.digest : state.policy?.configured;
    if (isAlive && state.agent !== undefined && state.policy?.digest === after.digest && state.policy.configured === configured)
      return { agent: state.agent, policy: state.policy, changed: false };
    const loosens = needsOwners(policies, state, after) && previous !== after.digest;
    const text = canonicalize(permissions);
    if (loosens && allowed !== text) {
      await parts.authority.require('policy.change', policyChangeFacts(agentId, permissions), change.authorization);
      allowed = text;
    }
    if (state.agent !== undefined && !isAlive) await voidPermits(parts, agentId, state.agent.wallets);
    const temporal = countersSince(after, state, host.clock.nowMs());
    const policy: KeptPolicy = {
      digest: after.digest,
      permissions,
      ...(configured === undefined ? {} : { configured }),
      ...(temporal === undefined ? {} : { temporal }),
    };
    const agent: KeptAgent = {
      id: agentId,
      user: state.agent?.user ?? userId ?? '',
      wallets: state.agent?.wallets ?? [],
      createdMs: state.agent?.createdMs ?? host.clock.nowMs(),
    };
    const told = await tellPolicy(store, policies, after.digest, permissions);
    const facts = { action: change.action, digest: after.digest, previous, loosens, ...change.facts };
    const changed = permissionChanged(parts, agentId, 'info', facts);
    const commands: readonly Command[] = [
      ...told.commands,
      ...(isAlive
        ? []
        : [{ kind: 'doc.put', key: docKey.agent(agentId), value: agent as unknown as Json, ifVersion: state.agentVersion } as const]),
      { kind: 'doc.put', key: docKey.policy(agentId), value: policy as unknown as Json, ifVersion: state.policyVersion },
      journal.command(told.policy === undefined ? changed : { ...changed, enacts: told.policy }),
    ];
    if (await applyOnce(parts, commands)) return { agent, policy, changed: true };
  }
  throw overrun();
}
