import type { AccountId } from '../../core/index.ts';
import { standingOf } from '../grantee.ts';
import { isUnbounded } from '../habits/wallet-action.ts';
import type { RiskFactor } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';
import { isNewParty } from '../risk-context.ts';

const UNLIMITED = 50;
/** An allowance without a bound, or an operator over a whole collection. Revocations are none. */
export function unlimitedAllowanceSignal(context: RiskContext): RiskFactor | undefined {
  for (const effect of context.input.effects) {
    const unlimited = effect.kind === 'allowance' ? isUnbounded(effect.amount) : effect.kind === 'operator' && effect.approved;
    if (!unlimited) continue;
    const grantee = effect.kind === 'allowance' ? effect.spender : effect.kind === 'operator' ? effect.operator : '';
    return {
      id: 'allowance_unlimited',
      component: 'transaction',
      points: UNLIMITED,
      detail: `${grantee} may take everything.`,
      reason: 'allowance_unlimited',
    };
  }
  return undefined;
}

const NEW_SPENDER = 52;
/** On top for a wallet that deals with nobody new; less of it for one that often does. */
const SELDOM_NEW = 8;
const DELEGATION = 60;

/** Rights go to a stranger: an account that was never paid, that no policy names and that neither wallet nor fleet dealt with. */
export function newSpenderSignal(context: RiskContext): RiskFactor | undefined {
  let worst: RiskFactor | undefined;
  for (const effect of context.input.effects) {
    const grantee = granteeOf(effect);
    if (grantee === undefined || grantee === context.input.wallet) continue;
    const party = context.parties.find((candidate) => candidate.account === grantee && candidate.role === 'grantee');
    // Code that acts for the wallet is no matter of whether its account was ever paid.
    if (party === undefined || party.allowListed || (effect.kind !== 'delegation' && !isNewParty(party))) continue;
    // Where patterns are not looked for, nobody else asks for how long an account was known.
    const isStranger = context.input.fraudPatterns === false || standingOf(context, grantee as AccountId) === 'stranger';
    if (effect.kind !== 'delegation' && !isStranger) continue;
    const points = effect.kind === 'delegation' ? DELEGATION : NEW_SPENDER + SELDOM_NEW * (1 - (context.grants?.newShare ?? 0));
    if (worst !== undefined && worst.points >= points) continue;
    worst = {
      id: 'allowance_new_spender',
      component: 'transaction',
      points,
      detail: `${grantee} never had rights or money from here.`,
      reason: 'allowance_new_spender',
    };
  }
  return worst;
}

function granteeOf(effect: RiskContext['input']['effects'][number]): string | undefined {
  if (effect.kind === 'allowance') return effect.amount === 0n ? undefined : effect.spender;
  if (effect.kind === 'operator') return effect.approved ? effect.operator : undefined;
  return effect.kind === 'delegation' ? effect.delegate : undefined;
}
