import type { Reason } from '../../../core/reason.ts';
import type { HeldSlot, SlotRow } from '../../../core/slot.ts';
import { MAX_HELD_SLOTS, nextSlot } from '../../../core/slot.ts';
import type { Command, RequestRow } from '../../../core/store.ts';
import { storeKey } from '../../../core/store.ts';
import { malformed, refuse } from './refuse.ts';
import type { StepContext } from './rows.ts';
import { readRow } from './rows.ts';
import { isCount, isKeyPart, isText } from './shape.ts';

type Take = Extract<Command, { kind: 'slot.take' }>;

/** Takes exactly the next free slot of a wallet: one that was given back or whose hold is over first, lowest first. */
export function takeSlot(context: StepContext, command: Take): Reason | undefined {
  if (!isText(command.wallet) || !isCount(command.slot) || !isCount(command.base) || !isCount(command.dueMs)) return malformed('slot');
  if (!isKeyPart(command.agent) || !isKeyPart(command.requestId)) return malformed('request');
  const key = storeKey.slots(command.wallet);
  const row = readRow<SlotRow>(context.rows, key);
  const next = nextSlot(row, command.base, context.openAtMs);
  if (command.slot !== next)
    return refuse('slot_taken', "This slot is not the wallet's next free one.", { facts: { slot: command.slot, next } });
  const held = (row?.held ?? []).filter((entry) => entry.slot !== next);
  if (held.length >= MAX_HELD_SLOTS)
    return refuse('slot_taken', 'The wallet has too many slots held at once.', { facts: { held: held.length } });
  const taken: HeldSlot = { slot: next, dueMs: command.dueMs, request: `${command.requestId}/${command.agent}` };
  context.rows.put(key, {
    next: Math.max(row?.next ?? command.base, next + 1),
    held: [...held, taken],
    free: (row?.free ?? []).filter((slot) => slot !== next),
    highestUsed: row?.highestUsed ?? null,
  } satisfies SlotRow);
  return undefined;
}

/** True where the request needs no slot, or still has its own. */
export function holdsSlot(context: StepContext, row: RequestRow): boolean {
  if (row.slot === null) return true;
  if (row.replaces !== undefined) return sharesSlot(context, row);
  const slots = readRow<SlotRow>(context.rows, storeKey.slots(row.wallet));
  return slots?.held.some((entry) => isOf(entry, row)) ?? false;
}

/** True where the request that this one is to replace is on its way, in the same slot of the same wallet. */
export function sharesSlot(context: StepContext, row: RequestRow): boolean {
  const first = row.replaces && readRow<RequestRow>(context.rows, storeKey.request(row.agent, row.replaces.requestId));
  if (first === undefined || first.replaces !== undefined || first.wallet !== row.wallet || first.slot !== row.slot) return false;
  return row.slot !== null && (first.state === 'signed' || first.state === 'broadcast');
}

/** Uses up the slot of a redeemed request, for ever. */
export function useSlot(context: StepContext, row: RequestRow): void {
  const slots = row.slot === null ? undefined : readRow<SlotRow>(context.rows, storeKey.slots(row.wallet));
  if (slots === undefined || row.slot === null) return;
  const highestUsed = Math.max(slots.highestUsed ?? row.slot, row.slot);
  context.rows.put(storeKey.slots(row.wallet), {
    ...slots,
    held: slots.held.filter((entry) => !isOf(entry, row)),
    highestUsed,
  } satisfies SlotRow);
}

/** Gives the slot of an unredeemed request back. */
export function freeSlot(context: StepContext, row: RequestRow): void {
  const slots = readRow<SlotRow>(context.rows, storeKey.slots(row.wallet));
  if (slots === undefined || row.slot === null || !slots.held.some((entry) => isOf(entry, row))) return;
  const free = [...slots.free, row.slot].sort((a, b) => a - b);
  context.rows.put(storeKey.slots(row.wallet), { ...slots, held: slots.held.filter((entry) => !isOf(entry, row)), free } satisfies SlotRow);
}

/** Takes back that a redeemed request used its slot: its bytes can never land, and the chain still waits for that slot. */
export function reopenSlot(context: StepContext, row: RequestRow): void {
  const slots = readRow<SlotRow>(context.rows, storeKey.slots(row.wallet));
  if (slots === undefined || row.slot === null || slots.free.includes(row.slot)) return;
  const { slot } = row;
  const free = [...slots.free, slot].sort((a, b) => a - b);
  const highestUsed = slots.highestUsed === slot ? (slot === 0 ? null : slot - 1) : slots.highestUsed;
  context.rows.put(storeKey.slots(row.wallet), { ...slots, free, highestUsed } satisfies SlotRow);
}

function isOf(entry: HeldSlot, row: RequestRow): boolean {
  return entry.slot === row.slot && entry.request === `${row.requestId}/${row.agent}`;
}
