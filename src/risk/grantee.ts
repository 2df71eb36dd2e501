import type { AccountId } from '../core/index.ts';
import type { RiskContext } from './risk-context.ts';
import type { ScreenedAccount } from './screening/index.ts';

/**
 * How well somebody who gets rights is known. `trusted`: the wallet has dealt with it for a week, or two other wallets of the fleet have, or a list of
 * ordinary accounts names it. `met`: somebody here dealt with it, not for as long. `stranger`: nobody did.
 */
export type GranteeStanding = 'trusted' | 'met' | 'stranger';

const WEEK_SECONDS = 604_800;
/** Wallets of the fleet that stand for one another: one alone may have been led astray like this one. */
const ENOUGH_OTHERS = 2;

/** Tells how a grantee stands. Fails closed: whatever is unknown, or is no number, is a stranger's. */
export function standingOf({ input, grants }: Pick<RiskContext, 'input' | 'grants'>, account: AccountId): GranteeStanding {
  if (isOrdinary(input.lists?.find(account))) return 'trusted';
  const first = grants?.firstDealt.get(account);
  const fleet = input.fleet?.(account);
  const others = fleet !== undefined && fleet.others >= 1 ? fleet.others : 0;
  if (first !== undefined && first > 0 && input.nowMs / 1_000 - first >= WEEK_SECONDS) return 'trusted';
  // The fleet's ages are kept as log2 of the seconds and one.
  if (others >= ENOUGH_OTHERS && (fleet?.age ?? -1) >= Math.log2(WEEK_SECONDS + 1)) return 'trusted';
  return first !== undefined || others > 0 ? 'met' : 'stranger';
}

/** True where an exemption stands against a listing, or only lists of ordinary accounts name it. */
function isOrdinary(said: ScreenedAccount | undefined): boolean {
  return said !== undefined && (said.verdict === 'exempt' || (said.verdict === 'clear' && said.lists.length > 0));
}
