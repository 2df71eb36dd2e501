import { bookedIn, type LedgerRow, pendingOf, type WindowRow } from '../../core/index.ts';
import type { RoomInUse } from '../judge-memo.ts';
import type { LayerContext } from '../layer.ts';
import type { LedgerAccount } from './ledger-accounts.ts';

/** Stands behind an amount whose window the account does not book yet: the store knows more of it than the rows at hand. */
const NEW_WINDOW = '?';

/** Reads the room in use on an account, once per judgement, in the order of its windows; the fact is the list of amounts. */
export function roomInUse(context: LayerContext, at: LedgerAccount): readonly bigint[] {
  return roomOf(context, at).used;
}

/** The same, with which windows the account does not book yet. */
export function roomOf(context: LayerContext, at: LedgerAccount): RoomInUse {
  for (const known of context.memo.room) if (known.at.account === at.account) return known;
  const texts = context.fact(at.usedFact, (state) => {
    const head = state.row(at.headKey) as LedgerRow | undefined;
    const pending = pendingOf(head, context.nowMs);
    return at.cap.windows.map(({ windowMs }, index) => {
      if (windowMs === 0) return '0';
      const key = at.windowKeys[index] ?? null;
      if (windowMs === null || key === null) return String(pending + BigInt(head?.total ?? '0'));
      const used = pending + bookedIn(state.row(key) as WindowRow | undefined, windowMs, context.nowMs).used;
      const isNew = head !== undefined && head.total !== '0' && head.windows?.includes(windowMs) !== true;
      return isNew ? `${used}${NEW_WINDOW}` : String(used);
    });
  });
  const isNew = texts.map((text) => text.endsWith(NEW_WINDOW));
  const room = { at, used: texts.map((text, index) => BigInt(isNew[index] === true ? text.slice(0, -1) : text)), isNew };
  context.memo.room.push(room);
  return room;
}
