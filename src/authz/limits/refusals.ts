import {
  type AgentId,
  type Command,
  type Decision,
  EMPTY_RATE,
  eventsIn,
  type Json,
  type RateRow,
  type ReasonCode,
  storeKey,
  type TimeMs,
} from '../../core/index.ts';
import type { AttemptFacts } from '../../risk/index.ts';

/** The span over which answers to an agent are counted. */
export const ANSWERS_WINDOW_MS = 3_600_000;

/**
 * Refusals that say nothing of what passes: something was down, stopped or moved, or what was asked for has no sensible form. The request was not judged for
 * what it is.
 */
const NOT_JUDGED: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'request_malformed',
  'security_disabled',
  'clock_skew',
  'chain_unavailable',
  'nodes_disagree',
  'quorum_missing',
  'head_stale',
  'shutting_down',
  'layer_timed_out',
  'simulation_unavailable',
  'halted',
  'agent_paused',
  'halt_unreadable',
  'epoch_changed',
  'policy_changed',
  'registry_changed',
  'slot_taken',
  'replacement_underpriced',
  'store_unavailable',
  'version_conflict',
]);

const denials = (agent: AgentId): string => `agent:${agent}:denied`;
const escalations = (agent: AgentId): string => `agent:${agent}:escalated`;

/** Row keys of an agent's refusals. */
export const refusalKeys = (agent: AgentId): readonly string[] => [storeKey.rate(denials(agent)), storeKey.rate(escalations(agent))];

/** The count that a no leaves, or a question to people; none for a yes, which is counted anyway, and for what was not judged. */
export function refusalCommands({ agent, verdict, reasons }: Pick<Decision, 'agent' | 'verdict' | 'reasons'>): readonly Command[] {
  if (verdict === 'approved' || reasons.every(({ code }) => NOT_JUDGED.has(code))) return [];
  const key = verdict === 'denied' ? denials(agent) : escalations(agent);
  return [{ kind: 'rate.take', key, windowMs: ANSWERS_WINDOW_MS, max: null, cooldownMs: 0 }];
}

/** What the agent was answered within the hour before. A count that cannot be read counts as everything. */
export function answersTo(agent: AgentId, row: (key: string) => Json | undefined, nowMs: TimeMs): AttemptFacts {
  const counted = (key: string): number => {
    const { count } = eventsIn((row(key) as RateRow | undefined) ?? EMPTY_RATE, ANSWERS_WINDOW_MS, nowMs);
    return Number.isSafeInteger(count) ? count : Number.MAX_SAFE_INTEGER;
  };
  const [denied, escalated] = refusalKeys(agent).map(counted) as [number, number];
  return { denied, total: denied + escalated + counted(storeKey.rate(`agent:${agent}:approved`)), withinMs: ANSWERS_WINDOW_MS };
}
