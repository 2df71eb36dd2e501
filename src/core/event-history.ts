import type { TimeMs } from './ids.ts';

/** How a request ended, in the words of an event store. */
export type PipelineStatus =
  | 'success'
  | 'policy_rejected'
  | 'simulation_failed'
  | 'approval_rejected'
  | 'approval_timeout'
  | 'execution_failed';

/** One request that ended. */
export interface PipelineEvent {
  /** The log entry that says so. */
  readonly id: string;
  /** ms since the epoch. */
  readonly timestamp: TimeMs;
  readonly agentId: string;
  /** CAIP-2, null where the request never named one. */
  readonly chain: string | null;
  readonly outcome: { readonly status: PipelineStatus };
  /** Account ids of the contracts that it called. */
  readonly contracts: readonly string[];
  /** What left, base units by asset id. */
  readonly spends: readonly { readonly asset: string; readonly amount: bigint }[];
}

/** Which events are wanted; what is left out is not looked at. */
export interface EventFilter {
  readonly agentId?: string;
  readonly chain?: string;
  readonly status?: PipelineStatus;
  readonly contractAddress?: string;
  /** Inclusive, ms. */
  readonly from?: TimeMs;
  readonly to?: TimeMs;
}

/**
 * A history of a deployment's own, beside the one that the store keeps: temporal rules look at both, and the stricter decides. Methods may
 * return promises. One that fails, is late, answers oddly or does not reach back over a rule's window denies.
 */
export interface EventStore {
  /** Keeps one event. What was recorded before is never changed. */
  record(event: PipelineEvent): void | Promise<void>;
  /** Events that fit the filter, oldest first. */
  query(filter?: EventFilter): readonly PipelineEvent[] | Promise<readonly PipelineEvent[]>;
  /** The newest `count`, oldest first. */
  recent(count: number, filter?: Omit<EventFilter, 'from' | 'to'>): readonly PipelineEvent[] | Promise<readonly PipelineEvent[]>;
  /** Drops what is older. */
  prune(olderThan: TimeMs): void | Promise<void>;
  /** From when on nothing of the agent is missing, ms; 0 where nothing ever was. */
  coveredFromMs(agentId: string): TimeMs | Promise<TimeMs>;
}
