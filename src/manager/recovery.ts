import type { RecoveryManager } from '../custody/index.ts';

/** Gives a user who lost access new wallets. See {@link RecoveryManager}. */
export type Recovery = Omit<RecoveryManager, 'notes'>;

type Ask = <T>(work: (manager: RecoveryManager) => Promise<T>) => Promise<T>;

/** Creates the room's door; `ask` opens whatever recoveries stand in, `askAlways` also while that is shutting down. */
export function createRecovery(ask: Ask, askAlways: Ask): Recovery {
  return Object.freeze<Recovery>({
    initiateRecovery: (userId, options) => ask((manager) => manager.initiateRecovery(userId, options)),
    sendCode: (sessionId, step) => ask((manager) => manager.sendCode(sessionId, step)),
    submitVerification: (sessionId, answer) => ask((manager) => manager.submitVerification(sessionId, answer)),
    approveRecovery: (sessionId, signature) => ask((manager) => manager.approveRecovery(sessionId, signature)),
    completeRecovery: (sessionId, given) => ask((manager) => manager.completeRecovery(sessionId, given)),
    // Ending one is a stop: it works while the manager is shutting down, too.
    cancelRecovery: (sessionId, details) => askAlways((manager) => manager.cancelRecovery(sessionId, details)),
    getRecovery: (sessionId) => ask((manager) => manager.getRecovery(sessionId)),
    listRecoveries: (filter) => ask((manager) => manager.listRecoveries(filter)),
  });
}
