import type { Digest, Json, RecoveryReason, SignedStatement, TimeMs } from '../../core/index.ts';
import { countGuardians, type GuardianContext, recoveryStatement, requiredGuardians } from './guardian-approvals.ts';
import type { Moment } from './recovery-book.ts';
import type { RecoveryTerms } from './recovery-options.ts';
import { isUsedUp, type SessionRecord, type SessionState, type UserRecord } from './recovery-record.ts';

/** One step as the outside may see it. */
export interface RecoveryStep {
  readonly step: string;
  readonly verified: boolean;
  readonly attemptsLeft: number;
  /** Null where no code is waiting for an answer. */
  readonly codeExpiresAtMs: TimeMs | null;
}

/** A recovery as the outside may see it: no code, and nothing that a code could be found with. */
export interface RecoverySession {
  readonly id: string;
  readonly userId: string;
  readonly method: string;
  readonly state: SessionState | 'expired';
  readonly steps: readonly RecoveryStep[];
  readonly remainingSteps: readonly string[];
  /** Steps whose code the provider did not take in this very call; `sendCode` makes another. */
  readonly undelivered: readonly string[];
  readonly guardians: {
    /** Signatures needed now; 0 where no guardian is registered. */
    readonly required: number;
    /** Ids whose signatures count now. */
    readonly approved: readonly string[];
    readonly contacts: readonly string[];
    /** What each of them signs. */
    readonly statement: SignedStatement;
  };
  /** Digest of the only credentials that it completes with; null where that is open. */
  readonly credentialsDigest: Digest | null;
  readonly openedAtMs: TimeMs;
  readonly expiresAtMs: TimeMs;
  /** When the cooldown ends; null while a proof is missing, which starts it anew. */
  readonly readyAtMs: TimeMs | null;
  readonly outcome: { readonly newWalletAddress: string | null; readonly details: Json } | null;
}

/** What showing and judging a session needs. */
export interface SessionContext extends GuardianContext {
  readonly terms: RecoveryTerms;
}

/** Guesses that a step allows: those of the opening or of today, whichever are fewer. */
export function allowedAttempts(session: SessionRecord, terms: RecoveryTerms): number {
  return Math.min(session.maxAttempts, terms.maxAttempts);
}

/** Why a session takes no further proof; undefined while it does. */
export function closedReason(session: SessionRecord, terms: RecoveryTerms, moment: Moment): RecoveryReason | undefined {
  if (session.state === 'granted' || session.state === 'completed') return 'session_completed';
  if (session.state === 'cancelled') return 'session_cancelled';
  if (session.state !== 'open') return 'step_failed';
  if (moment.closeMs >= session.expiresAtMs) return 'session_expired';
  return session.steps.some((step) => isUsedUp(step, allowedAttempts(session, terms))) ? 'step_failed' : undefined;
}

/** Steps that are not answered: those of the opening, and those that are required today. */
export function missingSteps(session: SessionRecord, terms: RecoveryTerms): readonly string[] {
  const verified = new Set(session.steps.filter(({ verifiedAtMs }) => verifiedAtMs !== null).map(({ step }) => step));
  return [...new Set([...session.steps.map(({ step }) => step), ...terms.steps])].filter((step) => !verified.has(step));
}

/** When the cooldown ends, counted from the last proof: that of the opening or of today, whichever is longer. */
export function cooldownEndsMs(session: SessionRecord, terms: RecoveryTerms): TimeMs {
  return session.provenAtMs + Math.max(session.cooldownMs, terms.cooldownMs);
}

/** The session of a record as the outside may see it. */
export async function toRecoverySession(
  context: SessionContext,
  { user }: Pick<UserRecord, 'user'>,
  session: SessionRecord,
  moment: Moment,
  undelivered: readonly string[] = [],
): Promise<RecoverySession> {
  const { authority, tenant, terms } = context;
  const required = requiredGuardians(authority, session);
  const approved = await countGuardians(context, user, session);
  const remainingSteps = missingSteps(session, terms);
  const isProven = remainingSteps.length === 0 && approved.length >= required;
  const attempts = allowedAttempts(session, terms);
  return Object.freeze({
    id: session.id,
    userId: user,
    method: session.method,
    state: session.state === 'open' && moment.closeMs >= session.expiresAtMs ? 'expired' : session.state,
    steps: session.steps.map(({ step, verifiedAtMs, attempts: used, code }) => ({
      step,
      verified: verifiedAtMs !== null,
      attemptsLeft: Math.max(0, attempts - used),
      codeExpiresAtMs: code?.untilMs ?? null,
    })),
    remainingSteps,
    undelivered,
    guardians: {
      required,
      approved,
      contacts: session.contacts,
      statement: recoveryStatement('recovery.approve', tenant, user, session),
    },
    credentialsDigest: session.credentials,
    openedAtMs: session.openedAtMs,
    expiresAtMs: session.expiresAtMs,
    readyAtMs: isProven ? cooldownEndsMs(session, terms) : null,
    outcome: session.outcome,
  });
}
