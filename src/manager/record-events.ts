import { tokenCalls } from '../authz/index.ts';
import type { Decision } from '../core/decision.ts';
import type { Effect } from '../core/effect.ts';
import type { SecurityEvent } from '../core/event.ts';
import type { EventBus } from '../core/event-bus.ts';
import type { EventStore, PipelineEvent, PipelineStatus } from '../core/event-history.ts';
import type { AccountId } from '../core/ids.ts';

type Find = (id: string) => Promise<SecurityEvent | undefined>;

/**
 * Tells a deployment's own event store how requests end, each once it is in the log, and answers with the store as rules ask it. What
 * could not be recorded leaves a gap: from then on the store reaches back to there and no further.
 */
export function recordEvents(store: EventStore, bus: EventBus, find: Find): EventStore {
  let lostMs = 0;
  bus.subscribe((event) => {
    const status = statusOf(event);
    if (status === undefined || event.agent === null) return;
    void record(store, event, event.agent, status, find).catch(() => {
      lostMs = Math.max(lostMs, event.at + 1);
    });
  });
  return {
    record: (event) => store.record(event),
    query: (filter) => store.query(filter),
    recent: (count, filter) => store.recent(count, filter),
    prune: (olderThan) => store.prune(olderThan),
    async coveredFromMs(agentId) {
      const own: unknown = await store.coveredFromMs(agentId);
      return typeof own === 'number' && Number.isSafeInteger(own) && own >= 0 ? Math.max(own, lostMs) : Number.NaN;
    },
  };
}

/** A rule's own denials are no events. */
const BY_HISTORY = /^temporal_/;

function statusOf(event: SecurityEvent): PipelineStatus | undefined {
  switch (event.type) {
    case 'decision_made': {
      const { verdict, reports, reasons } = event.decision;
      if (verdict !== 'denied') return undefined;
      const denying = reports.filter((report) => report.verdict === 'deny');
      // One that was refused before the layers is nobody's failure.
      if (reports.every((report) => report.verdict === 'skipped')) return undefined;
      const told = denying.length === 0 ? reasons.slice(0, 1) : denying.flatMap((report) => report.reasons);
      if (told.every(({ code }) => BY_HISTORY.test(code))) return undefined;
      return denying.some(({ layer }) => layer === 'simulation') ? 'simulation_failed' : 'policy_rejected';
    }
    case 'execution_success':
      return 'success';
    case 'execution_failed':
      return typeof event.details['txHash'] === 'string' ? 'execution_failed' : undefined;
    case 'approval_decision':
      return event.details['state'] === 'expired'
        ? 'approval_timeout'
        : event.details['state'] === 'rejected'
          ? 'approval_rejected'
          : undefined;
    default:
      return undefined;
  }
}

const calledBy = (effect: Effect): readonly AccountId[] => (effect.kind === 'call' && effect.contract !== null ? [effect.contract] : []);

async function record(store: EventStore, event: SecurityEvent, agentId: string, status: PipelineStatus, find: Find): Promise<void> {
  const decision = event.type === 'decision_made' ? event.decision : await decisionOf(event, find);
  const effects = decision?.effects ?? [];
  const told: PipelineEvent = {
    id: event.id,
    timestamp: event.at,
    agentId,
    chain: decision?.chain ?? null,
    outcome: { status },
    contracts: [...new Set([...effects.flatMap(calledBy), ...tokenCalls(effects).map(({ contract }) => contract)])],
    spends: effects.flatMap((effect) =>
      effect.kind === 'outflow' && effect.account === decision?.wallet && effect.source === 'bytes'
        ? [{ asset: effect.asset, amount: effect.amount }]
        : [],
    ),
  };
  await store.record(told);
}

async function decisionOf(event: SecurityEvent, find: Find): Promise<Decision | undefined> {
  const id = 'details' in event ? event.details['decisionId'] : undefined;
  const found = typeof id === 'string' ? await find(id) : undefined;
  if (found?.type !== 'decision_made') throw new TypeError('an outcome without its decision');
  return found.decision;
}
