import type { RiskFactor } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';

/** Any account that the effects name is on the block list: full points, and a veto beside them. */
export function blacklistSignal(context: RiskContext): RiskFactor | undefined {
  for (const { account, listing } of context.parties) {
    if (listing === undefined) continue;
    return {
      id: 'address_blacklisted',
      component: 'transaction',
      points: 100,
      detail: `${account} is listed (${listing.kind}, ${listing.severity}, by ${listing.source}).`,
      reason: 'address_blacklisted',
    };
  }
  return undefined;
}
