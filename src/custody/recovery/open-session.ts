import {
  agentIdSchema,
  applyStep,
  CastellanError,
  type Command,
  newId,
  type Random,
  type Reason,
  type RecoveryReason,
  type TimeMs,
} from '../../core/index.ts';
import { type GuardianContext, guardianFault, guardiansOf } from './guardian-approvals.ts';
import { recoveryCredentialsDigest } from './new-credentials.ts';
import { drawCode, type Mac, storeCode } from './one-time-code.ts';
import { contended, type RecoveryBook, refusal, storeRefused } from './recovery-book.ts';
import { type RecoveryTerms, STEP_NAME } from './recovery-options.ts';
import { recoveryDoc, type SessionRecord, type StepRecord, type UserRecord } from './recovery-record.ts';
import type { CodeToSend } from './send-codes.ts';

/** How a recovery begins. */
export interface InitiateOptions {
  /** `social` needs registered guardians; any other name leaves them to the registry. */
  readonly method: string;
  /** Ids of the guardians who are asked; nobody else's signature counts then. At least as many as the quorum. */
  readonly contacts?: readonly string[] | undefined;
  /** Binds the session, and what guardians sign, to these credentials. Without them completing brings any. */
  readonly newCredentials?: { readonly [name: string]: unknown } | undefined;
}

/** What opening needs. */
export interface OpenParts extends GuardianContext {
  readonly book: RecoveryBook;
  readonly mac: Mac;
  readonly random: Random;
  readonly terms: RecoveryTerms;
  readonly isUser: (user: string) => Promise<boolean>;
}

/** Life of a code, ms. */
export const CODE_MS = 600_000;
/** How long proofs may take, ms: guardians are people, and there are weekends. The cooldown comes on top. */
const PROOF_MS = 72 * 3_600_000;
const DAY_MS = 86_400_000;
/** Sessions that one user may open in a day: each costs messages. */
const MAX_PER_USER = 5;
/** Sessions of all users in a day: bounds rows and messages. */
const MAX_PER_TENANT = 1_000;
/** Longest lock, ms. */
const MAX_LOCK_MS = 30 * DAY_MS;
const ATTEMPTS = 32;

/** Row that counts a user's guesses over all sessions; its last entry is what a lock counts from. */
export function guessCommand(user: string, cooldownMs: number | null): Command {
  const bound = cooldownMs === null ? { max: null, cooldownMs: 0 } : { max: 256, cooldownMs };
  return { kind: 'rate.take', key: `recovery-guess/${user}`, windowMs: DAY_MS, ...bound };
}

/** Row whose last entry is a session's last proof. With a bound it refuses until the cooldown after it has passed in store time. */
export function proofCommand(sessionId: string, cooldownMs: number | null): Command {
  const bound = cooldownMs === null ? { max: null, cooldownMs: 0 } : { max: 256, cooldownMs };
  return { kind: 'rate.take', key: `recovery-proof/${sessionId}`, windowMs: DAY_MS, ...bound };
}

/** How long after the last guess no session opens: a day once the misses of one step are reached, doubled with each further such number. */
export function lockMs(misses: number, maxAttempts: number): number {
  const times = Math.floor(misses / maxAttempts);
  return times === 0 ? 0 : Math.min(MAX_LOCK_MS, DAY_MS * 2 ** (times - 1));
}

/** A fresh step with a code of its own. */
export function withCode(
  { mac, random, tenant }: Pick<OpenParts, 'mac' | 'random' | 'tenant'>,
  step: StepRecord,
  session: Pick<SessionRecord, 'id'> & { readonly user: string },
  nowMs: TimeMs,
): { readonly record: StepRecord; readonly message: CodeToSend } {
  const code = drawCode(random);
  const untilMs = nowMs + CODE_MS;
  const { user, id: sessionId } = session;
  const stored = storeCode(mac, random, { tenant, sessionId, user, step: step.step }, code);
  return {
    record: { ...step, sends: step.sends + 1, code: { ...stored, untilMs } },
    message: { user, sessionId, step: step.step, code, untilMs },
  };
}

/**
 * Opens a session, durable before any code leaves. One open session a user, five a day, none while locked.
 * @throws RECOVERY_REFUSED, REQUEST_INVALID, HALTED, CLOCK_SKEW, STORE_UNAVAILABLE
 */
export async function openSession(
  parts: OpenParts,
  user: string,
  options: InitiateOptions,
): Promise<{ readonly sessionId: string; readonly codes: readonly CodeToSend[] }> {
  const { book, random, terms, authority, store } = parts;
  const { method, contacts, credentials } = readOptions(user, options);
  if (!(await parts.isUser(user))) throw refusal('user_unknown', 'This user has nothing that could be recovered.');
  await authority.refresh();
  const quorum = await checkGuardians(parts, user, method, contacts);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const { closeMs: nowMs } = await book.checkForward();
    const { record, version } = await book.readUser(user);
    const last = record.session;
    if (last?.state === 'granted' || (last?.state === 'open' && nowMs < last.expiresAtMs))
      throw refusal('recovery_open', 'A recovery of this user is under way; cancel it first.');
    const id = newId(random, nowMs);
    const made = terms.steps.map((step) =>
      withCode(parts, { step, attempts: 0, sends: 0, code: null, verifiedAtMs: null }, { id, user }, nowMs),
    );
    const session: SessionRecord = {
      id,
      method,
      contacts,
      state: 'open',
      steps: made.map((step) => step.record),
      maxAttempts: terms.maxAttempts,
      cooldownMs: terms.cooldownMs,
      quorum,
      credentials,
      openedAtMs: nowMs,
      expiresAtMs: nowMs + PROOF_MS + terms.cooldownMs,
      provenAtMs: nowMs,
      approvals: [],
      grant: null,
      outcome: null,
    };
    const lock = lockMs(record.misses, terms.maxAttempts);
    const next: UserRecord = { ...record, session };
    const forget: Command[] = last === null ? [] : [{ kind: 'doc.put', key: recoveryDoc.session(last.id), value: null }];
    const commands: readonly Command[] = [
      book.put(next, version),
      { kind: 'doc.put', key: recoveryDoc.session(id), value: { user }, ifVersion: 0 },
      ...forget,
      ...(lock === 0 ? [] : [guessCommand(user, lock)]),
      { kind: 'rate.take', key: `recovery-open/${user}`, windowMs: DAY_MS, max: MAX_PER_USER, cooldownMs: 0 },
      { kind: 'rate.take', key: 'recovery-open', windowMs: DAY_MS, max: MAX_PER_TENANT, cooldownMs: 0 },
      proofCommand(id, null),
      book.tell('incident_event', 'warning', {
        action: 'recovery_opened',
        userId: user,
        sessionId: id,
        method,
        steps: terms.steps,
        contacts,
      }),
    ];
    const result = await applyStep(store, { commands });
    if (result.ok) return { sessionId: id, codes: made.map((step) => step.message) };
    if (result.reason.code !== 'version_conflict') throw refusedOpening(result.reason);
  }
  throw contended();
}

/** The guardian quorum; 0 where no guardian is registered. */
async function checkGuardians(parts: OpenParts, user: string, method: string, contacts: readonly string[]): Promise<number> {
  const guardians = guardiansOf(parts.authority);
  const { guardian: quorum } = parts.authority.registry().quorums;
  if (guardians.length === 0) {
    if (method !== 'social' && contacts.length === 0) return 0;
    throw refusal('guardians_missing', 'No guardian is registered.');
  }
  let able = 0;
  for (const key of guardians) if ((await guardianFault(parts, user, { contacts }, key)) === undefined) able += 1;
  if (contacts.some((id) => parts.authority.key(id, 'guardian') === undefined))
    throw refusal('guardians_missing', 'A contact is no registered guardian.');
  if (able < quorum) throw refusal('guardians_missing', 'Fewer guardians can speak for this user than the quorum needs.');
  return quorum;
}

function readOptions(user: string, options: InitiateOptions): Pick<SessionRecord, 'method' | 'contacts' | 'credentials'> {
  const { method, contacts = [], newCredentials } = options ?? {};
  if (!agentIdSchema.safeParse(user).success) throw invalid('userId', 'A user id is 1 to 64 of A-Z a-z 0-9 _ . -');
  if (typeof method !== 'string' || !STEP_NAME.test(method)) throw invalid('method', 'A method is named by a-z 0-9 _ -');
  const isList = Array.isArray(contacts) && contacts.length <= 64 && contacts.every((id) => typeof id === 'string' && id.length <= 64);
  if (!isList || new Set(contacts).size !== contacts.length)
    throw invalid('contacts', 'Contacts are at most 64 different ids of guardians.');
  const credentials = newCredentials === undefined ? null : recoveryCredentialsDigest(newCredentials);
  return { method, contacts: [...contacts], credentials };
}

function refusedOpening(reason: Reason): CastellanError {
  const known: Readonly<Record<string, RecoveryReason>> = { rate_limited: 'rate_limited', cooldown_active: 'recovery_locked' };
  const why = Object.hasOwn(known, reason.code) ? known[reason.code] : undefined;
  if (why === undefined) return storeRefused(reason);
  const more = reason.resetsAtMs === undefined ? {} : { resetsAtMs: reason.resetsAtMs };
  return refusal(why, 'Too many recoveries were tried.', more);
}

function invalid(field: string, message: string): CastellanError {
  return new CastellanError('REQUEST_INVALID', { message, details: { field } });
}
