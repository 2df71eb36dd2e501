import type {
  Clock,
  Command,
  Deadlines,
  HaltState,
  Random,
  RecoveryReceiver,
  RegistrySignature,
  SecurityEvent,
  SignatureVerifier,
  Store,
  VerificationProvider,
} from '../../core/index.ts';
import { type Vault, vaultMac } from '../keys/vault.ts';
import { approveSession } from './approve-session.ts';
import { type CancelDetails, cancelSession } from './cancel-session.ts';
import { type CompleteParts, completeSession, type RecoveryResult } from './complete-session.ts';
import type { RecoveryAuthority } from './guardian-approvals.ts';
import { toNewCredentials } from './new-credentials.ts';
import { type InitiateOptions, type OpenParts, openSession } from './open-session.ts';
import { createRecoveryBook } from './recovery-book.ts';
import { type RecoveryOptions, toRecoveryTerms } from './recovery-options.ts';
import { type RecoverySession, toRecoverySession } from './recovery-session.ts';
import { resendCode } from './resend-code.ts';
import { sendCodes } from './send-codes.ts';
import { submitCode, type VerificationAnswer, type VerificationResult } from './submit-code.ts';

/** What recoveries stand on. The tenant is the vault's. */
export interface RecoveryParts {
  readonly store: Store;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly random: Random;
  readonly deadlines: Deadlines;
  readonly authority: RecoveryAuthority;
  readonly verifiers: readonly SignatureVerifier[];
  readonly provider: VerificationProvider;
  /** Makes the log entry of an event. */
  readonly command: (event: SecurityEvent) => Command;
  /** The emergency state from the store. Rejects where it cannot be read: nothing goes forward then. */
  readonly readHalt: () => Promise<HaltState>;
  /** True where this process must stand still, whatever the store says. Default: never. */
  readonly locallyHalted?: (() => boolean) | undefined;
  /** Tells whether this user has anything that could be recovered. */
  readonly isUser: (user: string) => Promise<boolean>;
  /** Acts on a grant; idempotent by its id. */
  readonly onComplete: RecoveryReceiver;
}

/** Gives a user who lost access new credentials, and nobody else. All of its state is in the store. */
export interface RecoveryManager {
  /**
   * Opens a session and sends a code for each step. Durable before a code leaves.
   * @throws RECOVERY_REFUSED, REQUEST_INVALID, HALTED, CLOCK_SKEW, STORE_UNAVAILABLE
   */
  initiateRecovery(userId: string, options: InitiateOptions): Promise<RecoverySession>;
  /** Sends another code for a step, three in all; the one before is void, and no guess comes back. @throws RECOVERY_UNKNOWN, RECOVERY_REFUSED, HALTED */
  sendCode(sessionId: string, step: string): Promise<RecoverySession>;
  /** Judges a code: each once, ten minutes long, `maxAttempts` guesses a step. @throws RECOVERY_UNKNOWN, REQUEST_INVALID, HALTED */
  submitVerification(sessionId: string, answer: VerificationAnswer): Promise<VerificationResult>;
  /** Takes one guardian's signature over `session.guardians.statement`. @throws RECOVERY_UNKNOWN, RECOVERY_REFUSED, SIGNATURE_INVALID, HALTED */
  approveRecovery(sessionId: string, signature: RegistrySignature): Promise<RecoverySession>;
  /**
   * Completes a session whose steps are all answered, whose guardian quorum has signed and whose cooldown is over: once.
   * Where the receiver failed, the same call with the same credentials delivers the same grant again.
   * @throws RECOVERY_UNKNOWN, REQUEST_INVALID, STORE_UNAVAILABLE
   */
  completeRecovery(sessionId: string, given: { readonly newCredentials: { readonly [name: string]: unknown } }): Promise<RecoveryResult>;
  /** Ends a session for good. Needs no signature; an owner's is logged as such. Idempotent. @throws RECOVERY_UNKNOWN, RECOVERY_REFUSED */
  cancelRecovery(sessionId: string, details?: CancelDetails): Promise<RecoverySession>;
  /** A session as it stands now. @throws RECOVERY_UNKNOWN */
  getRecovery(sessionId: string): Promise<RecoverySession>;
  /** The last session of each user, or of one. */
  listRecoveries(filter?: { readonly userId?: string; readonly state?: RecoverySession['state'] }): Promise<readonly RecoverySession[]>;
  /** Plain sentences about what is weaker than it could be. */
  readonly notes: readonly string[];
}

/** Makes the recovery manager of one tenant. @throws CONFIG_INVALID naming every wrong option at once */
export function createRecoveryManager(parts: RecoveryParts, options: RecoveryOptions = {}): RecoveryManager {
  const { store, vault, clock, random, provider, deadlines, authority, locallyHalted = () => false } = parts;
  const { tenant } = vault;
  const terms = toRecoveryTerms(options, provider);
  const mac = vaultMac(vault);
  const book = createRecoveryBook({ store, tenant, mac, clock, random, command: parts.command, readHalt: parts.readHalt, locallyHalted });
  const inner: CompleteParts & OpenParts = { ...parts, tenant, terms, mac, book, locallyHalted };
  const sending = { store, tenant, book, deadlines, provider };

  const show = async (sessionId: string, undelivered: readonly string[] = []): Promise<RecoverySession> => {
    await authority.refresh();
    const { record, session } = await book.find(sessionId);
    return toRecoverySession(inner, record, session, await book.moment(), undelivered);
  };

  return Object.freeze({
    async initiateRecovery(userId: string, given: InitiateOptions) {
      const { sessionId, codes } = await openSession(inner, userId, given);
      return show(sessionId, await sendCodes(sending, codes));
    },
    async sendCode(sessionId: string, step: string) {
      return show(sessionId, await sendCodes(sending, [await resendCode(inner, sessionId, step)]));
    },
    submitVerification: (sessionId: string, answer: VerificationAnswer) => submitCode(inner, sessionId, answer),
    async approveRecovery(sessionId: string, signature: RegistrySignature) {
      await approveSession(inner, sessionId, signature);
      return show(sessionId);
    },
    completeRecovery: async (sessionId: string, given: { readonly newCredentials: { readonly [name: string]: unknown } }) =>
      completeSession(inner, sessionId, toNewCredentials(given?.newCredentials)),
    async cancelRecovery(sessionId: string, details?: CancelDetails) {
      await cancelSession(inner, sessionId, details ?? {});
      return show(sessionId);
    },
    getRecovery: (sessionId: string) => show(sessionId),
    async listRecoveries(filter: { readonly userId?: string; readonly state?: RecoverySession['state'] } = {}) {
      await authority.refresh();
      const moment = await book.moment();
      const found: RecoverySession[] = [];
      for await (const record of book.all()) {
        if (record.session === null || (filter.userId !== undefined && filter.userId !== record.user)) continue;
        const session = await toRecoverySession(inner, record, record.session, moment);
        if (filter.state === undefined || filter.state === session.state) found.push(session);
      }
      return found;
    },
    notes: terms.cooldownMs === 0 ? ['recovery without cooldown: nobody has time to cancel one; set recovery.cooldownPeriod.'] : [],
  } satisfies RecoveryManager);
}
