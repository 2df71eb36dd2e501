import { type LayerOutcome, type LedgerRow, type LedgerWindow, type Reason, roomAtMs, type WindowRow } from '../../core/index.ts';
import type { Valuation } from '../judge-memo.ts';
import { deny, type Layer, type LayerContext, PASS, reason } from '../layer.ts';
import { warnedCaps } from '../limits/cap-warnings.ts';
import { type Charge, chargeLines, chargesOf, feeLines, roomShared } from '../limits/charges.ts';
import { roomInUse } from '../limits/room-in-use.ts';
import { type UnitRates, withUnitRates } from '../limits/unit-rates.ts';
import { withValuation } from '../limits/valuation.ts';

/**
 * Layer 5: whether what may leave fits under every cap. It reads the room in use now, so that a denial says what remains
 * and when more returns; the deciding step reserves the same lines under the same caps, atomically.
 */
export const limitsLayer: Layer = Object.freeze({
  name: 'limits',
  judge: (context) =>
    withValuation(context, (valuation) => withUnitRates(context, (units) => judgeLimits(context, valuation, units))) as
      | LayerOutcome
      | Promise<LayerOutcome>,
} satisfies Layer);

/** Most accounts that one reservation can take room on. */
const MAX_CHARGES = 256;
/** Reasons told: one denies, and a batch can pay hundreds. */
const MAX_TOLD = 32;

function judgeLimits(context: LayerContext, valuation: Valuation, units: UnitRates): LayerOutcome {
  const { exposure, policy, output } = context;
  const unlimited = exposure.allowances.find(({ amount }) => amount === 'unlimited');
  if (unlimited !== undefined && !policy.unlimitedAllowances) {
    return deny('per_transaction_limit', 'An unlimited allowance fits under no limit.', {
      rule: 'perTransaction',
      requested: 'unlimited',
      unit: unlimited.asset,
    });
  }
  const { charges, problems } = chargesOf(context, valuation, units);
  const denials: Reason[] = [...problems];
  if (charges.length > MAX_CHARGES)
    denials.push(
      reason('cap_lock_unavailable', 'The transaction touches more accounts of the ledger than one step can hold.', {
        limit: String(MAX_CHARGES),
        requested: String(charges.length),
      }),
    );
  for (const charge of charges) exceeded(context, charge, denials);
  const { caps, warnings } = warnedCaps(context, charges);
  output.lines = chargeLines(context, charges);
  output.feeLines = feeLines(charges);
  output.caps = caps;
  output.warnings = warnings;
  return denials.length === 0 ? PASS : { verdict: 'deny', reasons: denials.slice(0, MAX_TOLD) };
}

function exceeded(context: LayerContext, charge: Charge, denials: Reason[]): void {
  const used = roomInUse(context, charge.at);
  for (let index = 0; index < used.length; index += 1) {
    const limit = charge.at.limits[index] as bigint;
    const inUse = used[index] as bigint;
    const shared = charge.at.cap.windows[index]?.windowMs === 0 ? 0n : roomShared(context, charge.at.account);
    if (inUse + charge.amount - shared > limit && charge.amount > shared) denials.push(overLimit(context, charge, index, limit, inUse));
  }
}

function overLimit(context: LayerContext, { at, amount }: Charge, index: number, limit: bigint, inUse: bigint): Reason {
  const { windowMs, rule } = at.cap.windows[index] as LedgerWindow;
  const resetsAtMs = context.fact(`limits.room.${at.account}.${rule}`, (state) => {
    const key = at.windowKeys[index] ?? null;
    const window = key === null ? undefined : (state.row(key) as WindowRow | undefined);
    return windowMs === 0 ? null : roomAtMs(state.row(at.headKey) as LedgerRow | undefined, window, windowMs, limit, amount, context.nowMs);
  });
  const code = windowMs === 0 ? 'per_transaction_limit' : windowMs === null ? 'spend_exceeds_cap' : 'window_limit';
  return reason(code, `The request does not fit under the limit ${rule}.`, {
    rule,
    limit: limit.toString(),
    remaining: (limit > inUse ? limit - inUse : 0n).toString(),
    requested: amount.toString(),
    unit: at.unit,
    retryable: windowMs !== 0 && amount <= limit,
    ...(resetsAtMs === null ? {} : { resetsAtMs }),
    facts: { account: at.account },
  });
}
