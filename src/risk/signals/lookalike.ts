import type { RiskFactor } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';

const STRONG = 90;
const WEAK = 70;

/** A party reads like an account that was paid before or that the policy names. */
export function lookalikeSignal(context: RiskContext): RiskFactor | undefined {
  let worst: RiskContext['parties'][number] | undefined;
  for (const party of context.parties) {
    if (party.lookalike !== undefined && (worst?.lookalike === undefined || party.lookalike.bits > worst.lookalike.bits)) worst = party;
  }
  if (worst?.lookalike === undefined) return undefined;
  const strong = context.parties.some((party) => party.lookalike?.strength === 'strong');
  const { imitates, prefix, suffix } = worst.lookalike;
  return {
    id: 'address_lookalike',
    component: 'transaction',
    points: strong ? STRONG : WEAK,
    detail: `${worst.account} shares the first ${prefix} and last ${suffix} characters with ${imitates}.`,
    reason: 'address_lookalike',
  };
}
