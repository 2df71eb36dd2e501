import type { FleetView } from '../habits/wallet-action.ts';
import type { PatternMatch } from '../risk-assessment.ts';
import type { Party, RiskContext } from '../risk-context.ts';
import { isNewParty } from '../risk-context.ts';
import type { PatternAnswer } from './pattern.ts';

/** log2 of a day's seconds: who was first met later is new to the whole fleet. */
const DAY_BITS = Math.log2(86_401);
/** Other agents that deal with it, from which that is worth a look and a person should see it. */
const SOME = 3;
const MANY = 6;

/**
 * `fleet_coordination`: an account that is new to this agent and that several others of the fleet began to pay or to trust within a day, as when one
 * injected instruction reaches them all. Alerts from three others, escalates from six.
 *
 * In August 2022 about 9,000 wallets that shared one leak of keys paid four accounts within hours. Avoiding it costs the attacker an account for every
 * third agent. Who was met before and sent something itself says nothing by its age: then only a second payment by some agent excuses it.
 */
export function fleetCoordination(context: RiskContext): PatternAnswer {
  const strangers = context.parties.filter((party) => (party.role === 'payee' || party.role === 'grantee') && isNewParty(party));
  let worst: PatternMatch | undefined;
  let isUnchecked = false;
  for (const party of strangers) {
    const view = context.input.fleet?.(party.account);
    if (view === undefined) isUnchecked = true;
    else if (isNewToFleet(view) && view.others > Number(worst?.evidence['otherAgents'] ?? SOME - 1)) worst = matchOf(party, view);
  }
  return worst ?? (isUnchecked ? { unchecked: 'fleet_coordination' } : undefined);
}

function isNewToFleet({ age, others, paid, received }: FleetView): boolean {
  return age <= DAY_BITS || (received > 0 && paid <= others);
}

function matchOf({ account, role }: Party, { others, paid, age }: FleetView): PatternMatch {
  const isMany = others >= MANY;
  return {
    id: 'fleet_coordination',
    name: 'Many agents turn to one new account',
    confidence: isMany ? 0.85 : 0.6,
    recommendedAction: isMany ? 'escalate' : 'alert',
    evidence: {
      destination: account,
      role,
      otherAgents: others,
      payments: paid,
      hoursKnown: age < 0 ? null : Math.floor((2 ** age - 1) / 3_600),
    },
    reason: isMany ? 'risk_high' : null,
  };
}
