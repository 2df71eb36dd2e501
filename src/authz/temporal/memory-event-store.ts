import { CastellanError, type EventFilter, type EventStore, type PipelineEvent, type TimeMs } from '../../core/index.ts';
import { AgentHistory } from './agent-history.ts';

/** How much a history in memory keeps. */
export interface MemoryEventStoreOptions {
  /** Events that are older than this, measured from the newest, go. 24 h by default. */
  readonly maxWindowMs?: number;
  /** Most events; the oldest of the agent that has the most go, so that none drives out what others did. 10,000 by default. */
  readonly maxEvents?: number;
  /** When it began: what happened before is not in it. 0 by default, which says that nothing did. */
  readonly sinceMs?: TimeMs;
}

const MOST_EVENTS = 1_000_000;

/**
 * A history in the memory of one process, bounded. It ends with the process: for rules that hold, the history that the store keeps by
 * itself is enough, and this one stands beside it.
 *
 * @throws CastellanError CONFIG_INVALID for bounds that are none
 * @example
 * ```ts
 * import { createMemoryEventStore } from 'castellan';
 *
 * const events = createMemoryEventStore({ maxEvents: 2 });
 * for (const [at, id] of ['a', 'b', 'c'].entries())
 *   events.record({ id, timestamp: at + 1, agentId: 'a1', chain: null, outcome: { status: 'success' }, contracts: [], spends: [] });
 * console.log((await events.query({ agentId: 'a1' })).map(({ id }) => id).join()); // b,c
 * console.log(await events.coveredFromMs('a1')); // 2
 * ```
 */
export function createMemoryEventStore({
  maxWindowMs = 86_400_000,
  maxEvents = 10_000,
  sinceMs = 0,
}: MemoryEventStoreOptions = {}): EventStore {
  const isCount = (value: number, most: number): boolean => Number.isSafeInteger(value) && value > 0 && value <= most;
  if (!isCount(maxWindowMs, Number.MAX_SAFE_INTEGER) || !isCount(maxEvents, MOST_EVENTS) || !Number.isSafeInteger(sinceMs) || sinceMs < 0)
    throw new CastellanError('CONFIG_INVALID', { message: 'maxWindowMs and maxEvents are positive whole numbers, sinceMs a moment' });
  const histories = new Map<string, AgentHistory>();
  let total = 0;
  let newestMs = Number.NEGATIVE_INFINITY;
  /** What is said of agents of whom nothing is kept. */
  let othersFromMs = sinceMs;
  const drop = (history: AgentHistory, isOver: (event: PipelineEvent) => boolean): void => {
    total -= history.dropWhile(isOver);
  };
  const dropOld = (history: AgentHistory): void => drop(history, ({ timestamp }) => timestamp + maxWindowMs <= newestMs);
  /** Agents of whom nothing is left are forgotten where there are many; what is said of all others then covers their loss. */
  const forget = (): void => {
    for (const [agentId, history] of histories) {
      dropOld(history);
      if (history.size > 0) continue;
      othersFromMs = Math.max(othersFromMs, history.coveredFromMs);
      histories.delete(agentId);
    }
  };
  const historyOf = (agentId: string): AgentHistory => {
    let history = histories.get(agentId);
    if (history !== undefined) return history;
    if (histories.size >= maxEvents) forget();
    history = new AgentHistory(othersFromMs);
    histories.set(agentId, history);
    return history;
  };
  /** Who has more than its share: whoever tells, else whoever has the most. */
  const heaviest = (teller: AgentHistory): AgentHistory => {
    if (teller.size * histories.size > maxEvents) return teller;
    let most = teller;
    for (const history of histories.values()) {
      dropOld(history);
      if (history.size > most.size) most = history;
    }
    return most;
  };
  const kept = (filter: EventFilter): PipelineEvent[] => {
    const { agentId } = filter;
    const own = agentId === undefined ? [...histories.values()] : [histories.get(agentId) ?? []].flat();
    for (const history of own) dropOld(history);
    const events = own.flatMap((history) => history.events.filter((event) => fits(event, filter)));
    return own.length > 1 ? events.sort((left, right) => left.timestamp - right.timestamp) : events;
  };
  return Object.freeze<EventStore>({
    record(event) {
      const history = historyOf(event.agentId);
      history.add(event);
      total += 1;
      newestMs = Math.max(newestMs, event.timestamp);
      dropOld(history);
      while (total > maxEvents) {
        const most = heaviest(history);
        let left = total - maxEvents;
        drop(most, () => left-- > 0 && most.size > 0);
      }
    },
    query: (filter = {}) => kept(filter),
    recent: (count, filter = {}) => (Number.isSafeInteger(count) && count > 0 ? kept(filter).slice(-count) : []),
    prune: (olderThan) => {
      for (const history of histories.values()) drop(history, ({ timestamp }) => timestamp < olderThan);
    },
    coveredFromMs: (agentId) => {
      const history = histories.get(agentId);
      if (history !== undefined) dropOld(history);
      return history?.coveredFromMs ?? othersFromMs;
    },
  });
}

function fits(event: PipelineEvent, { agentId, chain, status, contractAddress, from, to }: EventFilter): boolean {
  return (
    (agentId === undefined || event.agentId === agentId) &&
    (chain === undefined || event.chain === chain) &&
    (status === undefined || event.outcome.status === status) &&
    (contractAddress === undefined || event.contracts.includes(contractAddress)) &&
    (from === undefined || event.timestamp >= from) &&
    (to === undefined || event.timestamp <= to)
  );
}
