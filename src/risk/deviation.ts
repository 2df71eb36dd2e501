import { logAmount } from './log-amount.ts';
import { atLeast, totalOf } from './log-histogram.ts';
import { deviationsAbove } from './moments.ts';
import { deviationsAtTail } from './normal-quantile.ts';
import type { Profile } from './profile.ts';
import { COLD_BELOW } from './profile.ts';

/** Least deviation of log2 amounts believed: an agent that always pays the same may pay 1.4 times that within one. */
export const AMOUNT_FLOOR = 0.5;
/** Least deviation of log2 intervals believed. */
export const INTERVAL_FLOOR = 1.5;
/** A size counts as precedented from its second time on: one payment that slipped through excuses no other. */
const LONE_PRECEDENT = 1;

/** How far above the agent's own payments an amount lies. */
export interface AmountDeviation {
  /** Standard deviations, never below 0. */
  readonly deviations: number;
  /** Share of past payments of at least about this size, 0–1. */
  readonly tailShare: number;
}

/**
 * Measures an amount against the agent's own payments; undefined while the profile is cold.
 *
 * The farther of the quick and the slow average counts, so that drifting upwards does not help for long; payments of at
 * least this size in the past bring it down to what their share says. Only ever one-sided: small amounts do not deviate.
 */
export function amountDeviation(profile: Profile | undefined, unitAmount: bigint): AmountDeviation | undefined {
  if (profile === undefined || profile.priced < COLD_BELOW) return undefined;
  const { quick, slow, sizes } = profile.amount;
  const bits = logAmount(unitAmount);
  const total = totalOf(sizes);
  const precedents = atLeast(sizes, bits);
  const byMoments = Math.max(deviationsAbove(quick, bits, AMOUNT_FLOOR), deviationsAbove(slow, bits, AMOUNT_FLOOR));
  const excused = Math.max(0, precedents - LONE_PRECEDENT);
  const bySizes = excused === 0 ? Number.POSITIVE_INFINITY : deviationsAtTail((excused + 0.5) / (total + 1));
  return { deviations: Math.max(0, Math.min(byMoments, bySizes)), tailShare: total === 0 ? 0 : precedents / total };
}
