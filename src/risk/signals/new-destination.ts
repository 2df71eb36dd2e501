import type { RiskFactor } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';
import { isNewParty } from '../risk-context.ts';

const FIRST = 30;
const EACH_MORE = 8;
const MOST = 60;

/** Money goes to accounts that were never paid and that no policy names; an unread recipient is new. */
export function newDestinationSignal(context: RiskContext): RiskFactor | undefined {
  let fresh = context.payeeUnread ? 1 : 0;
  for (const party of context.parties) if (party.role === 'payee' && isNewParty(party)) fresh += 1;
  if (fresh === 0) return undefined;
  return {
    id: 'new_destination',
    component: 'transaction',
    points: Math.min(MOST, FIRST + (fresh - 1) * EACH_MORE),
    detail: fresh === 1 ? 'The destination was never paid before.' : `${fresh} destinations were never paid before.`,
    reason: 'new_destination',
  };
}
