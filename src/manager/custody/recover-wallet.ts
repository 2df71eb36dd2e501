import { CastellanError } from '../../core/errors.ts';
import type { RecoverySession } from '../../custody/index.ts';
import type { WalletRecord } from '../directory.ts';
import type { CustodyParts } from './custody-parts.ts';

/** How a recovery is asked for by one of the user's wallets. */
export interface WalletRecoveryOptions {
  /** Default: the first step that the configuration asks for. */
  readonly method?: string;
  /** Ids of guardians. */
  readonly contacts?: readonly string[];
}

function refused(reason: 'recovery_disabled' | 'user_held_key', message: string): CastellanError {
  return new CastellanError('RECOVERY_REFUSED', { message, details: { reason } });
}

/** Opens a recovery of the wallet's user. @throws RECOVERY_REFUSED */
export async function recoverWallet(
  { house }: CustodyParts,
  wallet: WalletRecord,
  options: WalletRecoveryOptions = {},
): Promise<RecoverySession> {
  const { recovery, config } = house;
  if (recovery === null) throw refused('recovery_disabled', 'Recovery needs recovery.provider in the configuration.');
  if (wallet.mode === 'non-custodial') throw refused('user_held_key', 'The key of this wallet is the user’s: only they can have a copy.');
  const method = options.method ?? config.recovery.verificationRequired[0] ?? 'email';
  return recovery.initiateRecovery(wallet.user, { method, ...(options.contacts === undefined ? {} : { contacts: options.contacts }) });
}
