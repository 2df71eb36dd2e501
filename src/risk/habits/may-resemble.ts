import { ACCOUNT_WORDS, chainOf, encodeAccount } from '../../core/address/account-code.ts';
import { isShownAsCoded, type LeastLikeness, mayReadAlike } from '../../core/address/coded-display.ts';
import { HEAD } from './habit-bytes.ts';
import type { Habits } from './habits.ts';

const code = new Uint32Array(ACCOUNT_WORDS);

/** False only where nobody that is remembered reads like the account: a quick look at codes, before the slow one at what people see. O(parties). */
export function mayResemble({ state, chains }: Habits, account: string, least: LeastLikeness): boolean {
  if (!isShownAsCoded(chainOf(account)) || !chains.every(isShownAsCoded)) return true;
  encodeAccount(account, chains, code);
  const end = (state.head[HEAD.parties] as number) * ACCOUNT_WORDS;
  for (let at = 0; at < end; at += ACCOUNT_WORDS) if (mayReadAlike(state.partyCode, at, code, least)) return true;
  return false;
}
