import { CastellanError } from '../core/errors.ts';
import type { RecoveryManager } from '../custody/index.ts';
import type { Lifecycle } from './lifecycle.ts';

/** Gives a user who lost access new wallets. See {@link RecoveryManager}. */
export type Recovery = Omit<RecoveryManager, 'notes'>;

/** Creates the room's door. Without a provider that brings codes to people every call says so. */
export function createRecovery(admit: Lifecycle['admit'], admitAlways: Lifecycle['admitAlways']): Recovery {
  const room = (manager: RecoveryManager | null): RecoveryManager => {
    if (manager === null)
      throw new CastellanError('MODE_UNAVAILABLE', {
        message: 'Recovery needs recovery.provider in the configuration.',
        details: { mode: 'recovery' },
      });
    return manager;
  };
  const ask = <T>(work: (manager: RecoveryManager) => Promise<T>): Promise<T> => admit(({ house }) => work(room(house.recovery)));
  return Object.freeze<Recovery>({
    initiateRecovery: (userId, options) => ask((manager) => manager.initiateRecovery(userId, options)),
    sendCode: (sessionId, step) => ask((manager) => manager.sendCode(sessionId, step)),
    submitVerification: (sessionId, answer) => ask((manager) => manager.submitVerification(sessionId, answer)),
    approveRecovery: (sessionId, signature) => ask((manager) => manager.approveRecovery(sessionId, signature)),
    completeRecovery: (sessionId, given) => ask((manager) => manager.completeRecovery(sessionId, given)),
    // Ending one is a stop: it works while the manager is shutting down, too.
    cancelRecovery: (sessionId, details) => admitAlways(({ house }) => room(house.recovery).cancelRecovery(sessionId, details)),
    getRecovery: (sessionId) => ask((manager) => manager.getRecovery(sessionId)),
    listRecoveries: (filter) => ask((manager) => manager.listRecoveries(filter)),
  });
}
