import type { RequestRow } from '../../../core/store.ts';
import { areRequestParts, FIRM_PARTS, flatBooked, flatLines, flatPermit, fullLines, fullPermit, REQUEST_PARTS } from './request-parts.ts';

/**
 * Stands before the parts of a row, a JSON array without the nulls at its end: `r1["7f…","03…","d-1",4711,"held",…]`. It makes the
 * text no JSON, so that a program that knows only JSON rows refuses it (STORE_CORRUPT) and cannot misread it.
 */
const MARK = 'r1';
const REQUEST = 'request/';
const ROW_FIELDS = 21;

/**
 * The row under this key as text of about half the length of its JSON. Undefined where the row has any other shape than nearly all
 * have: a signature's, say, or that of an earlier version.
 */
export function toRequestText(key: string, row: RequestRow): string | undefined {
  const names = namesIn(key);
  if (names === undefined || names.agent !== row.agent || names.requestId !== row.requestId) return undefined;
  if (Object.keys(row).length !== ROW_FIELDS) return undefined;
  const parts = [
    row.bodyDigest,
    row.actionDigest,
    row.decisionId,
    row.logIndex,
    row.state,
    row.wallet,
    flatLines(row.lines),
    row.dueMs,
    flatLines(row.feeLines),
    row.feeCeiling,
    row.updatedMs,
    row.heldUntilMs,
    row.payloadDigest,
    row.slot,
    row.payload,
    row.permit ? flatPermit(row.permit, row) : row.permit,
    row.sealed,
    row.txHash,
    row.booked ? flatBooked(row.booked) : row.booked,
  ];
  if (!areRequestParts(parts)) return undefined;
  let filled = REQUEST_PARTS;
  while (parts[filled - 1] === null) filled--;
  return MARK + JSON.stringify(filled === REQUEST_PARTS ? parts : parts.slice(0, filled));
}

/** The row that {@link toRequestText} was given, field by field in the same order. Undefined for text that it did not make. */
export function fromRequestText(key: string, text: string): RequestRow | undefined {
  const names = namesIn(key);
  const parts = readParts(text);
  if (names === undefined || parts === undefined || !areRequestParts(parts)) return undefined;
  const [bodyDigest, actionDigest, decisionId, logIndex, state, wallet, lines, dueMs, feeLines, feeCeiling, updatedMs, ...rest] = parts;
  const [heldUntilMs, payloadDigest, slot, payload, permit, sealed, txHash, booked] = rest;
  return {
    agent: names.agent,
    requestId: names.requestId,
    bodyDigest,
    actionDigest,
    payloadDigest,
    decisionId,
    logIndex,
    state,
    wallet,
    slot,
    lines: fullLines(lines),
    dueMs,
    permit: permit === null || payloadDigest === null ? null : fullPermit(permit, { payloadDigest, actionDigest }),
    feeLines: fullLines(feeLines),
    feeCeiling,
    payload,
    sealed,
    txHash,
    updatedMs,
    heldUntilMs,
    booked: booked === null ? null : { atMs: booked[0], lines: fullLines(booked[1]) },
  };
}

/** What `storeKey.request` was given; undefined for any other key. */
function namesIn(key: string): { readonly agent: string; readonly requestId: string } | undefined {
  const slash = key.indexOf('/', REQUEST.length);
  if (!key.startsWith(REQUEST) || slash < 0 || key.includes('/', slash + 1)) return undefined;
  return { requestId: key.slice(REQUEST.length, slash), agent: key.slice(slash + 1) };
}

/** All parts, those that were left out as null. */
function readParts(text: string): readonly unknown[] | undefined {
  if (!text.startsWith(MARK)) return undefined;
  try {
    const parts: unknown = JSON.parse(text.slice(MARK.length));
    if (!Array.isArray(parts) || parts.length < FIRM_PARTS || parts.length > REQUEST_PARTS) return undefined;
    return [...parts, ...Array.from({ length: REQUEST_PARTS - parts.length }, () => null)];
  } catch {
    return undefined;
  }
}
