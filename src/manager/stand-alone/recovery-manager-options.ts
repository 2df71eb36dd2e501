import type { RecoveryReceiver, VerificationProvider } from '../../core/verification.ts';
import type { RecoveryOptions } from '../../custody/index.ts';
import type { RoomOptions, RoomSecret } from './room-options.ts';

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
