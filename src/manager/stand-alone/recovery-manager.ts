import { z } from 'zod';
import { CastellanError } from '../../core/errors.ts';
import type { Store } from '../../core/store.ts';
import type { RecoveryReceiver, VerificationProvider } from '../../core/verification.ts';
import {
  createRecoveryManager as createManager,
  type RecoveryManager as Manager,
  type RecoveryOptions,
  type Vault,
} from '../../custody/index.ts';
import { readHaltState } from '../../emergency/index.ts';
import { scanDocs, type WalletRecord } from '../directory.ts';
import { createRecovery, type Recovery } from '../recovery.ts';
import { type Closing, closingOf, createRoom } from './room.ts';
import { openRoomHouse, openRoomVault, type RoomHouse, roomHost } from './room-house.ts';
import { checkRoomOptions, ROOM_FIELDS, type RoomOptions, type RoomSecret, SECRET_FIELDS } from './room-options.ts';

/** What a recovery manager that stands alone is made of. */
export interface RecoveryManagerOptions extends RoomOptions, RoomSecret, RecoveryOptions {
  /** Brings codes to people; without one nobody can prove anything. */
  readonly provider: VerificationProvider;
  /**
   * Acts on a completed recovery; idempotent by the grant's id. Default: nothing is made and `newWalletAddress` is null. Where
   * the user has wallets in the store, nothing is granted away like that: a manager on the store, or a receiver, has to act.
   */
  readonly onComplete?: RecoveryReceiver;
  /** Tells whether there is such a user. Default: in a store that was handed in, whoever has a wallet there; else anybody. */
  readonly isUser?: (userId: string) => Promise<boolean>;
}

/** Recoveries on their own. */
export interface RecoveryRoom extends Recovery, Closing {
  /** Plain sentences about what is weaker than it could be. */
  notes(): Promise<readonly string[]>;
}

const method = z.custom<never>((value) => typeof value === 'function', 'must be a function').optional();
const schema = z.strictObject({
  ...ROOM_FIELDS,
  ...SECRET_FIELDS,
  provider: z.custom<VerificationProvider>(
    (value) => typeof value === 'object' && value !== null && typeof (value as { send?: unknown }).send === 'function',
    'must be a VerificationProvider',
  ),
  verificationRequired: z.array(z.string()).min(1).max(8).optional(),
  cooldownPeriod: z.int().min(0).max(2_592_000).optional(),
  maxAttempts: z.int().min(1).max(10).optional(),
  onComplete: method,
  isUser: method,
});

const hasWallet = async (store: Store, user: string): Promise<boolean> =>
  (await scanDocs<WalletRecord>(store, 'wallet/')).some((wallet) => wallet.user === user);

interface Opened {
  readonly house: RoomHouse;
  readonly vault: Vault;
  readonly manager: Manager;
}

async function open(options: RecoveryManagerOptions, house: RoomHouse): Promise<Opened> {
  const { store, host, journal, deadlines, verifiers, authority } = house;
  let vault: Vault | undefined;
  try {
    vault = await openRoomVault(house, options);
    const isOwn = options.store === undefined;
    const nothing: RecoveryReceiver = async ({ user }) => {
      if (!(await hasWallet(store, user))) return { newWalletAddress: null };
      throw new CastellanError('MODE_UNAVAILABLE', {
        message: 'This user has wallets: complete the recovery by the manager on the store, or give onComplete.',
        details: { mode: 'recovery' },
      });
    };
    const manager = createManager(
      {
        store,
        vault,
        ...host,
        deadlines,
        authority,
        verifiers,
        provider: options.provider,
        command: journal.command,
        readHalt: () => readHaltState(store),
        isUser: options.isUser ?? (isOwn ? async () => true : (user) => hasWallet(store, user)),
        onComplete: options.onComplete ?? nothing,
      },
      termsOf(options),
    );
    return { house, vault, manager };
  } catch (error) {
    vault?.close();
    await house.close();
    throw error;
  }
}

const termsOf = ({ verificationRequired, cooldownPeriod, maxAttempts }: RecoveryOptions): RecoveryOptions => ({
  ...(verificationRequired === undefined ? {} : { verificationRequired }),
  ...(cooldownPeriod === undefined ? {} : { cooldownPeriod }),
  ...(maxAttempts === undefined ? {} : { maxAttempts }),
});

/**
 * Creates a recovery manager without a gate: sessions, codes, guardians and cooldowns are its own, and what a completed
 * recovery means is its `onComplete`'s. Sessions outlive the process where the store does.
 *
 * @param options - see {@link RecoveryManagerOptions}; nothing is opened before the first call
 * @throws CONFIG_INVALID naming every wrong field
 * @example
 * const provider = { steps: ['email'], send: ({ code }) => deliver(code) };
 * const recovery = createRecoveryManager({ provider, verificationRequired: ['email'], cooldownPeriod: 86_400 });
 * const session = await recovery.initiateRecovery('user-1', { method: 'email' });
 */
export function createRecoveryManager(options: RecoveryManagerOptions): RecoveryRoom {
  checkRoomOptions(schema, options ?? {});
  const given = { ...options };
  const host = roomHost(given);
  const room = createRoom({
    clock: host.clock,
    open: async () => open(given, await openRoomHouse(given, host)),
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
