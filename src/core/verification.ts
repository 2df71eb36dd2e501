import type { TimeMs } from './ids.ts';
import type { Json } from './store.ts';

/** A one-time code on its way to a person. Whoever holds it can answer one step of one session, once, until it expires. */
export interface VerificationMessage {
  readonly tenant: string;
  readonly user: string;
  /** Such as `email`, `phone`, `identity`. */
  readonly step: string;
  /** Six digits. Never logged by castellan. */
  readonly code: string;
  readonly sessionId: string;
  readonly expiresAtMs: TimeMs;
}

/**
 * Brings codes to people. castellan makes and checks the codes; the provider knows where a user is reached, from records
 * of its own and never from whoever asks for the recovery. A send that fails or never ends proves nothing and opens nothing.
 */
export interface VerificationProvider {
  /** Names of the steps that it can bring codes for. */
  readonly steps: readonly string[];
  /** Brings a code to a person. Rejecting means that it was not sent. */
  send(message: VerificationMessage): Promise<void> | void;
}

/** Why a recovery did not open, go on or complete. lower_snake, closed; programs switch on these. */
export type RecoveryReason =
  // opening
  | 'recovery_disabled'
  | 'platform_owned'
  | 'user_held_key'
  | 'user_unknown'
  | 'recovery_open'
  | 'recovery_locked'
  | 'rate_limited'
  | 'guardians_missing'
  // verifying
  | 'code_wrong'
  | 'code_used'
  | 'code_expired'
  | 'attempts_used_up'
  | 'sends_used_up'
  // approving
  | 'guardian_not_asked'
  | 'guardian_not_independent'
  // completing
  | 'steps_missing'
  | 'step_failed'
  | 'guardian_quorum_missing'
  | 'credentials_mismatch'
  | 'cooldown_active'
  | 'halted'
  | 'clock_skew'
  | 'grant_undelivered'
  | 'delivery_under_way'
  // the session as such
  | 'session_expired'
  | 'session_cancelled'
  | 'session_completed';

/** What a completed recovery entitles to: new credentials for one user. Handed out for one session only. */
export interface RecoveryGrant {
  /** The session's id. Several deliveries of one grant have the same id and the same content. */
  readonly id: string;
  readonly tenant: string;
  readonly user: string;
  readonly method: string;
  readonly steps: readonly string[];
  /** Registry ids of the guardians whose signatures counted; empty where no guardian is registered. */
  readonly guardians: readonly string[];
  /** What `completeRecovery` was given; never stored. */
  readonly newCredentials: { readonly [name: string]: Json };
  readonly grantedAtMs: TimeMs;
}

/** What came of a grant. */
export interface RecoveryOutcome {
  /** Address of the wallet made in place of the old one; null where none was made. */
  readonly newWalletAddress: string | null;
  /** Further facts, such as a plan of migration: JSON, at most 16 KiB, never a secret. */
  readonly details?: Json;
}

/**
 * Acts on a grant: revokes, makes a wallet, plans a migration. It is called again with the same grant where an answer was
 * lost, so it is idempotent by `grant.id`.
 */
export type RecoveryReceiver = (grant: RecoveryGrant) => Promise<RecoveryOutcome>;
