import { bookedIn, type LedgerRow, pendingOf, type WindowRow } from '../../core/index.ts';
import type { LayerContext } from '../layer.ts';
import { roomShared } from '../limits/charges.ts';
import { type Meter, type MeterAccount, sinceKey, windowOf } from './meters.ts';
import { tokenCalls } from './token-calls.ts';

/** What a transaction adds to a counter beyond what another one in its place of the sequence has taken already. */
export function addedTo(context: LayerContext, { at, condition }: Meter): bigint | 'unlimited' {
  const whole = condition.asset === undefined ? callsOf(context, condition) : spendOf(context, condition);
  if (whole === 'unlimited' || whole === 0n) return whole;
  const shared = roomShared(context, at.account);
  return whole > shared ? whole - shared : 0n;
}

/** Calls by their place in the bytes: one that is read twice is one call. */
function callsOf({ exposure, effects, signature }: LayerContext, { contract }: Meter['condition']): bigint {
  const calls = [...exposure.calls, ...(signature === null ? tokenCalls(effects) : [])];
  return BigInt(new Set(calls.flatMap((call) => (call.contract === contract ? [call.leaf] : []))).size);
}

function spendOf({ exposure }: LayerContext, { asset }: Meter['condition']): bigint | 'unlimited' {
  if (exposure.allowances.some((allowance) => allowance.asset === asset && allowance.amount === 'unlimited')) return 'unlimited';
  return exposure.spendTotals.find((total) => total.asset === asset)?.amount ?? 0n;
}

/** What is on its way and what was booked, in the order of the account's windows; a fact. */
export function usedOn(context: LayerContext, at: MeterAccount): readonly bigint[] {
  const texts = context.fact(`temporal.used.${at.counter}.${at.windows.join('+')}`, (state) => {
    const pending = pendingOf(state.row(at.headKey) as LedgerRow | undefined, context.nowMs);
    return at.windows.map((windowMs, index) => {
      const window = state.row(at.windowKeys[index] as string) as WindowRow | undefined;
      return (pending + bookedIn(window, windowMs, context.nowMs).used).toString();
    });
  });
  return texts.map(BigInt);
}

/**
 * Since when a counter counts, ms; 0 where the agent never lived without it. A fact. Null where nothing says so: then nobody knows what
 * happened before.
 */
export function countedSince(context: LayerContext, condition: Meter['condition']): number | null {
  const counter = windowOf(condition) ?? '';
  return context.fact(`temporal.since.${counter}`, (state) => {
    const kept = state.doc(sinceKey(context.request.agentId)) as { readonly temporal?: unknown } | undefined;
    return sinceOf(kept?.temporal, counter);
  });
}

/** Reads the moment off what stands beside a policy. */
export function sinceOf(kept: unknown, counter: string): number | null {
  if (typeof kept !== 'object' || kept === null || !Object.hasOwn(kept, counter)) return null;
  const since: unknown = (kept as Record<string, unknown>)[counter];
  return typeof since === 'number' && Number.isSafeInteger(since) && since >= 0 ? since : null;
}
