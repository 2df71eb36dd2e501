import type { TimeMs } from '../core/index.ts';
import { amountDeviation, INTERVAL_FLOOR } from './deviation.ts';
import { deviationsAbove } from './moments.ts';
import type { Profile } from './profile.ts';
import { COLD_BELOW } from './profile.ts';

/** What is compared with the agent's own habits. */
export interface AnomalyInput {
  readonly profile: Profile | undefined;
  readonly nowMs: TimeMs;
  /** Total outflow in the unit of the limits; null where it cannot be valued. */
  readonly unitAmount: bigint | null;
  /** Requests of the agent in the last 10 s and 60 s, this one included, whatever became of them. */
  readonly attemptsLast10s: number;
  readonly attemptsLastMinute: number;
  /** Standard deviations above which something is an anomaly. */
  readonly anomalyThreshold: number;
}

/** The finding. `caution: true`: too little is known to call anything normal, so template limits must hold. */
export interface AnomalyFinding {
  readonly isAnomaly: boolean;
  /** The strongest kind above the threshold; null where there is none. */
  readonly type: 'amount' | 'burst' | 'interval' | null;
  /** The largest deviation found, standard deviations, never below 0. */
  readonly deviationScore: number;
  readonly caution: boolean;
  readonly details: Readonly<Record<string, string | number | boolean | null>>;
}

/** Attempts that are a burst by themselves, unless the agent's own pace is within a quarter of it. */
const BURST_PER_MINUTE = 10;
const BURST_PER_10_S = 6;
const BURST_FACTOR = 4;
const MINUTE_MS = 60_000;
const TEN_SECONDS_MS = 10_000;
const MOST_DEVIATIONS = 1_000_000;

/**
 * Compares one request with what the agent usually does: amount, pace of attempts, time since the last payment. Pure, O(1).
 *
 * Fails closed: counts, thresholds and times that are no numbers are anomalies; a missing or cold profile still sees bursts
 * and says `caution`.
 */
export function detectAnomaly(input: AnomalyInput): AnomalyFinding {
  const { profile, nowMs, unitAmount, anomalyThreshold } = input;
  const cold = profile === undefined || profile.count < COLD_BELOW;
  const perMinute = cold ? 0 : MINUTE_MS / 2 ** profile.interval.mean;
  const amount = unitAmount === null ? undefined : amountDeviation(profile, unitAmount)?.deviations;
  const kinds = {
    amount: bounded(amount ?? 0),
    interval: bounded(cold || profile.lastMs === null ? 0 : intervalDeviations(profile, nowMs - profile.lastMs)),
    burst: Math.max(
      burstDeviations(input.attemptsLastMinute, perMinute, BURST_PER_MINUTE),
      burstDeviations(input.attemptsLast10s, (perMinute * TEN_SECONDS_MS) / MINUTE_MS, BURST_PER_10_S),
    ),
  };
  const type =
    kinds.burst >= kinds.amount && kinds.burst >= kinds.interval ? 'burst' : kinds.amount >= kinds.interval ? 'amount' : 'interval';
  const deviationScore = kinds[type];
  const isAnomaly = !(deviationScore <= anomalyThreshold);
  return {
    isAnomaly,
    type: isAnomaly ? type : null,
    deviationScore,
    caution: cold || amount === undefined,
    details: {
      amountDeviations: amount ?? null,
      burstDeviations: kinds.burst,
      intervalDeviations: kinds.interval,
      attemptsLastMinute: bounded(input.attemptsLastMinute),
      usualPerMinute: cold ? null : perMinute,
      samples: profile?.count ?? 0,
    },
  };
}

/** Deviations of a Poisson count above its mean; 0 below the floor and below four times the usual pace. */
function burstDeviations(attempts: number, usual: number, floor: number): number {
  if (attempts < Math.max(floor, BURST_FACTOR * usual)) return 0;
  return bounded((attempts - usual) / Math.sqrt(Math.max(1, usual)));
}

function intervalDeviations(profile: Profile, elapsedMs: number): number {
  return Math.max(0, -deviationsAbove(profile.interval, Math.log2(Math.max(1, elapsedMs)), INTERVAL_FLOOR));
}

/** The value, at most a million; what is no number is the most. */
function bounded(value: number): number {
  return Number.isNaN(value) ? MOST_DEVIATIONS : Math.min(value, MOST_DEVIATIONS);
}
