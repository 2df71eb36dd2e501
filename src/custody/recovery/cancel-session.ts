import type { RegistrySignature } from '../../core/index.ts';
import { isClaimed } from './complete-session.ts';
import { recoveryStatement, signerOf } from './guardian-approvals.ts';
import { type RecoveryBook, refusal } from './recovery-book.ts';
import type { SessionContext } from './recovery-session.ts';

/** Who cancels, and why. All of it is optional: a cancellation is never refused for its wording or its signature. */
export interface CancelDetails {
  readonly by?: string;
  readonly reason?: string;
  /** An owner's over the statement `recovery.cancel`; the log says then that it was there and right. */
  readonly signature?: RegistrySignature;
}

/**
 * Ends a session, also under a kill and under a wrong clock. A grant that is not delivered yet is ended, too, unless it is
 * being delivered.
 * @throws RECOVERY_UNKNOWN; RECOVERY_REFUSED where it came too late; STORE_UNAVAILABLE
 */
export async function cancelSession(
  parts: SessionContext & { readonly book: RecoveryBook },
  sessionId: string,
  { by, reason, signature }: CancelDetails,
): Promise<void> {
  const { book, tenant, authority } = parts;
  await book.change(sessionId, async ({ record, session }) => {
    const moment = await book.moment();
    if (session.state === 'completed') throw refusal('session_completed', 'The recovery is completed: revoke its keys instead.');
    if (session.state === 'granted' && session.grant !== null && isClaimed(session.grant, moment))
      throw refusal('delivery_under_way', 'The recovery is being delivered; a kill stops what comes after.');
    if (session.state !== 'open' && session.state !== 'granted') return { answer: undefined };
    const owner = signature === undefined ? undefined : await ownerOf();
    const details = {
      action: 'recovery_cancelled',
      userId: record.user,
      sessionId,
      by: plain(by),
      reason: plain(reason),
      owner: owner ?? null,
    };
    const told = book.tell('incident_event', 'warning', details);
    return { answer: undefined, write: { record: { ...record, session: { ...session, state: 'cancelled' } }, commands: [told] } };

    async function ownerOf(): Promise<string | undefined> {
      try {
        await authority.refresh();
        const statement = recoveryStatement('recovery.cancel', tenant, record.user, session);
        return (await signerOf(parts, 'owner', statement, signature as RegistrySignature))?.id;
      } catch {
        return undefined;
      }
    }
  });
}

/** A text fit to be stored. */
function plain(given: unknown): string {
  const text = typeof given === 'string' ? given.toWellFormed().slice(0, 500).toWellFormed() : '';
  return text.trim() === '' ? 'unspecified' : text;
}
