import type { AccountId } from '../core/index.ts';
import type { RiskContext } from './risk-context.ts';
import type { ScreenedAccount } from './screening/index.ts';

/**
 * How well somebody who gets rights is known. `ordinary`: a list of ordinary accounts names it. `trusted`: the wallet paid it or gave it rights, of worth, on
 * three days, the last at least a week after the first. `met`: somebody here dealt with it, not so. `stranger`: nobody did.
 */
export type GranteeStanding = 'ordinary' | 'trusted' | 'met' | 'stranger';

/**
 * Tells how a grantee stands. Fails closed: whatever is unknown, or is no number, is a stranger's. Other wallets of the fleet make it met and no more, however
 * many they are: who leads one of them astray leads the next.
 */
export function standingOf({ input, grants }: Pick<RiskContext, 'input' | 'grants'>, account: AccountId): GranteeStanding {
  if (isOrdinary(input.lists?.find(account))) return 'ordinary';
  const own = grants?.dealings.get(account);
  if (own?.isTrusted === true) return 'trusted';
  const others = input.fleet?.(account)?.others ?? 0;
  return own !== undefined || others >= 1 ? 'met' : 'stranger';
}

/** Whether a right without a bound passes without a question: lists name the account, or the wallet trusts it and was asked about such a right before. */
export function mayGetAll(context: Pick<RiskContext, 'input' | 'grants'>, account: AccountId): boolean {
  const standing = standingOf(context, account);
  return standing === 'ordinary' || (standing === 'trusted' && context.grants?.dealings.get(account)?.gaveAll === true);
}

/** True where an exemption stands against a listing, or only lists of ordinary accounts name it. */
function isOrdinary(said: ScreenedAccount | undefined): boolean {
  return said !== undefined && (said.verdict === 'exempt' || (said.verdict === 'clear' && said.lists.length > 0));
}
