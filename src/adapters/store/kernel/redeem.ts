import { constantTimeEqual } from '../../../core/digest.ts';
import { parsePermitId } from '../../../core/permit.ts';
import type { Reason } from '../../../core/reason.ts';
import type { RedeemCommand, RequestRow } from '../../../core/store.ts';
import { storeKey } from '../../../core/store.ts';
import { checkHalt, checkKey, checkRules } from './permit.ts';
import { malformed, refuse } from './refuse.ts';
import type { StepContext } from './rows.ts';
import { readRow } from './rows.ts';
import { takeFlight } from './settle.ts';
import { isText } from './shape.ts';
import { holdsSlot, useSlot } from './slot.ts';

/**
 * The linearization point of every signature. Whatever was committed before it counts: a kill first wins, and from here
 * on no timer frees the room. A retry by the same redeemer is answered like the first time, unless a halt came between.
 */
export function redeem(context: StepContext, command: RedeemCommand): Reason | undefined {
  if (!isText(command.redeemer)) return malformed('redeemer');
  const parts = parsePermitId(command.permitId);
  const row = parts && readRow<RequestRow>(context.rows, storeKey.request(parts.agent, parts.requestId));
  if (parts === undefined || row === undefined || row.permit === null || !constantTimeEqual(row.permit.secret, parts.secret)) {
    return refuse('permit_unknown', 'No such permit was issued.');
  }
  const { permit } = row;
  const halted = checkHalt(context, row.agent);
  if (halted !== undefined) return halted;
  const repeated = permit.redeemedBy === command.redeemer && row.state === 'redeemed';
  if (permit.redeemedBy !== null && !repeated) return refuse('permit_used', 'The permit was redeemed before.');
  if (permit.payloadDigest !== command.payloadDigest) return refuse('permit_payload_mismatch', 'The permit is for other bytes.');
  if (permit.keyId !== command.keyId) return refuse('permit_key_mismatch', 'The permit is for another key.');
  const revoked = checkKey(context.rows, command.keyId);
  if (revoked !== undefined) return revoked;
  if (repeated) return undefined;
  if (context.closeAtMs >= permit.expiresAtMs)
    return refuse('permit_expired', 'The permit has expired.', { facts: { expiresAtMs: permit.expiresAtMs } });
  const stale = checkRules(context.rows, row.agent, permit);
  if (stale !== undefined) return stale;
  if (permit.approvalsExpireAtMs !== null && context.closeAtMs >= permit.approvalsExpireAtMs)
    return refuse('approval_expired', 'An approval that the permit stands on has expired.');
  if (row.state !== 'held' || row.dueMs < context.closeAtMs || !holdsSlot(context, row)) {
    return refuse('reservation_not_held', 'The room that the permit stands on is not held any more.', { facts: { state: row.state } });
  }
  takeFlight(context, row);
  useSlot(context, row);
  context.rows.put(storeKey.request(row.agent, row.requestId), {
    ...row,
    state: 'redeemed',
    permit: { ...permit, redeemedBy: command.redeemer },
    updatedMs: context.closeAtMs,
  } satisfies RequestRow);
  context.rows.put(storeKey.open(row.agent, row.requestId), { agent: row.agent, requestId: row.requestId });
  return undefined;
}
