import type { SecurityEvent, SecurityEventType } from '../core/event.ts';
import type { Halt, HaltState } from '../core/halt.ts';
import type { History } from './history.ts';
import type { TriggerCounter, Trip } from './trigger-counter.ts';
import type { TriggerRule } from './trigger-rule.ts';

/** What counting anew needs. */
export interface ReplayOptions {
  readonly rules: readonly TriggerRule[];
  readonly types: readonly SecurityEventType[];
  readonly counter: TriggerCounter;
  readonly history: History;
  /** What is in force now. */
  readonly state: HaltState;
  readonly nowMs: number;
}

/**
 * Counts what the log holds of the longest window, as if it happened now: stops count nothing while they last, changes of
 * the emergency state start the counts anew. Returns the trips that no stop followed, because the process ended in
 * between, and the ids of all events seen.
 */
export async function replayTriggers(
  options: ReplayOptions,
): Promise<{ readonly trips: readonly Trip[]; readonly ids: ReadonlySet<string> }> {
  const { counter, state } = options;
  const sinceMs = options.nowMs - Math.max(...options.rules.map(({ windowMs }) => windowMs));
  const trips = new Map<string, Trip>();
  const ids = new Set<string>();
  /** Stops as they stood at the event; those that began before the window are known from the state. */
  const stops = new Map<string, Pick<Halt, 'atMs' | 'untilMs'> | null>();

  for await (const event of options.history({ sinceMs, types: options.types })) {
    ids.add(event.id);
    if (event.type === 'emergency_changed') {
      const { change } = event;
      const target = change.kind === 'pause' || change.kind === 'resume' ? change.agent : null;
      const untilMs = change.kind === 'pause' ? change.untilMs : null;
      stops.set(keyOf(target), change.kind === 'pause' || change.kind === 'kill' ? { atMs: event.at, untilMs } : null);
      trips.delete(keyOf(target));
      counter.reset(target, event.at);
      continue;
    }
    const stopped = counter.observe(event, options.nowMs, (action, agent) => {
      const target = action === 'kill' ? null : agent;
      return trips.has(keyOf(target)) || isStoppedAt(stopOf(stops, state, target), event);
    });
    for (const trip of stopped) trips.set(keyOf(trip.rule.action === 'kill' ? null : trip.agent), trip);
  }
  return { trips: [...trips.values()], ids };
}

function stopOf(
  stops: ReadonlyMap<string, Pick<Halt, 'atMs' | 'untilMs'> | null>,
  state: HaltState,
  target: string | null,
): Pick<Halt, 'atMs' | 'untilMs'> | null {
  const key = keyOf(target);
  if (stops.has(key)) return stops.get(key) ?? null;
  if (target === null) return state.kill;
  return Object.hasOwn(state.paused, target) ? (state.paused[target] ?? null) : null;
}

function isStoppedAt(stop: Pick<Halt, 'atMs' | 'untilMs'> | null, event: SecurityEvent): boolean {
  return stop !== null && stop.atMs <= event.at && (stop.untilMs === null || event.at < stop.untilMs);
}

/** No agent id is empty. */
function keyOf(target: string | null): string {
  return target ?? '';
}
