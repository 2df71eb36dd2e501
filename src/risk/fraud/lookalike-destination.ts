import type { PatternMatch } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';
import { isNewParty } from '../risk-context.ts';
import type { PatternAnswer } from './pattern.ts';

/**
 * `lookalike_destination`: address poisoning. The attacker grinds an address that shows the same ends as one the victim
 * pays and plants it where addresses are copied from. Blocks a strong likeness, escalates a weak one.
 *
 * Grinding 28 bits costs a GPU well under a second and 40 bits about a minute; avoiding this pattern means a likeness of
 * fewer than seven digits, which people begin to notice. An address that only imitates one that is neither known nor
 * allow-listed is not seen.
 */
export function lookalikeDestination(context: RiskContext): PatternAnswer {
  let found: PatternMatch | undefined;
  for (const { account, lookalike } of context.parties) {
    if (lookalike === undefined) continue;
    const strong = lookalike.strength === 'strong';
    if (found !== undefined && (found.recommendedAction === 'block' || !strong)) continue;
    found = {
      id: 'lookalike_destination',
      name: 'Destination that imitates a known one',
      confidence: strong ? 0.98 : 0.8,
      recommendedAction: strong ? 'block' : 'escalate',
      evidence: {
        destination: account,
        imitates: lookalike.imitates,
        prefix: lookalike.prefix,
        suffix: lookalike.suffix,
        bits: lookalike.bits,
      },
      reason: 'address_lookalike',
    };
  }
  return found ?? (isUnread(context) ? { unchecked: 'lookalike_destination' } : undefined);
}

/** True where whom the agent paid before should be known, and could not be read for an account that is new. */
function isUnread({ parties, input: { paidAlike } }: RiskContext): boolean {
  return paidAlike !== undefined && parties.some((party) => isNewParty(party) && paidAlike(party.account) === undefined);
}
