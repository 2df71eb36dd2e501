import { type LayerSignal, type LedgerCap, type LedgerWindow, readAmount } from '../../core/index.ts';
import type { LayerContext } from '../layer.ts';
import { type Charge, roomShared } from './charges.ts';
import type { LedgerAccount } from './ledger-accounts.ts';
import { roomOf } from './room-in-use.ts';

/** The caps of a reservation, and the events that it makes due. */
export interface WarnedCaps {
  readonly caps: readonly LedgerCap[];
  readonly warnings: readonly LayerSignal[];
}

/**
 * The caps that stand over the charged accounts, each window with whether this reservation takes its use over the mark. The store
 * holds the decision to that: what is logged as crossed is crossed in that very step, and nothing else is.
 */
export function warnedCaps(context: LayerContext, charges: readonly Charge[]): WarnedCaps {
  const warnings: LayerSignal[] = [];
  const caps = charges.map((charge) => {
    const { at } = charge;
    const amount = charge.amount - roomShared(context, at.account);
    if (amount <= 0n) return at.cap;
    const { used, isNew } = roomOf(context, at);
    let isOwn = false;
    const windows = at.cap.windows.map((window, index): LedgerWindow => {
      const { warn, ...unwarned } = window;
      const mark = warn === undefined ? undefined : readAmount(warn.at);
      if (warn === undefined || mark === undefined) return window;
      // What was booked before there was such a window, only the store can tell: nobody is warned by a guess.
      const before = used[index] ?? 0n;
      const crosses = isNew[index] !== true && before < mark && before + amount >= mark;
      if (!crosses && isNew[index] !== true) return window;
      isOwn = true;
      if (!crosses) return unwarned;
      warnings.push(warningOf(at, window, before + amount));
      return { ...window, warn: { ...warn, crosses } };
    });
    return isOwn ? { account: at.account, windows } : at.cap;
  });
  return { caps, warnings };
}

function warningOf({ account, unit, named }: LedgerAccount, { windowMs, limit, rule, warn }: LedgerWindow, used: bigint): LayerSignal {
  return {
    type: 'cap_warning',
    details: {
      ...named,
      account,
      rule,
      windowMs,
      unit,
      limit,
      used: used.toString(),
      warningThresholdPct: warn?.percent ?? null,
    },
  };
}
