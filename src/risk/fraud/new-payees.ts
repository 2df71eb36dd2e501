import type { Party, RiskContext } from '../risk-context.ts';
import { isNewParty } from '../risk-context.ts';

/** Accounts that receive money by the transaction, were never paid before and are not named by the policy. */
export function newPayees({ parties }: RiskContext): readonly Party[] {
  return parties.filter((party) => party.role === 'payee' && isNewParty(party));
}

/** True where money goes to such an account, or where no account could be read. */
export function hasNewPayee(context: RiskContext): boolean {
  return context.payeeUnread || context.parties.some((party) => party.role === 'payee' && isNewParty(party));
}
