import { alarmsIn, alarmsRow, type CompiledPolicy, scoresRow } from '../../authz/index.ts';
import type { AgentId } from '../../core/ids.ts';
import { bookedIn, type LedgerRow, pendingOf, type WindowRow } from '../../core/ledger.ts';
import { EMPTY_RATE, eventsIn, type RateRow } from '../../core/rate.ts';
import { type Store, storeKey } from '../../core/store.ts';
import { type Profile, parseProfile, parseScoreRecord, type ScoreRecord } from '../../risk/index.ts';
import { docKey, docValue } from '../directory.ts';

/** What is known of an agent's habits and of what it does now. */
export interface AgentHabits {
  readonly profile: Profile | undefined;
  /** The agent's own scores, and its alarms of the last day; none where a history is asked about. */
  readonly scores?: ScoreRecord | undefined;
  readonly alarmsLately?: number;
  readonly attemptsLast10s: number;
  readonly attemptsLastMinute: number;
  /** Booked and pending in the unit of the limits; null where nothing is known. */
  readonly lastDay: bigint | null;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const TEN_SECONDS_MS = 10_000;

/** Rows that the habits of an agent are read from; they are among those that a judgement of it reads. */
export function habitKeys(agentId: AgentId, unit: string): readonly string[] {
  const account = `agent:${agentId}|${unit}`;
  return [
    storeKey.doc(docKey.profile(agentId)),
    storeKey.rate(`agent:${agentId}:attempts`),
    storeKey.ledger(account),
    storeKey.ledgerWindow(account, DAY_MS),
    scoresRow(agentId),
    alarmsRow(agentId),
  ];
}

/** Reads what the gate goes by. The request that is asked about counts as one attempt. */
export async function readHabits(store: Store, agentId: AgentId, policy: CompiledPolicy | undefined, nowMs: number): Promise<AgentHabits> {
  const [profile, rate, head, window, scores, alarms] = await store.get(habitKeys(agentId, policy?.unit.id ?? ''));
  const attempts = (rate as RateRow | undefined) ?? EMPTY_RATE;
  return {
    profile: parseProfile(docValue(profile)),
    scores: parseScoreRecord(docValue(scores)),
    alarmsLately: alarmsIn(alarms, nowMs),
    attemptsLastMinute: 1 + eventsIn(attempts, MINUTE_MS, nowMs).count,
    attemptsLast10s: 1 + eventsIn(attempts, TEN_SECONDS_MS, nowMs).count,
    lastDay:
      policy === undefined
        ? null
        : pendingOf(head as LedgerRow | undefined, nowMs) + bookedIn(window as WindowRow | undefined, DAY_MS, nowMs).used,
  };
}

/** The habits that a history shows, at the moment of the request. */
export function habitsOf(profile: Profile, attempts: readonly number[], nowMs: number): AgentHabits {
  const within = (ms: number): number => 1 + attempts.filter((atMs) => atMs <= nowMs && nowMs - atMs < ms).length;
  return { profile, attemptsLastMinute: within(MINUTE_MS), attemptsLast10s: within(TEN_SECONDS_MS), lastDay: null };
}
