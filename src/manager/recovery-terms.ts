import { CastellanError } from '../core/errors.ts';
import type { RecoveryReason } from '../core/verification.ts';
import type { RecoveryManager } from '../custody/index.ts';
import type { ResolvedConfig } from './config.ts';

/** Why nobody recovers anything here; undefined where users may. */
function refusalOf({ recoveryEnabled, userOwned }: ResolvedConfig['custody']): { reason: RecoveryReason; message: string } | undefined {
  if (!recoveryEnabled) return { reason: 'recovery_disabled', message: 'Recovery is switched off by custody.recoveryEnabled.' };
  if (!userOwned) return { reason: 'platform_owned', message: 'The wallets are the platform’s own: custody.userOwned is false.' };
  return undefined;
}

/**
 * The recovery room as far as the configuration lets users in. Where it does not, nothing is opened, goes on or completes;
 * what is there already can be looked at and cancelled.
 */
export function recoveryOnTerms(room: RecoveryManager | null, custody: ResolvedConfig['custody']): RecoveryManager | null {
  const refusal = refusalOf(custody);
  if (refusal === undefined) return room;
  const refuse = (): Promise<never> =>
    Promise.reject(new CastellanError('RECOVERY_REFUSED', { message: refusal.message, details: { reason: refusal.reason } }));
  return Object.freeze<RecoveryManager>({
    initiateRecovery: refuse,
    sendCode: refuse,
    submitVerification: refuse,
    approveRecovery: refuse,
    completeRecovery: refuse,
    cancelRecovery: room?.cancelRecovery ?? refuse,
    getRecovery: room?.getRecovery ?? refuse,
    listRecoveries: room?.listRecoveries ?? (async () => []),
    notes: room?.notes ?? [],
  });
}
