import { CastellanError, type RecoveryReason } from '../../core/index.ts';
import { isCode, type Mac } from './one-time-code.ts';
import { guessCommand, proofCommand } from './open-session.ts';
import type { Found, Plan, RecoveryBook } from './recovery-book.ts';
import { isUsedUp, type SessionRecord, type StepRecord, type UserRecord } from './recovery-record.ts';
import { allowedAttempts, closedReason, missingSteps, type SessionContext } from './recovery-session.ts';

/** An answer to one step. */
export interface VerificationAnswer {
  readonly step: string;
  readonly code: string;
}

/** What an answer came to. */
export interface VerificationResult {
  readonly verified: boolean;
  readonly step: string;
  /** Why not, where it is not. */
  readonly reason: RecoveryReason | null;
  readonly remainingSteps: readonly string[];
  readonly allStepsComplete: boolean;
  /** Guesses left at this step. */
  readonly attemptsLeft: number;
}

/** What judging an answer needs. */
export interface SubmitParts extends SessionContext {
  readonly book: RecoveryBook;
  readonly mac: Mac;
}

const MAX_CODE = 64;

type Taken =
  | { readonly ok: true; readonly step: StepRecord; readonly user: string }
  | { readonly ok: false; readonly result: VerificationResult };

/**
 * Judges an answer. The guess is counted durably first and compared second: neither a crash in between nor any number of
 * answers at once, in whatever process, yields one more guess than there are.
 * @throws RECOVERY_UNKNOWN, REQUEST_INVALID, HALTED, CLOCK_SKEW, STORE_UNAVAILABLE
 */
export async function submitCode(parts: SubmitParts, sessionId: string, answer: VerificationAnswer): Promise<VerificationResult> {
  const { step: name, code } = answer ?? {};
  if (typeof name !== 'string' || typeof code !== 'string' || code.length > MAX_CODE || !code.isWellFormed())
    throw new CastellanError('REQUEST_INVALID', { message: 'An answer is a step and its code.', details: { field: 'code' } });
  const taken = await parts.book.change(sessionId, (found) => takeGuess(parts, found, name));
  if (!taken.ok) return taken.result;
  const { step, user } = taken;
  const isRight = step.code !== null && isCode(parts.mac, { tenant: parts.tenant, sessionId, user, step: name }, step.code, code);
  return parts.book.change(sessionId, (found) => (isRight ? keepProof(parts, found, step) : keepMiss(parts, found, name)));
}

async function takeGuess(parts: SubmitParts, found: Found, name: string): Promise<Plan<Taken>> {
  const { book, terms } = parts;
  const moment = await book.checkForward();
  const { record, session } = found;
  const step = session.steps.find((candidate) => candidate.step === name);
  if (step === undefined)
    throw new CastellanError('REQUEST_INVALID', { message: 'The session has no such step.', details: { field: 'step' } });
  const no = (reason: RecoveryReason): Plan<Taken> => ({ answer: { ok: false, result: toResult(parts, session, name, reason) } });
  if (isUsedUp(step, allowedAttempts(session, terms))) return no('attempts_used_up');
  const closed = closedReason(session, terms, moment);
  if (closed !== undefined) return no(closed);
  if (step.verifiedAtMs !== null) return no('code_used');
  if (step.code === null || moment.closeMs >= step.code.untilMs) return no('code_expired');
  const counted = { ...step, attempts: step.attempts + 1 };
  const commands = [
    guessCommand(record.user, null),
    book.tell('incident_event', 'info', {
      action: 'recovery_guess_taken',
      userId: record.user,
      sessionId: session.id,
      step: name,
      attempt: counted.attempts,
    }),
  ];
  const next = { ...record, misses: record.misses + 1, session: withStep(session, counted) };
  return { answer: { ok: true, step: counted, user: record.user }, write: { record: next, commands } };
}

/** The right code, once, as long as it is the code that was compared. */
async function keepProof(parts: SubmitParts, { record, session }: Found, compared: StepRecord): Promise<Plan<VerificationResult>> {
  const { book } = parts;
  const moment = await book.checkForward();
  const step = session.steps.find((candidate) => candidate.step === compared.step);
  const no = (reason: RecoveryReason): Plan<VerificationResult> => ({ answer: toResult(parts, session, compared.step, reason) });
  if (session.state !== 'open' || moment.closeMs >= session.expiresAtMs)
    return no(closedReason(session, parts.terms, moment) ?? 'session_expired');
  if (step === undefined || step.code === null || step.code.salt !== compared.code?.salt) return no('code_used');
  if (moment.closeMs >= step.code.untilMs) return no('code_expired');
  const proven = withStep(session, { ...step, code: null, verifiedAtMs: moment.closeMs });
  const next: UserRecord = {
    ...record,
    misses: Math.max(0, record.misses - 1),
    session: { ...proven, provenAtMs: Math.max(session.provenAtMs, moment.closeMs) },
  };
  const details = { action: 'recovery_step_verified', userId: record.user, sessionId: session.id, step: step.step };
  const commands = [proofCommand(session.id, null), book.tell('incident_event', 'info', details)];
  return { answer: toResult(parts, proven, step.step, null), write: { record: next, commands } };
}

/** A wrong code; with the last guess of a step the whole session has failed, for good. */
function keepMiss(parts: SubmitParts, { record, session }: Found, name: string): Plan<VerificationResult> {
  const step = session.steps.find((candidate) => candidate.step === name);
  const failed = session.state === 'open' && step !== undefined && isUsedUp(step, allowedAttempts(session, parts.terms));
  const next: SessionRecord = failed ? { ...session, state: 'failed' } : session;
  const details = { action: failed ? 'recovery_failed' : 'recovery_code_wrong', userId: record.user, sessionId: session.id, step: name };
  const told = parts.book.tell('incident_event', failed ? 'error' : 'warning', details);
  return {
    answer: toResult(parts, next, name, failed ? 'attempts_used_up' : 'code_wrong'),
    write: { record: { ...record, session: next }, commands: [told] },
  };
}

function withStep(session: SessionRecord, changed: StepRecord): SessionRecord {
  return { ...session, steps: session.steps.map((step) => (step.step === changed.step ? changed : step)) };
}

function toResult({ terms }: SubmitParts, session: SessionRecord, name: string, reason: RecoveryReason | null): VerificationResult {
  const used = session.steps.find(({ step }) => step === name)?.attempts ?? 0;
  const remainingSteps = missingSteps(session, terms);
  return Object.freeze({
    verified: reason === null,
    step: name,
    reason,
    remainingSteps,
    allStepsComplete: session.state === 'open' && remainingSteps.length === 0,
    attemptsLeft: session.state === 'open' ? Math.max(0, allowedAttempts(session, terms) - used) : 0,
  });
}
