import type { Authority } from '../core/authority.ts';
import type { Clock } from '../core/clock.ts';
import { CastellanError } from '../core/errors.ts';
import type { EventDetails, SecurityEvent } from '../core/event.ts';
import { type HaltChange, type HaltPort, type HaltState, haltFor } from '../core/halt.ts';
import type { Random } from '../core/random.ts';
import type { Command, Store } from '../core/store.ts';
import { type ActiveEmergency, listActive } from './active.ts';
import { changeHalt, type HaltPlan } from './halt-change.ts';
import { readHaltState } from './halt-state.ts';
import type { History, Others } from './history.ts';
import { createLatch, EVERYTHING } from './latch.ts';
import { createReleases, type Release } from './releases.ts';
import { toAgentId, toDurationMs, toReason } from './stop-text.ts';
import { createStops, type StopCause } from './stops.ts';
import type { Trip } from './trigger-counter.ts';
import { type EmergencyTrigger, toTriggerRules } from './trigger-rule.ts';
import { createTriggers, type EventFeed } from './triggers.ts';

/** What the emergency controller needs. */
export interface EmergencyOptions {
  readonly store: Store;
  readonly tenant: string;
  readonly authority: Authority;
  /** The command that logs an event. */
  readonly command: (event: SecurityEvent) => Command;
  readonly clock: Clock;
  readonly random: Random;
  readonly events$: EventFeed;
  readonly triggers?: readonly EmergencyTrigger[];
  /** Events since a time, from the audit log: with it the counts of the triggers survive a restart. */
  readonly history?: History;
  /** Follows other processes' events: with it the triggers count what an agent does in all of them, at most `freshMs / 2` late. */
  readonly others?: Others;
  /** Called with each change once it is durable. */
  readonly publish?: (event: SecurityEvent) => void;
  /** False refuses `activateKillSwitch`; triggers that would kill then pause the agent. Default true. */
  readonly killSwitchEnabled?: boolean;
  /** False leaves the triggers out. Default true. */
  readonly autoResponseEnabled?: boolean;
  /** Age at which the snapshot behind `isKillSwitchActive` counts as unknown, ms. Default 2,000. */
  readonly freshMs?: number;
}

/** Stops agents, and lets them go on. */
export interface EmergencyController extends HaltPort {
  /**
   * Stops everything. Idempotent: a kill in force stays as it is. Needs no signature.
   * Fails closed: where the store cannot take it, this process is stopped, and the write repeated.
   * @throws MODE_UNAVAILABLE where the kill switch is switched off; STORE_UNAVAILABLE
   */
  activateKillSwitch(details: { readonly reason: string; readonly triggeredBy: string }): Promise<HaltState>;
  /** Lifts the kill that is in force at the call, and no later one. @throws AUTHORITY_REQUIRED, SIGNATURE_INVALID, HALTED, REQUEST_INVALID */
  deactivateKillSwitch(release: Release): Promise<HaltState>;
  /** From the last snapshot, without asking the store; true where there is none, or none fresh. Enforcement never uses it. */
  isKillSwitchActive(): boolean;
  /**
   * Stops one agent for `duration` seconds, or until resumed: a pause ends by itself, never early, also after a restart, and
   * what is no positive number of seconds does not end it. Never shortens a pause in force. Permits of before stay void.
   * @throws REQUEST_INVALID, STORE_UNAVAILABLE
   */
  pauseAgent(agentId: string, details: { readonly reason: string; readonly duration?: number; readonly by?: string }): Promise<HaltState>;
  /** Lets an agent go on; the triggers count it anew. @throws AUTHORITY_REQUIRED, SIGNATURE_INVALID, HALTED, REQUEST_INVALID */
  resumeAgent(agentId: string, release: Release): Promise<HaltState>;
  /** Everything in force; where the store cannot be read, that is one of them. Never rejects. */
  getActiveEmergencies(): Promise<readonly ActiveEmergency[]>;
  /** True where this process must not let the agent act, whatever the store says: a stop that is not durable yet. */
  locallyHalted(agentId: string): boolean;
  /** Counts anew from the history, listens, and keeps the snapshot fresh. @throws STORE_CORRUPT, STORE_UNAVAILABLE */
  start(): Promise<void>;
  /** Ends the background work. What was stopped stays stopped. */
  stop(): void;
  /** Whether it watches, what is not durable yet, and what its triggers could not count. */
  health(): EmergencyHealth;
}

/** How the controller stands. */
export interface EmergencyHealth {
  readonly started: boolean;
  readonly triggers: number;
  /** Targets that only this process obeys yet, `*` for everything. */
  readonly notDurable: readonly string[];
  /** Events that the triggers could not count. */
  readonly faults: number;
  readonly unenforced: readonly string[];
}

/** Makes the controller of one tenant. Its state lives in the store and holds in every process that shares it. @throws CONFIG_INVALID */
export function createEmergencyController(options: EmergencyOptions): EmergencyController {
  const { store, clock, authority, freshMs = 2_000, killSwitchEnabled: canKill = true } = options;
  if (!Number.isFinite(freshMs) || freshMs < 2)
    throw new CastellanError('CONFIG_INVALID', { message: 'The age of a fresh snapshot is 2 ms or more.', details: { field: 'freshMs' } });
  const rules = (options.autoResponseEnabled ?? true) ? toTriggerRules(options.triggers ?? []) : [];
  const publish = options.publish ?? ((): void => undefined);
  const latch = createLatch(clock);
  let knownEpoch = 0;
  let starting: Promise<void> | undefined;
  let refresh: { cancel(): void } | undefined;

  const read = async (): Promise<HaltState> => {
    const state = await readHaltState(store);
    // Permits of an earlier life would be valid again.
    if (state.epoch < knownEpoch)
      throw new CastellanError('STORE_CORRUPT', {
        message: 'The emergency epoch went back.',
        details: { epoch: state.epoch, known: knownEpoch },
      });
    knownEpoch = state.epoch;
    return state;
  };
  const changer = { store, tenant: options.tenant, clock, random: options.random, command: options.command, publish };
  const loosen = (plan: HaltPlan, details: EventDetails): Promise<HaltState> => changeHalt({ ...changer, read }, plan, details);
  // A stop is written into any state that can be read at all, also into one that was set back.
  const tighten = (plan: HaltPlan, details: EventDetails): Promise<HaltState> =>
    changeHalt({ ...changer, read: () => readHaltState(store) }, plan, details);
  const freshState = (): HaltState | undefined => {
    const snapshot = store.haltSnapshot();
    if (snapshot === undefined || !(Math.abs(clock.nowMs() - snapshot.readAtMs) <= freshMs) || snapshot.state.epoch < knownEpoch)
      return undefined;
    return snapshot.state;
  };
  const stops = createStops({ latch, change: tighten });
  const releases = createReleases({ latch, change: loosen, authority, read });

  const stopAll = async (cause: StopCause): Promise<HaltState> => {
    const state = await stops.all(cause);
    triggers.reset(null, clock.nowMs());
    return state;
  };
  const stopAgent = async (agent: string, durationMs: number | null, cause: StopCause): Promise<HaltState> => {
    const state = await stops.agent(agent, durationMs, cause);
    triggers.reset(agent, clock.nowMs());
    return state;
  };
  const kill = async (reason: unknown, by: unknown): Promise<HaltState> => {
    if (!canKill) throw new CastellanError('MODE_UNAVAILABLE', { message: 'The kill switch is switched off by configuration.' });
    return stopAll({ reason: toReason(reason), by: toReason(by), details: {} });
  };
  const lift = async (release: Release): Promise<HaltState> => {
    const { state, released } = await releases.all(release);
    if (released) triggers.reset(null, clock.nowMs());
    return state;
  };
  const resume = async (agent: string, release: Release): Promise<HaltState> => {
    const { state, released } = await releases.agent(agent, release);
    if (released) triggers.reset(agent, clock.nowMs());
    return state;
  };
  const act = ({ rule, agent }: Trip): void => {
    const details: EventDetails = { event: rule.event, threshold: rule.threshold, windowMs: rule.windowMs, action: rule.action, agent };
    const cause: StopCause = {
      reason: `${rule.threshold} × ${rule.event} within ${rule.windowMs} ms`,
      by: `trigger:${rule.event}`,
      details,
    };
    // What the store does not take is repeated by the latch.
    if (rule.action === 'kill' && canKill) stopAll(cause).catch(() => undefined);
    else if (agent !== null) stopAgent(agent, null, cause).catch(() => undefined);
  };
  const isStopped = (action: Trip['rule']['action'], agent: string | null): boolean => {
    const target = action === 'kill' && canKill ? EVERYTHING : agent;
    if (target === null) return false;
    if (latch.isStopped(target)) return true;
    const state = freshState();
    if (state === undefined) return false;
    return target === EVERYTHING ? state.kill !== null : haltFor({ ...state, kill: null }, target, clock.nowMs()) !== undefined;
  };
  const triggers = createTriggers({ rules, events$: options.events$, clock, act, isStopped });
  const keepFresh = (): void => {
    refresh = clock.schedule(freshMs / 2, () => {
      keepFresh();
      read()
        .then(triggers.follow)
        .catch(() => undefined);
    });
  };

  return {
    read,
    async change(wanted: HaltChange) {
      if (wanted.kind === 'kill') return kill(wanted.reason, wanted.by);
      if (wanted.kind === 'lift') return lift({ approvedBy: wanted.by, notes: wanted.reason });
      const agent = toAgentId(wanted.agent);
      if (wanted.kind === 'resume') return resume(agent, { approvedBy: wanted.by, notes: wanted.reason });
      const seconds = wanted.untilMs === null ? null : (wanted.untilMs - (await store.now())) / 1_000;
      return stopAgent(agent, toDurationMs(seconds), { reason: toReason(wanted.reason), by: toReason(wanted.by), details: {} });
    },
    activateKillSwitch: (details) => kill(details?.reason, details?.triggeredBy),
    deactivateKillSwitch: lift,
    isKillSwitchActive() {
      try {
        return latch.isStopped(EVERYTHING) || freshState()?.kill !== null;
      } catch {
        return true;
      }
    },
    pauseAgent: async (agentId, details) =>
      stopAgent(toAgentId(agentId), toDurationMs(details?.duration), {
        reason: toReason(details?.reason),
        by: toReason(details?.by ?? 'operator'),
        details: {},
      }),
    resumeAgent: async (agentId, release) => resume(toAgentId(agentId), release),
    async getActiveEmergencies() {
      const state = await read().catch(() => undefined);
      // A pause ends by the earlier of host and store, here as where it is enforced.
      const storeMs = await store.now().catch(() => 0);
      return listActive(state, latch.targets(), Math.min(clock.nowMs(), storeMs));
    },
    locallyHalted: (agentId) => latch.isStopped(EVERYTHING) || latch.isStopped(agentId),
    async start() {
      starting ??= (async () => {
        await triggers.start(options.history, await read(), options.others);
        latch.open();
        keepFresh();
      })().catch((error: unknown) => {
        starting = undefined;
        throw error;
      });
      await starting;
    },
    stop() {
      refresh?.cancel();
      refresh = undefined;
      starting = undefined;
      triggers.stop();
      latch.close();
    },
    health: () => ({
      started: refresh !== undefined,
      triggers: rules.length,
      notDurable: latch.targets(),
      faults: triggers.faults,
      unenforced: canKill ? [] : ['kill_switch'],
    }),
  };
}
