import { type CompiledPolicy, sinceOf, temporalCounters } from '../../authz/index.ts';
import type { AgentState, KeptPolicy } from './kept-agent.ts';

/**
 * Since when each counter of a policy's temporal rules counts. One that the policy before had goes on; one of a new agent has missed
 * nothing; any other begins now. Undefined where there are none.
 */
export function countersSince(policy: CompiledPolicy, state: AgentState, nowMs: number): KeptPolicy['temporal'] {
  const counters = temporalCounters(policy);
  if (counters.length === 0) return undefined;
  const isNew = state.agent === undefined && state.policy === undefined;
  return Object.fromEntries(counters.map((counter) => [counter, isNew ? 0 : (sinceOf(state.policy?.temporal, counter) ?? nowMs)]));
}
