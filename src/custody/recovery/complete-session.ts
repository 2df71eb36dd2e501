import type {
  Command,
  Deadlines,
  HaltState,
  Json,
  Reason,
  RecoveryGrant,
  RecoveryOutcome,
  RecoveryReason,
  RecoveryReceiver,
  TimeMs,
} from '../../core/index.ts';
import { canonicalize } from '../../core/index.ts';
import { countGuardians, requiredGuardians } from './guardian-approvals.ts';
import { credentialsMac, type NewCredentials, recoveryCredentialsDigest } from './new-credentials.ts';
import type { Mac } from './one-time-code.ts';
import { proofCommand } from './open-session.ts';
import type { Found, Moment, Plan, RecoveryBook } from './recovery-book.ts';
import type { GrantRecord, SessionRecord } from './recovery-record.ts';
import { closedReason, cooldownEndsMs, missingSteps, type SessionContext } from './recovery-session.ts';

/** What completing came to. A "no" is a value and changes nothing. */
export type RecoveryResult =
  | { readonly success: true; readonly sessionId: string; readonly newWalletAddress: string | null; readonly details: Json }
  | {
      readonly success: false;
      readonly sessionId: string;
      readonly reason: RecoveryReason;
      /** Everything that stands in the way, `reason` first. */
      readonly blockers: readonly RecoveryReason[];
      /** End of the cooldown, where that is all that is missing. */
      readonly readyAtMs: TimeMs | null;
      /** True where the same call may succeed later. */
      readonly retryable: boolean;
    };

/** What completing needs. */
export interface CompleteParts extends SessionContext {
  readonly book: RecoveryBook;
  readonly mac: Mac;
  readonly deadlines: Deadlines;
  readonly readHalt: () => Promise<HaltState>;
  readonly locallyHalted: () => boolean;
  readonly onComplete: RecoveryReceiver;
}

/** Longest that a delivery may take, and until when it is left alone by others: it ends first. */
const DELIVERY_MS = 120_000;
const CLAIM_MS = DELIVERY_MS + 30_000;
const MAX_DETAILS = 16_384;
const RETRYABLE: ReadonlySet<RecoveryReason> = new Set([
  'steps_missing',
  'guardian_quorum_missing',
  'cooldown_active',
  'halted',
  'clock_skew',
  'grant_undelivered',
  'delivery_under_way',
]);

type Claimed = { readonly ok: true; readonly grant: RecoveryGrant } | { readonly ok: false; readonly result: RecoveryResult };

/**
 * Grants a session once and hands the grant on. The granting step checks the cooldown by the store's own time and raises the
 * emergency epoch from the very state in which nothing was stopped: a kill, a cancellation or a proof that was
 * committed first wins.
 * @throws RECOVERY_UNKNOWN, STORE_UNAVAILABLE, STORE_CORRUPT
 */
export async function completeSession(parts: CompleteParts, sessionId: string, credentials: NewCredentials): Promise<RecoveryResult> {
  const claimed = await parts.book.change(sessionId, (found) => claim(parts, found, credentials));
  if (!claimed.ok) return claimed.result;
  const { grant } = claimed;
  // A kill between the grant and its delivery stops the delivery; it may be taken up again.
  const stopped = await isHalted(parts).catch(() => true);
  const outcome = stopped ? undefined : await deliver(parts, grant);
  if (outcome !== undefined) return parts.book.change(sessionId, (found) => finish(parts, found, outcome));
  const reason = stopped ? 'halted' : 'grant_undelivered';
  return parts.book.change(sessionId, (found) => release(parts, found, reason));
}

async function claim(parts: CompleteParts, found: Found, credentials: NewCredentials): Promise<Plan<Claimed>> {
  const { book, mac, tenant, authority } = parts;
  const { record, session } = found;
  const no = (blockers: readonly RecoveryReason[], readyAtMs: TimeMs | null = null): Plan<Claimed> => ({
    answer: { ok: false, result: refused(session.id, blockers, readyAtMs) },
  });
  const halt = await parts.readHalt();
  const moment = await book.moment();
  if (parts.locallyHalted() || halt.kill !== null) return no(['halted']);
  if (moment.skewed) return no(['clock_skew']);
  const ofCredentials = credentialsMac(mac, tenant, session.id, credentials);
  const claimUntilMs = moment.closeMs + CLAIM_MS;
  const yes = (grant: GrantRecord, commands: readonly Command[]): Plan<Claimed> => ({
    answer: { ok: true, grant: toGrant(parts, found, grant, credentials) },
    write: { record: { ...record, session: { ...session, state: 'granted', grant } }, commands },
    refused: (reason) => {
      const blocker = blockerOf(reason);
      return blocker && { ok: false, result: refused(session.id, [blocker], reason.resetsAtMs ?? null) };
    },
  });
  if (session.state === 'granted' && session.grant !== null) {
    const { grant } = session;
    if (grant.credentialsMac !== ofCredentials) return no(['credentials_mismatch']);
    if (isClaimed(grant, moment)) return no(['delivery_under_way']);
    const told = book.tell('key_event', 'warning', { action: 'recovery_redelivered', userId: record.user, sessionId: session.id });
    return yes({ ...grant, claimUntilMs }, [told]);
  }
  await authority.refresh();
  const guardians = await countGuardians(parts, record.user, session);
  const blockers = blockersOf(parts, session, moment, guardians, credentials);
  const cooldown = cooldownEndsMs(session, parts.terms);
  if (blockers.length > 0) return no(blockers, blockers[0] === 'cooldown_active' ? cooldown : null);
  const change = { kind: 'resume', agent: `recovery:${session.id}`, reason: 'recovery granted', by: 'recovery' } as const;
  const details = { action: 'recovery_granted', userId: record.user, sessionId: session.id, method: session.method, guardians };
  return yes({ atMs: moment.closeMs, guardians, credentialsMac: ofCredentials, claimUntilMs }, [
    proofCommand(session.id, cooldown - session.provenAtMs),
    { kind: 'halt.set', change, ifEpoch: halt.epoch },
    book.tell('key_event', 'critical', details),
    book.tellEvent((base) => ({ ...base, severity: 'warning', type: 'emergency_changed', change, epoch: halt.epoch + 1, details })),
  ]);
}

/** Everything that stands in the way, the final before what time or people may still bring. */
function blockersOf(
  parts: CompleteParts,
  session: SessionRecord,
  moment: Moment,
  guardians: readonly string[],
  credentials: NewCredentials,
): readonly RecoveryReason[] {
  const { terms, authority } = parts;
  const closed = closedReason(session, terms, moment);
  if (closed !== undefined) return [closed];
  const blockers: RecoveryReason[] = [];
  if (session.credentials !== null && session.credentials !== recoveryCredentialsDigest(credentials.value))
    blockers.push('credentials_mismatch');
  if (missingSteps(session, terms).length > 0) blockers.push('steps_missing');
  if (guardians.length < requiredGuardians(authority, session)) blockers.push('guardian_quorum_missing');
  if (!(moment.openMs >= cooldownEndsMs(session, terms))) blockers.push('cooldown_active');
  return blockers;
}

async function deliver({ deadlines, onComplete }: CompleteParts, grant: RecoveryGrant): Promise<RecoveryOutcome | undefined> {
  try {
    const outcome: unknown = await deadlines.within(DELIVERY_MS, () => onComplete(grant));
    // No answer is not a yes.
    return typeof outcome === 'object' && outcome !== null ? (outcome as RecoveryOutcome) : undefined;
  } catch {
    // What the receiver threw may hold anything; the grant stays, and may be delivered again.
    return undefined;
  }
}

function finish({ book }: CompleteParts, { record, session }: Found, given: RecoveryOutcome): Plan<RecoveryResult> {
  if (session.state !== 'granted' || session.grant === null)
    return { answer: refused(session.id, [session.state === 'cancelled' ? 'session_cancelled' : 'session_completed']) };
  const outcome = toOutcome(given);
  const done: SessionRecord = { ...session, state: 'completed', outcome, grant: { ...session.grant, claimUntilMs: null } };
  const { newWalletAddress } = outcome;
  const told = book.tell('key_event', 'warning', {
    action: 'recovery_completed',
    userId: record.user,
    sessionId: session.id,
    newWalletAddress,
  });
  return {
    answer: Object.freeze({ success: true, sessionId: session.id, ...outcome }),
    write: { record: { ...record, misses: 0, session: done }, commands: [told] },
  };
}

function release({ book }: CompleteParts, { record, session }: Found, reason: RecoveryReason): Plan<RecoveryResult> {
  const answer = refused(session.id, [reason]);
  if (session.state !== 'granted' || session.grant === null) return { answer };
  const freed: SessionRecord = { ...session, grant: { ...session.grant, claimUntilMs: null } };
  const details = { action: 'recovery_undelivered', userId: record.user, sessionId: session.id, reason };
  return { answer, write: { record: { ...record, session: freed }, commands: [book.tell('incident_event', 'error', details)] } };
}

/** True while somebody may be delivering the grant. */
export function isClaimed(grant: GrantRecord, moment: Moment): boolean {
  return grant.claimUntilMs !== null && moment.openMs < grant.claimUntilMs;
}

async function isHalted({ readHalt, locallyHalted }: CompleteParts): Promise<boolean> {
  return locallyHalted() || (await readHalt()).kill !== null;
}

function toGrant(parts: CompleteParts, found: Found, grant: GrantRecord, { value }: NewCredentials): RecoveryGrant {
  const { id, method, steps } = found.session;
  return Object.freeze({
    id,
    tenant: parts.tenant,
    user: found.record.user,
    method,
    steps: steps.map(({ step }) => step),
    guardians: grant.guardians,
    newCredentials: value,
    grantedAtMs: grant.atMs,
  });
}

/** What the receiver said, as far as it can be kept; it has acted already. */
function toOutcome(given: RecoveryOutcome): { readonly newWalletAddress: string | null; readonly details: Json } {
  const address = given.newWalletAddress;
  const newWalletAddress = typeof address === 'string' && address.length <= 256 ? address : null;
  try {
    const text = canonicalize(given.details ?? null);
    return { newWalletAddress, details: text.length <= MAX_DETAILS ? (JSON.parse(text) as Json) : null };
  } catch {
    return { newWalletAddress, details: null };
  }
}

/** The store's own word on the two things that it judges by its own time. */
function blockerOf({ code }: Reason): RecoveryReason | undefined {
  return code === 'clock_skew' || code === 'cooldown_active' ? code : undefined;
}

function refused(sessionId: string, blockers: readonly RecoveryReason[], readyAtMs: TimeMs | null = null): RecoveryResult {
  const reason = blockers[0] ?? 'session_completed';
  return Object.freeze({
    success: false,
    sessionId,
    reason,
    blockers,
    readyAtMs,
    retryable: blockers.every((code) => RETRYABLE.has(code)),
  });
}
