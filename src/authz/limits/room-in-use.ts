import { bookedIn, type LedgerRow, pendingOf, type WindowRow } from '../../core/index.ts';
import type { LayerContext } from '../layer.ts';
import type { LedgerAccount } from './ledger-accounts.ts';

/** Reads the room in use on an account, once per judgement; the fact is the list of amounts. */
export function roomInUse(context: LayerContext, at: LedgerAccount): readonly bigint[] {
  for (const known of context.memo.room) if (known.at === at) return known.used;
  let used: bigint[] | undefined;
  const texts = context.fact(at.usedFact, (state) => {
    const head = state.row(at.headKey) as LedgerRow | undefined;
    const pending = pendingOf(head, context.nowMs);
    used = at.cap.windows.map(({ windowMs }, index) => {
      if (windowMs === 0) return 0n;
      const key = at.windowKeys[index] ?? null;
      if (windowMs === null || key === null) return pending + BigInt(head?.total ?? '0');
      return pending + bookedIn(state.row(key) as WindowRow | undefined, windowMs, context.nowMs).used;
    });
    return used.map(String);
  });
  used ??= texts.map(BigInt);
  context.memo.room.push({ at, used });
  return used;
}
