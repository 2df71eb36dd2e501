import type { SharedPlace } from '../../authz/index.ts';
import type { Command } from '../../core/store.ts';
import type { Prepared } from './prepared.ts';
import { nameRival, roomHeld } from './rivals.ts';

/** The place of the sequence, where another transaction of ours has it already. */
export function placeOf(prepared: Prepared): SharedPlace | undefined {
  if (prepared.kind === 'signature' || prepared.rivals === undefined) return undefined;
  return { lines: roomHeld(prepared.rivals), isCancel: prepared.rivals.by === 'nothing' };
}

/** Takes the transaction's place in the wallet's sequence; a signature has none, and a replacement has that of another. */
export function slotCommands(prepared: Prepared, dueMs: number): readonly Command[] {
  if (prepared.kind === 'signature') return [];
  const { request, tx, slotBase, rivals } = prepared;
  const { wallet, agentId: agent, id: requestId } = request;
  if (rivals !== undefined) return [nameRival(rivals, requestId)];
  return [{ kind: 'slot.take', wallet, slot: tx.slot, base: slotBase, agent, requestId, dueMs }];
}
