import type { ChargeLine, LedgerRow, LedgerWarning, LedgerWindow, WindowRow } from '../../../core/ledger.ts';
import { accountUnit, bookedIn, readAmount, roomAtMs } from '../../../core/ledger.ts';
import { EMPTY_LEDGER, heldUntil } from '../../../core/ledger-hold.ts';
import { seedWindow } from '../../../core/ledger-window.ts';
import type { Reason } from '../../../core/reason.ts';
import type { LedgerCap, RequestRow } from '../../../core/store.ts';
import { storeKey } from '../../../core/store.ts';
import { readLimit } from './limit-text.ts';
import { holdMore, pendingAt } from './pending.ts';
import { malformed, refuse } from './refuse.ts';
import type { StepContext } from './rows.ts';
import { readRow } from './rows.ts';
import { isCount, isKeyPart, isList, isText, sumLines } from './shape.ts';
import { sharesSlot } from './slot.ts';

/** States from which a request may be reserved anew. */
const REOPENED: readonly RequestRow['state'][] = ['escalated', 'released'];
/** States from which a request may be noted anew. */
const RENOTED: readonly RequestRow['state'][] = ['denied', ...REOPENED];
/** Longest window, ms: 100 years. */
const MAX_WINDOW_MS = 3_155_760_000_000;

/** Takes room on every line or on none, and writes the request's row as `held`. */
export function reserve(context: StepContext, request: RequestRow, caps: readonly LedgerCap[]): Reason | undefined {
  const sums = sumLines(request?.lines);
  if (sums === undefined || sumLines(request.feeLines) === undefined) return malformed('lines');
  if (!isList(caps)) return malformed('caps');
  if (!isCount(request.dueMs)) return malformed('dueMs');
  // Somebody may have been told of the denial: what was answered with no is never paid under the same id.
  const key = keyOf(request);
  if (key === undefined) return malformed('request');
  const taken = claimRow(context, key, request, REOPENED);
  if (taken !== undefined) return taken;
  if (request.dueMs < context.closeAtMs) return refuse('reservation_not_held', 'The hold would be over before it begins.');
  if (request.replaces !== undefined && !sharesSlot(context, request))
    return refuse('reservation_not_held', 'What was to be replaced is not on its way any more.');
  const heldUntilMs = heldUntil(request.dueMs, context.closeAtMs);
  for (const [account, amount] of sums) {
    const refused = holdLine(context, account, amount, caps, heldUntilMs);
    if (refused !== undefined) return refused;
  }
  context.rows.put(key, atRest(context, request, 'held', heldUntilMs));
  return undefined;
}

/** Records a request that holds no room. */
export function note(context: StepContext, request: RequestRow): Reason | undefined {
  if (request?.state !== 'denied' && request?.state !== 'escalated') return malformed('state');
  if (sumLines(request.lines) === undefined || sumLines(request.feeLines) === undefined) return malformed('lines');
  const key = keyOf(request);
  if (key === undefined) return malformed('request');
  const taken = claimRow(context, key, request, RENOTED);
  if (taken !== undefined) return taken;
  context.rows.put(key, atRest(context, request, request.state, 0));
  return undefined;
}

/** The row's key, put together once: every use of the same string shares its hash. Undefined where it would be none. */
function keyOf({ agent, requestId, bodyDigest }: RequestRow): string | undefined {
  return isKeyPart(agent) && isKeyPart(requestId) && isText(bodyDigest) ? storeKey.request(agent, requestId) : undefined;
}

/** Refuses where the id stands for another body, or for a request that is not `open` to a new decision or had its permit redeemed. */
function claimRow(context: StepContext, key: string, request: RequestRow, open: readonly RequestRow['state'][]): Reason | undefined {
  const existing = readRow<RequestRow>(context.rows, key);
  if (existing === undefined) return undefined;
  if (existing.bodyDigest !== request.bodyDigest) {
    return refuse('request_id_reused', 'This request id already stands for another request.', {
      facts: { decisionId: existing.decisionId },
    });
  }
  if (!open.includes(existing.state) || (existing.permit !== null && existing.permit.redeemedBy !== null)) {
    return refuse('version_conflict', 'This request was decided before.', {
      facts: { state: existing.state, decisionId: existing.decisionId },
    });
  }
  return undefined;
}

/**
 * The row as it is kept, field by field: a new decision brings neither permit, signature nor booking along, for these come
 * from their own commands, and nothing that the row does not have.
 */
function atRest(context: StepContext, request: RequestRow, state: RequestRow['state'], heldUntilMs: number): RequestRow {
  // Optional fields come last and only where they are: one shape for nearly all rows.
  const row: { -readonly [Field in keyof RequestRow]: RequestRow[Field] } = {
    agent: request.agent,
    requestId: request.requestId,
    bodyDigest: request.bodyDigest,
    actionDigest: request.actionDigest,
    payloadDigest: request.payloadDigest,
    decisionId: request.decisionId,
    logIndex: context.logIndex ?? request.logIndex,
    state,
    wallet: request.wallet,
    slot: request.slot,
    lines: copyLines(request.lines),
    dueMs: request.dueMs,
    permit: null,
    feeLines: copyLines(request.feeLines),
    feeCeiling: request.feeCeiling,
    payload: request.payload,
    sealed: null,
    txHash: null,
    updatedMs: context.closeAtMs,
    heldUntilMs,
    booked: null,
  };
  if (request.signature !== undefined) row.signature = structuredClone(request.signature);
  if (request.replaces !== undefined) row.replaces = { requestId: request.replaces.requestId, by: request.replaces.by };
  return row;
}

function copyLines(lines: readonly ChargeLine[]): ChargeLine[] {
  return lines.map(({ account, amount }) => ({ account, amount }));
}

function holdLine(
  context: StepContext,
  account: string,
  amount: bigint,
  caps: readonly LedgerCap[],
  heldUntilMs: number,
): Reason | undefined {
  const key = storeKey.ledger(account);
  let row = readRow<LedgerRow>(context.rows, key) ?? EMPTY_LEDGER;
  const pending = pendingAt(row, context.openAtMs);
  let bounds = 0;
  for (const cap of caps) {
    if (cap?.account !== account) continue;
    if (!isList(cap.windows)) return malformed('windows');
    for (const window of cap.windows) {
      bounds++;
      if (window?.windowMs !== null && (!isCount(window?.windowMs) || window.windowMs > MAX_WINDOW_MS)) return malformed('windowMs');
      row = knowWindow(context, account, row, window.windowMs);
      const refused = checkWindow(context, account, row, window, amount, pending);
      if (refused !== undefined) return refused;
    }
  }
  if (bounds === 0) {
    return refuse('limit_missing', 'No limit stands over this account, so nothing may be spent on it.', {
      requested: String(amount),
      unit: accountUnit(account),
      facts: { account },
    });
  }
  context.rows.put(key, holdMore(row, heldUntilMs, amount, context.openAtMs, pending));
  return undefined;
}

/** Makes sure that a window is booked from now on, seeded with what is known of the time before. */
function knowWindow(context: StepContext, account: string, row: LedgerRow, windowMs: number | null): LedgerRow {
  const windows = row.windows ?? [];
  if (windowMs === null || windowMs === 0 || windows.includes(windowMs)) return row;
  if (row.total !== '0') {
    const widest = windows.at(-1);
    const known = widest === undefined ? undefined : readRow<WindowRow>(context.rows, storeKey.ledgerWindow(account, widest));
    const seeded = seedWindow(
      windowMs,
      context.closeAtMs,
      BigInt(row.total),
      widest === undefined || known === undefined ? undefined : { windowMs: widest, row: known },
    );
    context.rows.put(storeKey.ledgerWindow(account, windowMs), seeded);
  }
  return { ...row, windows: [...windows, windowMs].sort((a, b) => a - b) };
}

function checkWindow(
  context: StepContext,
  account: string,
  row: LedgerRow,
  window: LedgerWindow,
  amount: bigint,
  pending: bigint,
): Reason | undefined {
  const limit = readLimit(window.limit);
  if (limit === undefined) return malformed('limit');
  const { windowMs } = window;
  // Where nothing is booked in all, no window holds anything.
  const booked =
    windowMs === null || windowMs === 0 || row.total === '0'
      ? undefined
      : readRow<WindowRow>(context.rows, storeKey.ledgerWindow(account, windowMs));
  let used = 0n;
  if (windowMs === null) used = pending + BigInt(row.total);
  else if (windowMs > 0) used = pending + bookedIn(booked, windowMs, context.openAtMs).used;
  if (used + amount <= limit) return window.warn === undefined ? undefined : checkWarning(account, window, window.warn, used, amount);
  const code = windowMs === null ? 'spend_exceeds_cap' : windowMs === 0 ? 'per_transaction_limit' : 'window_limit';
  const resetsAtMs = windowMs === 0 ? null : roomAtMs(row, booked, windowMs, limit, amount, context.openAtMs);
  // Waiting helps where time alone frees enough, or where what is in flight may still come back.
  const retryable = windowMs !== 0 && amount <= limit && (resetsAtMs !== null || BigInt(row.inFlight) > 0n);
  return refuse(code, `The request does not fit under the limit ${window.rule}.`, {
    rule: window.rule,
    limit: String(limit),
    remaining: String(limit > used ? limit - used : 0n),
    requested: String(amount),
    unit: accountUnit(account),
    ...(resetsAtMs === null ? {} : { resetsAtMs }),
    retryable,
    facts: { account, windowMs },
  });
}

/** A crossing is logged by the step that makes it, and by no other: where the decision saw other figures it is made again. */
function checkWarning(account: string, { windowMs }: LedgerWindow, warn: LedgerWarning, used: bigint, amount: bigint): Reason | undefined {
  const at = readAmount(warn?.at);
  if (at === undefined || typeof warn.crosses !== 'boolean') return malformed('warn');
  if ((used < at && used + amount >= at) === warn.crosses) return undefined;
  return refuse('version_conflict', 'The use of a cap is another than the decision saw.', {
    retryable: true,
    facts: { account, windowMs },
  });
}
