import type { AccountId, Reason, TimeMs } from '../../core/index.ts';
import { isListed, parseScreening } from '../../risk/index.ts';
import { screenRow } from '../judge-keys.ts';
import type { JudgeState } from '../judge-state.ts';

/** Whether an account is on the stored block list, or on one of the lists in memory. */
export function isScreenedAccount(state: JudgeState, account: AccountId, nowMs: TimeMs): boolean {
  const stored = parseScreening(state.doc(screenRow(account)), account);
  return isListed(stored, nowMs) || state.lists?.find(account)?.verdict === 'listed';
}

/** What a veto's reason says of asking again: a list that is lacking now may be there then. */
export function passing(code: string): Pick<Reason, 'retryable'> {
  return { retryable: code === 'screening_unavailable' };
}
