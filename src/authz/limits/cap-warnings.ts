import { type LayerSignal, type LedgerCap, type LedgerWarning, type LedgerWindow, readAmount } from '../../core/index.ts';
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
  const caps = charges.map((charge): LedgerCap => {
    const { at } = charge;
    const amount = charge.amount - roomShared(context, at.account);
    if (amount <= 0n) return at.cap;
    const { used, isNew } = roomOf(context, at);
    const crosses = at.cap.windows.map(({ warn }, index) => {
      const before = used[index] ?? 0n;
      return isNew[index] !== true && isPassed(warn, before, before + amount);
    });
    if (!crosses.includes(true) && !isNew.includes(true)) return at.cap;
    const windows = at.cap.windows.map((window, index): LedgerWindow => {
      const { warn, ...unwarned } = window;
      // What was booked before there was such a window, only the store can tell: nobody is warned by a guess.
      if (warn === undefined || isNew[index] === true) return unwarned;
      if (crosses[index] !== true) return window;
      warnings.push(warningOf(at, window, (used[index] ?? 0n) + amount));
      return { ...window, warn: { ...warn, crosses: true } };
    });
    return { account: at.account, windows };
  });
  return { caps, warnings };
}

function isPassed(warn: LedgerWarning | undefined, before: bigint, after: bigint): boolean {
  const mark = warn === undefined ? undefined : readAmount(warn.at);
  return mark !== undefined && before < mark && after >= mark;
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
