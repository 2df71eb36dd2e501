import { z } from 'zod';
import { lazySchema } from '../../core/schema.ts';
import type { VerificationProvider } from '../../core/verification.ts';
import type { RecoveryManager as Manager } from '../../custody/index.ts';
import { createRecovery, type Recovery } from '../recovery.ts';
import type { RecoveryManagerOptions } from './recovery-manager-options.ts';
import { type Closing, closingOf, createRoom } from './room.ts';
import { roomHost } from './room-host.ts';
import { checkRoomOptions, roomFields, secretFields } from './room-options.ts';

/** Recoveries on their own. */
export interface RecoveryRoom extends Recovery, Closing {
  /** Plain sentences about what is weaker than it could be. */
  notes(): Promise<readonly string[]>;
}

const method = lazySchema(() => z.custom<never>((value) => typeof value === 'function', 'must be a function').optional());
const schema = lazySchema(() =>
  z.strictObject({
    ...roomFields(),
    ...secretFields(),
    provider: z.custom<VerificationProvider>(
      (value) => typeof value === 'object' && value !== null && typeof (value as { send?: unknown }).send === 'function',
      'must be a VerificationProvider',
    ),
    verificationRequired: z.array(z.string()).min(1).max(8).optional(),
    cooldownPeriod: z.int().min(0).max(2_592_000).optional(),
    maxAttempts: z.int().min(1).max(10).optional(),
    onComplete: method,
    isUser: method,
  }),
);

/**
 * Creates a recovery manager without a gate: sessions, codes, guardians and cooldowns are its own, and what a completed
 * recovery means is its `onComplete`'s. Sessions outlive the process where the store does.
 *
 * @param options - see {@link RecoveryManagerOptions}; nothing is opened before the first call
 * @throws CONFIG_INVALID naming every wrong field
 * @example
 * ```ts
 * import { createRecoveryManager, type VerificationMessage } from 'castellan';
 *
 * const sent: VerificationMessage[] = [];
 * const provider = { steps: ['email'], send: async (message: VerificationMessage) => void sent.push(message) };
 * const recovery = createRecoveryManager({ provider, verificationRequired: ['email'], cooldownPeriod: 86_400 }); // seconds
 * const { state } = await recovery.initiateRecovery('olivia', { method: 'email' });
 * console.log(state, sent.length); // open 1
 * await recovery.close();
 * ```
 */
export function createRecoveryManager(options: RecoveryManagerOptions): RecoveryRoom {
  checkRoomOptions(schema, options ?? {});
  const given = { ...options };
  const host = roomHost(given);
  const room = createRoom({
    clock: host.clock,
    open: async () => (await import('./open-recovery.ts')).openRecovery(given, host),
    async close({ vault, house }) {
      vault.close();
      await house.close();
    },
  });
  const ask = <T>(work: (manager: Manager) => Promise<T>): Promise<T> => room.use(({ manager }) => work(manager));
  return Object.freeze<RecoveryRoom>({
    ...createRecovery(ask, ask),
    notes: () => ask(async ({ notes }) => notes),
    ...closingOf(room),
  });
}
