import { leafHash, sha256Hex } from '../../core/digest.ts';
import type { AccountId, Digest } from '../../core/ids.ts';
import type { ChargeLine, LedgerWindow } from '../../core/ledger.ts';
import type { PermitTerms } from '../../core/permit.ts';
import { permitId } from '../../core/permit.ts';
import type { ReasonCode } from '../../core/reason.ts';
import type { Command, LedgerCap, RequestRow, Step, StepResult, Store } from '../../core/store.ts';
import { storeKey } from '../../core/store.ts';

/** The agent, account and wallet that the checks use unless they say otherwise. */
export const AGENT = 'a1';
export const ACCOUNT = 'agent:a1|eip155:1/slip44:60';
export const WALLET = 'eip155:1:0x00000000000000000000000000000000000000aa' as AccountId;
export const DAY_MS = 86_400_000;
/** Life of a hold in the checks, ms. */
export const HOLD_MS = 60_000;

/** What a check may vary about a request. */
export interface RequestOptions {
  readonly id: string;
  readonly amount?: string;
  readonly lines?: readonly ChargeLine[];
  readonly body?: string;
  readonly slot?: number | null;
  readonly dueMs?: number;
  readonly agent?: string;
}

/** A request row as a manager would send it. */
export function requestRow(nowMs: number, options: RequestOptions): RequestRow {
  return {
    agent: options.agent ?? AGENT,
    requestId: options.id,
    bodyDigest: sha256Hex(options.body ?? options.id),
    actionDigest: sha256Hex(`action ${options.id}`),
    payloadDigest: sha256Hex(`payload ${options.id}`),
    decisionId: `d-${options.id}`,
    logIndex: -1,
    state: 'held',
    wallet: WALLET,
    slot: options.slot ?? null,
    lines: options.lines ?? [{ account: ACCOUNT, amount: options.amount ?? '1' }],
    dueMs: options.dueMs ?? nowMs + HOLD_MS,
    permit: null,
    feeLines: [],
    feeCeiling: '0',
    payload: null,
    sealed: null,
    txHash: null,
    updatedMs: 0,
  };
}

/** Caps over one account: windows as `[windowMs, limit]`. */
export function capsOf(windows: readonly (readonly [number | null, string])[], account = ACCOUNT): readonly LedgerCap[] {
  return [{ account, windows: windows.map(([windowMs, limit]): LedgerWindow => ({ windowMs, limit, rule: `w${windowMs}` })) }];
}

/** A reserve of one request under one daily limit of 100. */
export function reserveCommand(nowMs: number, options: RequestOptions, caps: readonly LedgerCap[] = capsOf([[DAY_MS, '100']])): Command {
  return { kind: 'ledger.reserve', request: requestRow(nowMs, options), caps };
}

/** Permit terms for a request made by {@link requestRow}. */
export function permitTerms(nowMs: number, id: string, changes: Partial<PermitTerms> = {}): PermitTerms {
  return {
    secret: sha256Hex(`secret ${id}`).slice(0, 32),
    payloadDigest: sha256Hex(`payload ${id}`),
    actionDigest: sha256Hex(`action ${id}`),
    keyId: 'k1',
    policy: 'none',
    registry: 'none',
    epoch: 0,
    expiresAtMs: nowMs + HOLD_MS,
    approvals: [],
    approvalsExpireAtMs: null,
    redeemedBy: null,
    ...changes,
  };
}

/** The permit's issue. */
export function issueCommand(nowMs: number, id: string, changes: Partial<PermitTerms> = {}): Command {
  return { kind: 'permit.issue', agent: AGENT, requestId: id, permit: permitTerms(nowMs, id, changes) };
}

/** The permit's redeem by a redeemer. */
export function redeemCommand(
  id: string,
  changes: { readonly redeemer?: string; readonly payloadDigest?: Digest; readonly keyId?: string; readonly permitId?: string } = {},
): Command {
  return {
    kind: 'permit.redeem',
    permitId: permitId(AGENT, id, sha256Hex(`secret ${id}`).slice(0, 32)),
    payloadDigest: sha256Hex(`payload ${id}`),
    keyId: 'k1',
    redeemer: 'r1',
    ...changes,
  };
}

/** A log entry of this id. */
export function appendCommand(id: string, entry = `{"id":"${id}"}`): Command {
  return { kind: 'log.append', id, entry, leaf: leafHash(entry) };
}

/** Applies one step of these commands. */
export async function applyOne(store: Store, ...commands: readonly Command[]): Promise<StepResult> {
  const [result] = await store.apply([{ commands } satisfies Step]);
  if (result === undefined) throw new Error('The store answered fewer results than steps.');
  return result;
}

/** The refusal's code, or `ok`. */
export async function codeOf(store: Store, ...commands: readonly Command[]): Promise<ReasonCode | 'ok'> {
  const result = await applyOne(store, ...commands);
  return result.ok ? 'ok' : result.reason.code;
}

/** Reserves, issues and redeems. Answers the last step's code. */
export async function redeemed(
  store: Store,
  nowMs: number,
  options: RequestOptions,
  caps?: readonly LedgerCap[],
): Promise<ReasonCode | 'ok'> {
  const first = await codeOf(store, reserveCommand(nowMs, options, caps), issueCommand(nowMs, options.id));
  return first === 'ok' ? codeOf(store, redeemCommand(options.id)) : first;
}

/** Takes a redeemed request to `final`. */
export function settleCommand(id: string, to: 'signed' | 'broadcast' | 'final' | 'released', lines?: readonly ChargeLine[]): Command {
  return {
    kind: 'ledger.settle',
    agent: AGENT,
    requestId: id,
    to,
    ...(to === 'signed' ? { sealed: 'c2VhbGVk', txHash: `0x${id}` } : {}),
    ...(lines === undefined ? {} : { lines }),
  };
}

/** The request's row as the store gives it. */
export async function rowOf(store: Store, id: string): Promise<RequestRow | undefined> {
  const [row] = await store.get([storeKey.request(AGENT, id)]);
  return row as unknown as RequestRow | undefined;
}
