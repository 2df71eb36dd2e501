import { CastellanError } from '../../core/index.ts';
import { type OpenParts, withCode } from './open-session.ts';
import { refusal } from './recovery-book.ts';
import { closedReason } from './recovery-session.ts';
import type { CodeToSend } from './send-codes.ts';

/** Codes that a session sends for one step, the first included. */
const MAX_SENDS = 3;

/** Puts a fresh code in place of a step's old one, durable before it leaves. Guesses that were made stay made. @throws RECOVERY_REFUSED */
export async function resendCode(parts: OpenParts, sessionId: string, name: string): Promise<CodeToSend> {
  const { book, terms } = parts;
  return book.change(sessionId, async ({ record, session }) => {
    const moment = await book.checkForward();
    const step = session.steps.find((candidate) => candidate.step === name);
    if (step === undefined)
      throw new CastellanError('REQUEST_INVALID', { message: 'The session has no such step.', details: { field: 'step' } });
    const closed = closedReason(session, terms, moment);
    if (closed !== undefined) throw refusal(closed, 'The recovery takes no code any more.');
    if (step.verifiedAtMs !== null) throw refusal('code_used', 'The step is answered.');
    if (step.sends >= MAX_SENDS) throw refusal('sends_used_up', 'No further code is sent for this step.');
    const made = withCode(parts, step, { id: sessionId, user: record.user }, moment.closeMs);
    const steps = session.steps.map((kept) => (kept.step === name ? made.record : kept));
    const details = { action: 'recovery_code_renewed', userId: record.user, sessionId, step: name, sends: made.record.sends };
    const told = book.tell('incident_event', 'info', details);
    return { answer: made.message, write: { record: { ...record, session: { ...session, steps } }, commands: [told] } };
  });
}
