import { CastellanError, type EventFilter, type EventStore, type PipelineEvent, type TimeMs } from '../../core/index.ts';

/** How much a history in memory keeps. */
export interface MemoryEventStoreOptions {
  /** Events that are older than this, measured from the newest, go. 24 h by default. */
  readonly maxWindowMs?: number;
  /** Most events; the oldest go. 10,000 by default. */
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
  let events: PipelineEvent[] = [];
  /** Events before this position are gone; they are cut off when they are half of the list. */
  let first = 0;
  let coveredFrom = sinceMs;
  const dropWhile = (isOver: (event: PipelineEvent) => boolean): void => {
    for (let event = events[first]; event !== undefined && isOver(event); event = events[first]) {
      coveredFrom = Math.max(coveredFrom, event.timestamp + 1);
      first += 1;
    }
    if (first > 64 && first * 2 > events.length) {
      events = events.slice(first);
      first = 0;
    }
  };
  const kept = (filter: EventFilter): PipelineEvent[] => events.slice(first).filter((event) => fits(event, filter));
  return Object.freeze<EventStore>({
    record(event) {
      // In the order of time whatever the order of telling.
      let at = events.length;
      while (at > first && (events[at - 1] as PipelineEvent).timestamp > event.timestamp) at -= 1;
      if (at === events.length) events.push(event);
      else events.splice(at, 0, event);
      const newest = (events.at(-1) as PipelineEvent).timestamp;
      dropWhile(({ timestamp }) => events.length - first > maxEvents || timestamp + maxWindowMs <= newest);
    },
    query: (filter = {}) => kept(filter),
    recent: (count, filter = {}) => (Number.isSafeInteger(count) && count > 0 ? kept(filter).slice(-count) : []),
    prune: (olderThan) => dropWhile(({ timestamp }) => timestamp < olderThan),
    coveredFromMs: () => coveredFrom,
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
