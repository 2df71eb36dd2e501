import type { TimeMs } from './ids.ts';
import type { Slot } from './transaction.ts';

/** A slot that a held reservation has, until it is redeemed or the hold is over. */
export interface HeldSlot {
  readonly slot: Slot;
  readonly dueMs: TimeMs;
  /** `<requestId>/<agent>` */
  readonly request: string;
}

/** Where one wallet's own sequence stands, at rest. */
export interface SlotRow {
  /** The lowest slot that nobody ever had. */
  readonly next: Slot;
  readonly held: readonly HeldSlot[];
  /** Slots given back unredeemed, or whose bytes became void on the chain, rising. */
  readonly free: readonly Slot[];
  /** The highest slot whose permit was redeemed: it counts as used, unless the chain says that its bytes became void. Null before the first. */
  readonly highestUsed: Slot | null;
}

/** Most slots of one wallet that may be held at once. */
export const MAX_HELD_SLOTS = 256;

/**
 * The slot that the next transaction of a wallet must take: the lowest that was given back or whose hold is over, else
 * the first new one. `base` is the chain's own next slot and seeds a wallet without a row.
 */
export function nextSlot(row: SlotRow | undefined, base: Slot, nowMs: TimeMs): Slot {
  if (row === undefined) return base;
  let lowest = row.free[0] ?? row.next;
  for (const held of row.held) if (held.dueMs < nowMs && held.slot < lowest) lowest = held.slot;
  return lowest;
}
