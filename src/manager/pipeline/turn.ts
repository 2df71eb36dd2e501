import type { SlotRow } from '../../core/slot.ts';
import { type RequestRow, type Store, storeKey } from '../../core/store.ts';
import type { Host } from '../config.ts';

/**
 * Whether a held request may be signed now. `hole`: an earlier place of the wallet's sequence was given back, and nothing
 * behind it can land until somebody takes it. `wait`: an earlier place is still held, and time was up.
 */
export type Turn = 'ours' | 'hole' | 'wait';

/** Between two looks, ms: short at first, since an earlier request is usually signed within milliseconds. */
const FIRST_LOOK_MS = 2;
const MOST_LOOK_MS = 100;

/**
 * Waits until every earlier place of the wallet's sequence is used, so that no signed transaction ever stands behind one
 * that may never be sent. Once it is our turn it stays so: places are only given back before they are redeemed.
 */
export async function awaitTurn(
  parts: { readonly store: Store; readonly host: Host },
  row: RequestRow,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<Turn> {
  const { clock } = parts.host;
  const startMs = clock.monotonicMs();
  for (let lookMs = FIRST_LOOK_MS; ; lookMs = Math.min(MOST_LOOK_MS, lookMs * 2)) {
    const [found] = await parts.store.get([storeKey.slots(row.wallet)]);
    const turn = turnOf(found as unknown as SlotRow | undefined, row, clock.nowMs());
    if (turn !== 'wait') return turn;
    const leftMs = timeoutMs - (clock.monotonicMs() - startMs);
    if (!(leftMs > 0) || signal?.aborted === true) return 'wait';
    await new Promise<void>((resolve) => void clock.schedule(Math.min(lookMs, leftMs), resolve));
  }
}

/** The turn of a held request in its wallet's sequence. A request whose own hold is over is told so by the redeem. */
export function turnOf(slots: SlotRow | undefined, row: RequestRow, nowMs: number): Turn {
  const { slot } = row;
  if (slots === undefined || slot === null || row.dueMs < nowMs) return 'ours';
  const earlier = slots.held.filter((held) => held.slot < slot);
  if (slots.free.some((free) => free < slot) || earlier.some(({ dueMs }) => dueMs < nowMs)) return 'hole';
  return earlier.length > 0 ? 'wait' : 'ours';
}
