import type { ChargeLine } from '../../../core/ledger.ts';
import type { PermitTerms } from '../../../core/permit.ts';
import type { RequestRow, RequestState } from '../../../core/store.ts';

/** `[account, amount, account, amount, …]` */
type FlatLines = readonly string[];
/** `[secret, keyId, policy, registry, epoch, expiresAtMs, approvals, approvalsExpireAtMs, redeemedBy]`; its digests are the row's. */
type FlatPermit = readonly [string, string, string, string, number, number, readonly string[], number | null, string | null];
/** `[atMs, lines]` */
type FlatBooked = readonly [number, FlatLines];

/** A request's row by position, without what its key says. What is often null comes last. */
export type RequestParts = readonly [
  bodyDigest: RequestRow['bodyDigest'],
  actionDigest: RequestRow['actionDigest'],
  decisionId: string,
  logIndex: number,
  state: RequestState,
  wallet: RequestRow['wallet'],
  lines: FlatLines,
  dueMs: number,
  feeLines: FlatLines,
  feeCeiling: string,
  updatedMs: number,
  heldUntilMs: number,
  payloadDigest: RequestRow['payloadDigest'],
  slot: number | null,
  payload: string | null,
  permit: FlatPermit | null,
  sealed: string | null,
  txHash: string | null,
  booked: FlatBooked | null,
];

/** How many there are, and how many of them are never null. */
export const REQUEST_PARTS = 19;
export const FIRM_PARTS = 12;

const STATES: ReadonlySet<unknown> = new Set<RequestState>([
  'denied',
  'escalated',
  'held',
  'redeemed',
  'signed',
  'broadcast',
  'final',
  'released',
]);

const isText = (value: unknown): boolean => typeof value === 'string';
const isTextOrNull = (value: unknown): boolean => value === null || typeof value === 'string';
const isNumber = Number.isFinite;
const isNumberOrNull = (value: unknown): boolean => value === null || isNumber(value);
const areTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const areLines = (value: unknown): boolean => areTexts(value) && (value as FlatLines).length % 2 === 0;

/** True where every part is of its kind: then the row can be put together, and JSON keeps the parts as they are. */
export function areRequestParts(parts: readonly unknown[]): parts is RequestParts {
  return (
    parts.length === REQUEST_PARTS &&
    isText(parts[0]) &&
    isText(parts[1]) &&
    isText(parts[2]) &&
    isNumber(parts[3]) &&
    STATES.has(parts[4]) &&
    isText(parts[5]) &&
    areLines(parts[6]) &&
    isNumber(parts[7]) &&
    areLines(parts[8]) &&
    isText(parts[9]) &&
    isNumber(parts[10]) &&
    isNumber(parts[11]) &&
    isTextOrNull(parts[12]) &&
    isNumberOrNull(parts[13]) &&
    isTextOrNull(parts[14]) &&
    // A permit is for the bytes that the digest before it names.
    (parts[15] === null || (isPermit(parts[15]) && parts[12] !== null)) &&
    isTextOrNull(parts[16]) &&
    isTextOrNull(parts[17]) &&
    (parts[18] === null || isBooked(parts[18]))
  );
}

function isPermit(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 9) return false;
  const [secret, keyId, policy, registry, epoch, expiresAtMs, approvals, approvalsExpireAtMs, redeemedBy] = value;
  if (!areTexts([secret, keyId, policy, registry]) || !isNumber(epoch) || !isNumber(expiresAtMs)) return false;
  return areTexts(approvals) && isNumberOrNull(approvalsExpireAtMs) && isTextOrNull(redeemedBy);
}

function isBooked(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && isNumber(value[0]) && areLines(value[1]);
}

const LINE_FIELDS = 2;
const PERMIT_FIELDS = 11;
const BOOKED_FIELDS = 2;

/** Lines by position; undefined where one of them says more. */
export function flatLines(lines: readonly ChargeLine[]): FlatLines | undefined {
  const flat: string[] = [];
  for (const line of lines) {
    if (Object.keys(line).length !== LINE_FIELDS) return undefined;
    flat.push(line.account, line.amount);
  }
  return flat;
}

/** The lines that {@link flatLines} was given. */
export function fullLines(flat: FlatLines): ChargeLine[] {
  const lines: ChargeLine[] = [];
  for (let at = 0; at < flat.length; at += 2) lines.push({ account: flat[at] as string, amount: flat[at + 1] as string });
  return lines;
}

/** Terms by position; undefined where they say more, or name other digests than the row. */
export function flatPermit(terms: PermitTerms, row: RequestRow): FlatPermit | undefined {
  if (Object.keys(terms).length !== PERMIT_FIELDS || terms.payloadDigest !== row.payloadDigest || terms.actionDigest !== row.actionDigest)
    return undefined;
  const { secret, keyId, policy, registry, epoch, expiresAtMs, approvals, approvalsExpireAtMs, redeemedBy } = terms;
  return [secret, keyId, policy, registry, epoch, expiresAtMs, approvals, approvalsExpireAtMs, redeemedBy];
}

/** The terms that {@link flatPermit} was given. */
export function fullPermit(
  flat: FlatPermit,
  { payloadDigest, actionDigest }: Pick<PermitTerms, 'payloadDigest' | 'actionDigest'>,
): PermitTerms {
  const [secret, keyId, policy, registry, epoch, expiresAtMs, approvals, approvalsExpireAtMs, redeemedBy] = flat;
  return { secret, payloadDigest, actionDigest, keyId, policy, registry, epoch, expiresAtMs, approvals, approvalsExpireAtMs, redeemedBy };
}

/** What was booked by position; undefined where it says more. */
export function flatBooked(booked: NonNullable<RequestRow['booked']>): readonly [number, FlatLines | undefined] | undefined {
  return Object.keys(booked).length === BOOKED_FIELDS ? [booked.atMs, flatLines(booked.lines)] : undefined;
}
