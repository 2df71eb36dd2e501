import type { EventStore, Json, PipelineEvent } from '../../core/index.ts';
import type { LayerContext } from '../layer.ts';
import { FactLacking, HISTORY_OF_THEN } from '../tooling/recorded-facts.ts';
import type { TemporalCondition } from './temporal-rule.ts';

/**
 * What an event store of the deployment's own says of each condition, by rule and position: the figure, or why there is none. Null where
 * nobody has such a store.
 */
export type OutsideFigures = Readonly<Record<string, readonly (string | null)[]>> | null;

/** Most events of one answer: more is a store that does not prune. */
const MAX_EVENTS = 100_000;

/** Asks the store once for all rules. Goes on at once where there is none. The answer is a fact; null stands for what cannot be told. */
export function withOutsideFigures<T>(context: LayerContext, judge: (figures: OutsideFigures) => T): T | Promise<T> {
  const { settings, policy } = context;
  const { eventStore } = settings;
  if (policy.temporal.length === 0) return judge(null);
  const told = context.factLater('temporal.events', (): Json | Promise<Json> => {
    if (eventStore === HISTORY_OF_THEN) throw new FactLacking('temporal.events');
    return eventStore === undefined ? null : figuresBy(eventStore, context);
  });
  return told instanceof Promise ? told.then((figures) => judge(figures as OutsideFigures)) : judge(told as OutsideFigures);
}

async function figuresBy(store: EventStore, { policy, request, nowMs }: LayerContext): Promise<Json> {
  const { agentId } = request;
  const spans = policy.temporal.flatMap(({ when }) => when.map(({ windowMs, warmUpMs = 0 }) => Math.max(windowMs ?? 0, warmUpMs)));
  const longest = Math.max(
    0,
    ...policy.temporal.flatMap(({ when }) => when.map(({ field, value }) => (field === 'consecutive_failures' ? Number(value) : 0))),
  );
  const asksForAge = policy.temporal.some(({ when }) => when.some(({ warmUpMs = 0 }) => warmUpMs > 0));
  let events: readonly PipelineEvent[] | undefined;
  let older: readonly PipelineEvent[] = [];
  let newest: readonly PipelineEvent[] | undefined;
  let coveredFromMs: unknown;
  try {
    [events, newest, coveredFromMs] = await Promise.all([
      readEvents(store.query({ agentId, from: nowMs - Math.max(0, ...spans) }), agentId),
      longest === 0 ? [] : readEvents(store.recent(longest, { agentId }), agentId),
      store.coveredFromMs(agentId),
    ]);
    // One more than lie in the windows: whether there was anything before tells whether an agent is still new.
    if (asksForAge && events !== undefined) {
      const told = await readEvents(store.recent(events.length + 1, { agentId }), agentId);
      if (told === undefined) events = undefined;
      else older = told;
    }
  } catch {
    events = undefined;
  }
  const covered = typeof coveredFromMs === 'number' && Number.isSafeInteger(coveredFromMs) && coveredFromMs >= 0 ? coveredFromMs : null;
  // Where something is missing that nobody kept, the agent is none that began just now.
  const isWhole = covered === 0 || older.length > (events?.length ?? 0);
  const sinceMs = isWhole ? (older[0]?.timestamp ?? nowMs) : 0;
  return Object.fromEntries(
    policy.temporal.map(({ id, when }) => [
      id,
      when.map((condition) => {
        const reaches = covered !== null && (condition.windowMs === null || covered === 0 || covered <= nowMs - condition.windowMs);
        return events === undefined || newest === undefined || !reaches ? null : figureOf(condition, events, newest, { nowMs, sinceMs });
      }),
    ]),
  );
}

/** A copy of what counts, each event checked; undefined for an answer that is odd. */
async function readEvents(answer: ReturnType<EventStore['query']>, agentId: string): Promise<readonly PipelineEvent[] | undefined> {
  const events: unknown = await answer;
  if (!Array.isArray(events) || events.length > MAX_EVENTS) return undefined;
  return events.every((event) => isEvent(event, agentId)) ? (events as readonly PipelineEvent[]) : undefined;
}

function isEvent(event: unknown, agentId: string): boolean {
  if (typeof event !== 'object' || event === null) return false;
  const { timestamp, agentId: of, outcome, contracts, spends } = event as Partial<PipelineEvent>;
  return (
    of === agentId &&
    typeof timestamp === 'number' &&
    Number.isFinite(timestamp) &&
    typeof outcome?.status === 'string' &&
    Array.isArray(contracts) &&
    Array.isArray(spends) &&
    spends.every((spend) => typeof spend?.asset === 'string' && typeof spend.amount === 'bigint' && spend.amount >= 0n)
  );
}

/** Now, and the first outcome that there was at the latest, ms. */
interface Moments {
  readonly nowMs: number;
  readonly sinceMs: number;
}

/** What the events come to for one condition. A drought that may not be concluded has a figure that nothing falls below. */
function figureOf(
  condition: TemporalCondition,
  all: readonly PipelineEvent[],
  newest: readonly PipelineEvent[],
  { nowMs, sinceMs }: Moments,
): string {
  const { field, windowMs, asset, contract, warmUpMs = 0, minOutcomes = 0 } = condition;
  const events = windowMs === null ? all : all.filter(({ timestamp }) => timestamp + windowMs > nowMs);
  const count = (status: string): number => events.filter(({ outcome }) => outcome.status === status).length;
  switch (field) {
    case 'simulation_failure_rate':
      return String(count('simulation_failed'));
    case 'approval_flood':
      return String(count('approval_timeout'));
    case 'contract_call_frequency':
      return String(
        events.filter((event) => event.outcome.status === 'success' && contract !== undefined && event.contracts.includes(contract)).length,
      );
    case 'spend_velocity':
      return events
        .flatMap((event) => (event.outcome.status === 'success' ? event.spends : []))
        .reduce((sum, spend) => (spend.asset === asset ? sum + spend.amount : sum), 0n)
        .toString();
    case 'success_drought': {
      const isWarm = warmUpMs === 0 || sinceMs <= nowMs - warmUpMs;
      return isWarm && events.length >= minOutcomes ? String(count('success')) : String(Number.MAX_SAFE_INTEGER);
    }
    default: {
      const success = newest.findLastIndex(({ outcome }) => outcome.status === 'success');
      return String(newest.slice(success + 1).filter(({ timestamp }) => windowMs === null || timestamp + windowMs > nowMs).length);
    }
  }
}
