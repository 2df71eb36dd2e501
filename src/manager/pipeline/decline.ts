import { isCastellanError } from '../../core/errors.ts';
import type { ReasonCode } from '../../core/reason.ts';
import { type Command, type RequestRow, type Store, storeKey } from '../../core/store.ts';
import type { Journal } from '../journal.ts';

/** Whether custody was told no by the user whose key it is. */
export function isDecline(error: unknown): boolean {
  return isCastellanError(error) && error.code === 'PERMIT_REFUSED' && error.details['reason'] === 'approval_rejected';
}

const ANSWERS: ReadonlySet<unknown> = new Set<ReasonCode>(['approval_rejected', 'signature_pending', 'signature_invalid']);

/** Whether a user was asked just now: one call asks once. */
export function wasAsked(error: unknown): boolean {
  return isCastellanError(error) && ANSWERS.has(error.details['reason']);
}

/** Whether a request ended by its user's no after its permit was spent: nothing else gives back what was never signed. */
export function isDeclined({ state, permit, sealed }: RequestRow): boolean {
  return state === 'released' && sealed === null && permit !== null && permit.redeemedBy !== null;
}

/** Of two answers of one user to one request, through two processes, the first that is written stands. */
export function answerOnce({ agent, requestId }: RequestRow, answer: 'signed' | 'declined'): Command {
  return { kind: 'doc.put', key: `user-answer/${agent}/${requestId}`, value: { answer }, ifVersion: 0 };
}

/**
 * Writes down that the user said no: room and place in the sequence are free again, and the request is over for good. The key
 * is theirs: should they sign those bytes by other means, the chain gets ahead of our slots, and that stops everything.
 */
export async function decline(parts: { readonly store: Store; readonly journal: Journal }, start: RequestRow): Promise<void> {
  const { agent, requestId } = start;
  const [found] = await parts.store.get([storeKey.request(agent, requestId)]);
  const row = (found ?? start) as unknown as RequestRow;
  if (row.state === 'held') {
    const over: RequestRow = { ...row, state: 'denied', permit: null, lines: [], feeLines: [], dueMs: 0 };
    await parts.journal.apply([
      { kind: 'ledger.expire', agent, requestId },
      { kind: 'ledger.note', request: over },
    ]);
    return;
  }
  if (row.state !== 'redeemed') return;
  await parts.journal.apply([{ kind: 'ledger.settle', agent, requestId, to: 'released', freesSlot: true }, answerOnce(row, 'declined')]);
}
