import type { PatternMatch } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';
import { isExcused } from './excused.ts';

/** Other assets that must have gone into the one that leaves. */
const TURNED = 2;
const LARGE_LIMIT_DIVISOR = 2n;

/**
 * `consolidation_exit`: within a day several assets were turned into one, and now more of that one than ever goes to an account that was never paid, as when
 * a thief makes of everything what cannot be frozen and takes it along at once. Escalates.
 *
 * The thieves of the Ronin bridge turned the stablecoins they took into the chain's coin in March 2022 before they moved on. Avoiding it costs the attacker
 * a day between trade and payment, trades in which giving and taking are apart, or one payment for each asset, each of which is judged as one to a new account.
 */
export function consolidationExit(context: RiskContext): PatternMatch | undefined {
  for (const { party, asset, note } of context.payments) {
    if (note === undefined || note.lately > 0 || isExcused(context, party)) continue;
    const turned = note.turned + turnedNow(context, asset);
    if (turned < TURNED || !((note.above ?? 0) >= 0 || nearsLimit(context))) continue;
    return {
      id: 'consolidation_exit',
      name: 'Everything turned into one asset and sent away',
      confidence: Math.min(0.9, 0.6 + 0.1 * (turned - TURNED)),
      recommendedAction: 'escalate',
      evidence: { destination: party, asset, assetsTurned: turned, octavesAboveMost: note.above },
      reason: 'risk_high',
    };
  }
  return undefined;
}

/** Other assets of the wallet that leave by the same transaction, where it also brings this one in. */
function turnedNow({ input }: RiskContext, asset: string): number {
  const own = input.effects.filter((effect) => (effect.kind === 'outflow' || effect.kind === 'inflow') && effect.account === input.wallet);
  if (!own.some((effect) => effect.kind === 'inflow' && effect.asset === asset)) return 0;
  return new Set(own.flatMap((effect) => (effect.kind === 'outflow' && effect.asset !== asset ? [effect.asset] : []))).size;
}

function nearsLimit({ input: { amountsInUnit } }: RiskContext): boolean {
  const { outflow, perTransaction } = amountsInUnit;
  return outflow === null || (perTransaction !== null && outflow * LARGE_LIMIT_DIVISOR >= perTransaction);
}
