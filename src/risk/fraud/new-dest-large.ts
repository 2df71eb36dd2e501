import type { AccountId } from '../../core/index.ts';
import type { PatternMatch } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';
import { isNewParty } from '../risk-context.ts';

/** Deviations from which an amount is large for this agent (one payment in ten), and the share of its limit that always is. */
const LARGE_DEVIATIONS = 1.28;
const LARGE_LIMIT_DIVISOR_WARM = 2n;
const LARGE_LIMIT_DIVISOR_COLD = 4n;

/**
 * `new_dest_large`: much money to an account that was never paid. The plainest way to empty an agent that follows
 * injected instructions. Escalates. A wallet that pays new accounts as a habit is measured against what it pays those: 98 in 100
 * of such payments are usual. Its limit holds all the same.
 *
 * Avoiding it costs the attacker small payments below the agent's usual size, which limits and rates then slow down, or a
 * first small payment that settles unflagged. With neither profile nor limit every amount is large.
 */
export function newDestLarge(context: RiskContext): PatternMatch | undefined {
  const target = context.parties.find((party) => party.role === 'payee' && isNewParty(party));
  if (target === undefined && !context.payeeUnread) return undefined;
  const { outflow, perTransaction } = context.input.amountsInUnit;
  if (outflow !== null && outflow <= 0n) return undefined;
  const deviations = context.deviation?.deviations;
  const divisor = deviations === undefined ? LARGE_LIMIT_DIVISOR_COLD : LARGE_LIMIT_DIVISOR_WARM;
  const byProfile = deviations !== undefined && deviations >= LARGE_DEVIATIONS && !areUsualForNew(context);
  const byLimit = outflow === null || (perTransaction !== null && outflow * divisor >= perTransaction);
  const unmeasured = deviations === undefined && perTransaction === null;
  if (!byProfile && !byLimit && !unmeasured) return undefined;
  return {
    id: 'new_dest_large',
    name: 'Large payment to a new destination',
    confidence: Math.min(0.95, 0.6 + 0.1 * (deviations ?? 0)),
    recommendedAction: 'escalate',
    evidence: { destination: target?.account ?? null, deviations: deviations ?? null, outflow: outflow === null ? null : String(outflow) },
    reason: 'new_destination_large',
  };
}

/** True where each account that is new gets what new accounts usually get from this wallet, and the bytes show all that it gets. */
function areUsualForNew(context: RiskContext): boolean {
  return (
    !context.payeeUnread &&
    context.parties.every((party) => party.role !== 'payee' || !isNewParty(party) || isUsual(context, party.account))
  );
}

function isUsual({ payments, input }: RiskContext, account: AccountId): boolean {
  const its = payments.filter(({ party }) => party === account);
  const all = input.effects.every((effect) => {
    if (effect.kind !== 'outflow' || effect.counterparty !== account) return true;
    // Another's money that the call sends there, or more than the bytes say, is not in what the habits were asked about.
    return effect.account === input.wallet && its.some(({ asset, amount }) => asset === effect.asset && amount >= effect.amount);
  });
  return all && its.length > 0 && its.every(({ note }) => note !== undefined && note.newUsual !== null && note.sum <= note.newUsual);
}
