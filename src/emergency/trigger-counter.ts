import type { SecurityEvent } from '../core/event.ts';
import type { TimeMs } from '../core/ids.ts';
import { createSlidingCount, type SlidingCount } from './sliding-count.ts';
import { isCounted, type TriggerRule } from './trigger-rule.ts';

/** A trigger that tripped. */
export interface Trip {
  readonly rule: TriggerRule;
  /** Agent of the event that filled the window. */
  readonly agent: string | null;
}

/** Tells whether the rule's target is stopped already: the tenant for `kill`, the agent for `pause`. */
export type IsStopped = (action: TriggerRule['action'], agent: string | null) => boolean;

/** Counts events against all rules. */
export interface TriggerCounter {
  /** Counts one event, not later than now. What is stopped already counts nothing. Returns what tripped. */
  observe(event: SecurityEvent, nowMs: TimeMs, isStopped: IsStopped): readonly Trip[];
  /** Starts the counts of an agent, or with null those of the tenant, anew. */
  reset(agent: string | null, atMs: TimeMs): void;
}

/** Agents counted at a time, per rule. Those counted longest ago are forgotten first. */
const MAX_AGENTS = 10_000;

/** Key under which a `kill` rule counts. */
const TENANT = '';

/** Makes empty counts for the rules. */
export function createTriggerCounter(rules: readonly TriggerRule[]): TriggerCounter {
  const counts: readonly (readonly [TriggerRule, SlidingCount])[] = rules.map((rule) => [
    rule,
    createSlidingCount(rule.threshold, rule.windowMs, MAX_AGENTS),
  ]);
  return {
    observe(event, nowMs, isStopped) {
      // A time in the future would push the present out of the window.
      const atMs = Math.min(event.at, nowMs);
      const trips: Trip[] = [];
      for (const [rule, count] of counts) {
        if (!isCounted(rule, event) || isStopped(rule.action, event.agent)) continue;
        const key = rule.action === 'kill' ? TENANT : event.agent;
        // An event of nobody pauses nobody.
        if (key === null) continue;
        if (count.add(key, atMs)) trips.push({ rule, agent: event.agent });
      }
      return trips;
    },
    reset(agent, atMs) {
      for (const [rule, count] of counts) if ((rule.action === 'kill') === (agent === null)) count.reset(agent ?? TENANT, atMs);
    },
  };
}
