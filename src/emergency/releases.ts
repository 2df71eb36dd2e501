import type { Authority, AuthorityAction, Authorization } from '../core/authority.ts';
import { CastellanError } from '../core/errors.ts';
import type { Halt, HaltChange, HaltState } from '../core/halt.ts';
import type { Json } from '../core/store.ts';
import { isSameHalt } from './halt-state.ts';
import { EVERYTHING } from './latch.ts';
import { toReason } from './stop-text.ts';
import type { StopsOptions } from './stops.ts';

/** Who lifts a stop, and why. `authorization` is needed once the manager is owned. */
export interface Release {
  readonly approvedBy: string;
  readonly notes: string;
  readonly authorization?: Authorization;
}

/** What releasing needs. */
export interface ReleasesOptions extends StopsOptions {
  readonly authority: Authority;
  readonly read: () => Promise<HaltState>;
}

/** The loosening half of the controller: asks the authority first. */
export interface Releases {
  /** Lifts the kill that is in force at the call, and no later one. @throws AUTHORITY_REQUIRED, SIGNATURE_INVALID, HALTED, REQUEST_INVALID */
  all(release: Release): Promise<{ readonly state: HaltState; readonly released: boolean }>;
  /** Lets an agent go on. @throws AUTHORITY_REQUIRED, SIGNATURE_INVALID, HALTED, REQUEST_INVALID */
  agent(agent: string, release: Release): Promise<{ readonly state: HaltState; readonly released: boolean }>;
}

/**
 * Facts that operators sign to lift a kill: this kill and no other.
 *
 * @param kill - as the emergency state shows it; null where nothing is killed
 * @example
 * ```ts
 * import { killLiftFacts } from 'castellan';
 *
 * const kill = { atMs: 1_700_000_000_000, by: 'oscar', reason: 'a leak', untilMs: null };
 * console.log(JSON.stringify(killLiftFacts(kill))); // {"kill":{"atMs":1700000000000,"by":"oscar","reason":"a leak","untilMs":null}}
 * ```
 */
export function killLiftFacts(kill: Halt | null): Json {
  return { kill: kill === null ? null : { ...kill } };
}

/**
 * Facts that operators sign to resume an agent: from this pause and no other.
 *
 * @param pause - as the emergency state shows it; null where the agent is not paused
 * @example
 * ```ts
 * import { agentResumeFacts } from 'castellan';
 *
 * const pause = { atMs: 1_700_000_000_000, by: 'oscar', reason: 'odd payments', untilMs: null };
 * console.log(JSON.stringify(agentResumeFacts('a1', pause)).startsWith('{"agent":"a1"')); // true
 * ```
 */
export function agentResumeFacts(agent: string, pause: Halt | null): Json {
  return { agent, pause: pause === null ? null : { ...pause } };
}

interface Target {
  readonly name: string;
  readonly action: AuthorityAction;
  readonly haltOf: (state: HaltState) => Halt | null;
  readonly facts: (halt: Halt | null) => Json;
  readonly change: (by: string, reason: string) => HaltChange;
}

/** Makes the half. Where nothing is stopped nothing is asked and nothing changes. */
export function createReleases({ latch, change, authority, read }: ReleasesOptions): Releases {
  const release = async (target: Target, { approvedBy, notes, authorization }: Release) => {
    if (typeof approvedBy !== 'string' || approvedBy.trim() === '')
      throw new CastellanError('REQUEST_INVALID', { message: 'Whoever lifts a stop is named.', details: { field: 'approvedBy' } });
    const before = await read();
    const halt = target.haltOf(before);
    if (halt === null && !latch.isStopped(target.name)) return { state: before, released: false };
    await authority.require(target.action, target.facts(halt), authorization);
    // What this process could not store yet is given up too; a stop that comes from here on is another one.
    latch.release(target.name);
    const by = toReason(approvedBy);
    const reason = toReason(notes);
    const state = await change(
      (now) => {
        const current = target.haltOf(now);
        if (current === null) return null;
        if (halt === null || !isSameHalt(current, halt))
          throw new CastellanError('HALTED', { message: 'Another stop came first; it was not released.', retryable: true });
        return target.change(by, reason);
      },
      { approvedBy: by, notes: reason },
    );
    return { state, released: true };
  };
  return {
    all: (given) =>
      release(
        {
          name: EVERYTHING,
          action: 'kill.lift',
          haltOf: ({ kill }) => kill,
          facts: killLiftFacts,
          change: (by, reason) => ({ kind: 'lift', reason, by }),
        },
        given,
      ),
    agent: (agent, given) =>
      release(
        {
          name: agent,
          action: 'agent.resume',
          haltOf: ({ paused }) => (Object.hasOwn(paused, agent) ? (paused[agent] ?? null) : null),
          facts: (halt) => agentResumeFacts(agent, halt),
          change: (by, reason) => ({ kind: 'resume', agent, reason, by }),
        },
        given,
      ),
  };
}
