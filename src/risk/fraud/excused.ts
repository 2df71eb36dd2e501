import type { AccountId } from '../../core/index.ts';
import type { RiskContext } from '../risk-context.ts';

/** True for an account that the policy names: whom it may pay is then no question of patterns. Anything but a plain true is a no. */
export function isExcused(context: RiskContext, account: string): boolean {
  return context.input.allowListed(account as AccountId) === true;
}
