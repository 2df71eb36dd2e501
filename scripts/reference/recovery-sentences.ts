import type { RecoveryReason } from '../../src/core/index.ts';

/** What each reason of a recovery means, for the reference page; a code without a sentence does not compile. */
export const RECOVERY_SENTENCES: Readonly<Record<RecoveryReason, string>> = {
  recovery_disabled: 'The configuration says `custody.recoveryEnabled: false`.',
  user_held_key: 'The wallet’s key is the user’s own: there is no copy of it here to give back.',
  platform_owned: 'The configuration says `custody.userOwned: false`: the wallets are the platform’s.',
  user_unknown: 'The user has no wallet, so there is nothing to recover.',
  recovery_open: 'A recovery of this user is under way: cancel it, or go on with it.',
  recovery_locked: 'Too many wrong answers were given for this user lately: nothing opens before `resetsAtMs`.',
  rate_limited: 'Too many recoveries were opened lately, for this user or in all.',
  guardians_missing: 'No guardian is registered, a contact is none, or fewer can speak for the user than the quorum needs.',

  code_wrong: 'The code is not the one that was sent; the attempt counts.',
  code_used: 'The step is answered already, or its code was replaced meanwhile.',
  code_expired: 'The code was not entered in time. Ask for another one.',
  attempts_used_up: 'The last attempt was wrong: this recovery has failed for good.',
  sends_used_up: 'No further code is sent for this step.',

  guardian_not_asked: 'The recovery names its guardians, and this one is not among them.',
  guardian_not_independent: 'The guardian is the user, or signs with a key or wallet that is kept here.',

  steps_missing: 'Not every step is verified yet.',
  step_failed: 'A step has failed, and so has the recovery: it can never complete.',
  guardian_quorum_missing: 'Too few guardians have approved.',
  credentials_mismatch: 'The new credentials are not those that the recovery was opened or granted for.',
  cooldown_active: 'Everything is proven, and the time in which the owner may still cancel is not over.',
  halted: 'The kill switch is on, or its state cannot be read.',
  clock_skew: 'The clocks of host and store are over two seconds apart.',
  grant_undelivered: 'The recovery is granted, and what follows from it did not succeed. The same call tries again.',
  delivery_under_way: 'Somebody is delivering the grant right now.',

  session_expired: 'The recovery was not completed in time.',
  session_cancelled: 'The recovery was cancelled.',
  session_completed: 'The recovery is granted or completed: nothing more is taken for it.',
};
