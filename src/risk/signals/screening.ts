import type { RiskFactor } from '../risk-assessment.ts';
import type { Party, RiskContext } from '../risk-context.ts';

const LACKING = 40;

/** The party that most points speak against. */
function worstOf(parties: readonly Party[], points: (party: Party) => number): Party | undefined {
  let worst: Party | undefined;
  for (const party of parties) if (party.screened !== undefined && points(party) > (worst === undefined ? 0 : points(worst))) worst = party;
  return worst;
}

/** A list names an account that others know as ordinary: no veto, and no reason to be at ease. */
export function doubtfulListingSignal({ parties }: RiskContext): RiskFactor | undefined {
  const points = ({ screened }: Party): number => screened?.points ?? 0;
  const worst = worstOf(parties, points);
  if (worst === undefined) return undefined;
  const { account, screened } = worst;
  const detail = `${account} is named by ${screened?.lists.join(', ')}, and other evidence speaks for it.`;
  return { id: 'listing_doubtful', component: 'transaction', points: points(worst), detail, reason: null };
}

/** An account paid a listed one, or was paid by it. */
export function listedNeighbourSignal({ parties }: RiskContext): RiskFactor | undefined {
  const points = ({ screened }: Party): number => screened?.hop?.points ?? 0;
  const worst = worstOf(parties, points);
  if (worst === undefined) return undefined;
  const { account, screened } = worst;
  const what = screened?.hop?.direction === 'paid' ? 'paid' : 'was paid by';
  const detail = `${account} ${what} ${screened?.hop?.via}, which is listed.`;
  return { id: 'listed_neighbour', component: 'transaction', points: points(worst), detail, reason: null };
}

/** A configured list says nothing now: nobody knows whom it would name. */
export function listsLackingSignal({ input }: RiskContext): RiskFactor | undefined {
  const lacking = input.lists?.lacking ?? [];
  if (lacking.length === 0) return undefined;
  const detail = `Screening lists are lacking: ${lacking.map(({ list, why }) => `${list} (${why})`).join(', ')}.`;
  return { id: 'screening_incomplete', component: 'transaction', points: LACKING, detail, reason: 'risk_inputs_missing' };
}
