import { CastellanError, type RegistrySignature } from '../../core/index.ts';
import { countGuardians, guardianFault, recoveryStatement, requiredGuardians, signerOf } from './guardian-approvals.ts';
import { proofCommand } from './open-session.ts';
import { type RecoveryBook, refusal } from './recovery-book.ts';
import { closedReason, type SessionContext } from './recovery-session.ts';

/** What taking a guardian's signature needs. */
export interface ApproveParts extends SessionContext {
  readonly book: RecoveryBook;
}

/**
 * Keeps one guardian's signature. A second one of the same guardian, and any beyond the quorum, changes nothing; the last
 * that was needed starts the cooldown.
 * @throws RECOVERY_UNKNOWN, RECOVERY_REFUSED, SIGNATURE_INVALID, REQUEST_INVALID, HALTED, CLOCK_SKEW, STORE_UNAVAILABLE
 */
export async function approveSession(parts: ApproveParts, sessionId: string, given: RegistrySignature): Promise<void> {
  const { book, tenant, terms, authority } = parts;
  const { keyId, signature } = given ?? {};
  if (typeof keyId !== 'string' || typeof signature !== 'string' || keyId.length > 64 || signature.length > 4_096)
    throw new CastellanError('REQUEST_INVALID', { message: 'A signature is the id of its key and hex.', details: { field: 'signature' } });
  await authority.refresh();
  await book.change(sessionId, async ({ record, session }) => {
    const { user } = record;
    const moment = await book.checkForward();
    const closed = closedReason(session, terms, moment);
    if (closed !== undefined) throw refusal(closed, 'The recovery takes no approval any more.');
    const guardian = await signerOf(parts, 'guardian', recoveryStatement('recovery.approve', tenant, user, session), { keyId, signature });
    if (guardian === undefined)
      throw new CastellanError('SIGNATURE_INVALID', { message: 'The signature is wrong, or its key is no guardian.', details: { keyId } });
    const fault = await guardianFault(parts, user, session, guardian);
    if (fault !== undefined) throw refusal(fault, 'This guardian cannot speak for this user.');
    const counting = await countGuardians(parts, user, session);
    if (counting.includes(guardian.id) || counting.length >= requiredGuardians(authority, session)) return { answer: undefined };
    // What no longer counts makes room, so that the list cannot outgrow the registry.
    const kept = session.approvals.filter((approval) => counting.includes(approval.keyId));
    const provenAtMs = Math.max(session.provenAtMs, moment.closeMs);
    const next = { ...session, approvals: [...kept, { keyId: guardian.id, signature }], provenAtMs };
    const details = { action: 'recovery_approved', userId: user, sessionId, guardian: guardian.id, have: kept.length + 1 };
    const commands = [proofCommand(sessionId, null), book.tell('incident_event', 'warning', details)];
    return { answer: undefined, write: { record: { ...record, session: next }, commands } };
  });
}
