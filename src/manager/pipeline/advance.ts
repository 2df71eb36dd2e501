import { accountChain } from '../../core/account.ts';
import type { ChainNode, SettlementStatus } from '../../core/chain-adapter.ts';
import { chainTroubleOf } from '../../core/chain-trouble.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import { type HaltState, haltFor } from '../../core/halt.ts';
import type { ReasonCode } from '../../core/reason.ts';
import type { RequestRow } from '../../core/store.ts';
import type { SignedTransaction } from '../../core/transaction.ts';
import { isDeclined } from './decline.ts';
import { noted } from './outcomes.ts';
import { type ReadinessParts, readyToSign } from './ready-to-sign.ts';
import { type Advance, endOf, landedInstead, outcomeId, type SettleParts, settleFinal, settleLost, stop } from './settle-place.ts';
import { openSigned, readRow, signedBytes } from './signed-bytes.ts';

export { type Advance, outcomeId } from './settle-place.ts';

/** What driving a request to its end needs. */
export interface AdvanceParts extends ReadinessParts, SettleParts {
  readonly readHalt: () => Promise<HaltState>;
  /** True while this process must not let the agent act, whatever the store says. */
  readonly locallyHalted: (agent: string) => boolean;
  readonly nowMs: () => number;
}

/** What forbids the agent to act now, from the store and from this process; rejects where the store cannot say. */
export async function haltOf(parts: AdvanceParts, agent: string): Promise<'halted' | 'agent_paused' | undefined> {
  if (parts.locallyHalted(agent)) return 'halted';
  const state = await parts.readHalt();
  // A pause ends by the earlier of host and store: a host clock that jumps ahead lets nothing out.
  const halt = haltFor(state, agent, Math.min(parts.nowMs(), await parts.store.now()));
  return halt === undefined ? undefined : halt.kind === 'kill' ? 'halted' : 'agent_paused';
}

/** How long a signature that is handed out may wait for an earlier place in the wallet's sequence, ms. */
const HAND_OUT_WAIT_MS = 5_000;

/**
 * Signs a held request for a caller who broadcasts by itself. A signature handed out counts as broadcast: its room stays
 * taken until the chain has spoken.
 */
export async function signOut(parts: AdvanceParts, start: RequestRow): Promise<SignedTransaction> {
  const before = await readRow(parts.store, start);
  const unready = before.state === 'held' ? await notReady(parts, before, { timeoutMs: HAND_OUT_WAIT_MS }) : undefined;
  if (unready !== undefined && unready.status !== 'final') {
    throw new CastellanError('PERMIT_REFUSED', { message: unready.detail, details: { reason: unready.code }, retryable: true });
  }
  const { row, signed } = await signedBytes(parts, before);
  const reason = await haltOf(parts, row.agent);
  if (reason !== undefined)
    // It exists, and goes out once the stop is lifted: whoever pays by another id meanwhile pays twice.
    throw new CastellanError('HALTED', {
      message: 'The switch was thrown before the signature left: it is sent once that is lifted',
      details: { reason, requestId: row.requestId, txHash: signed.hash, pending: true },
    });
  // What was handed out before stays what it is: nothing that is settled is in flight again by being asked for again.
  if (row.state === 'broadcast' || row.state === 'final') return signed;
  const told = await parts.journal.apply([
    { kind: 'ledger.settle', agent: row.agent, requestId: row.requestId, to: 'broadcast', txHash: signed.hash },
  ]);
  if (!told.ok) throw new CastellanError('PERMIT_REFUSED', { message: told.reason.message, details: { reason: told.reason.code } });
  return signed;
}

/** Why a held request is not signed now; what can never be signed any more gives its room and its place back. */
async function notReady(
  parts: AdvanceParts,
  row: RequestRow,
  options: { readonly timeoutMs: number; readonly signal?: AbortSignal },
): Promise<Advance | undefined> {
  const readiness = await readyToSign(parts, row, options.timeoutMs, options.signal);
  if (readiness.ready) return undefined;
  if (readiness.isVoid) {
    const freed = await parts.journal.apply([
      { kind: 'ledger.expire', agent: row.agent, requestId: row.requestId },
      ...(readiness.code === 'simulation_stale' ? [noted(row.agent, 'simulation_failed')] : []),
    ]);
    // Somebody redeemed it meanwhile: what looked stale from here is their payment, and it goes on from what they left.
    if (!freed.ok && (await readRow(parts.store, row)).state !== 'held') return undefined;
  }
  return { status: readiness.isVoid ? 'stopped' : 'pending', code: readiness.code, detail: readiness.detail, txHash: null };
}

/** Takes a request back that counted as final and is not on the chain as such any more: its room is in flight again. */
async function reopened(parts: AdvanceParts, row: RequestRow): Promise<RequestRow> {
  const details = { requestId: row.requestId, decisionId: row.decisionId, txHash: row.txHash };
  await parts.journal.apply([
    { kind: 'ledger.settle', agent: row.agent, requestId: row.requestId, to: 'broadcast' },
    parts.journal.command(parts.event(row.agent, 'critical', 'monitor_reorg', details, outcomeId(row))),
  ]);
  return readRow(parts.store, row);
}

/** The transaction is with the network, or why it is not. */
async function send(
  parts: AdvanceParts,
  node: ChainNode,
  row: RequestRow,
  signed: SignedTransaction,
  signal: AbortSignal | undefined,
): Promise<Advance | undefined> {
  const reason = await haltOf(parts, row.agent);
  // What is with the network already is only watched from here on.
  if (reason !== undefined && row.state === 'broadcast') return undefined;
  if (reason !== undefined) return stop(reason, 'Signed, and held back: the switch was thrown before broadcast.', signed.hash);
  const sent = await node.broadcast(signed, signal);
  // Refused may also mean that the slot is taken by now: the chain says which.
  if (sent.status === 'rejected' && (await node.status(signed, signal)).status === 'pending') {
    return stop('chain_unavailable', `The network refuses the transaction: ${sent.detail}`, signed.hash);
  }
  if (row.state !== 'broadcast')
    await parts.journal.apply([
      { kind: 'ledger.settle', agent: row.agent, requestId: row.requestId, to: 'broadcast', txHash: signed.hash },
    ]);
  return undefined;
}

/**
 * Waits for the chain's word. Where the network forgets messages, the same bytes are handed in again from time to time,
 * never under a stop; a broken switch counts as one.
 */
async function watch(
  parts: AdvanceParts,
  node: ChainNode,
  row: RequestRow,
  signed: SignedTransaction,
  options: { readonly timeoutMs: number; readonly signal?: AbortSignal },
): Promise<SettlementStatus> {
  const { clock } = parts.host;
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  const dueMs = clock.monotonicMs() + options.timeoutMs;
  for (;;) {
    const leftMs = Math.max(0, dueMs - clock.monotonicMs());
    const timeoutMs = node.rebroadcastMs === null ? leftMs : Math.min(leftMs, node.rebroadcastMs);
    const seen = await node.settle(signed, { timeoutMs, ...signal });
    if (seen.status !== 'pending' || timeoutMs >= leftMs || options.signal?.aborted === true) return seen;
    const stopped = await haltOf(parts, row.agent).catch(() => 'halted');
    if (stopped === undefined) await node.broadcast(signed, options.signal);
  }
}

/**
 * Drives a request from whatever state it is in to finality. Every step is durable before the next begins, so that
 * calling it again after a crash, in any process, re-broadcasts the same bytes and never signs others.
 */
export async function advance(
  parts: AdvanceParts,
  start: RequestRow,
  options: { readonly timeoutMs: number; readonly signal?: AbortSignal },
): Promise<Advance> {
  let row = start;
  try {
    row = await readRow(parts.store, start);
    const node = parts.chains.node(accountChain(row.wallet));
    if (row.state === 'final') {
      const found = await node.status(await openSigned(parts, row), options.signal);
      if (found.status === 'final') return { status: 'final', receipt: found.receipt };
      if (found.status === 'included')
        return { status: 'pending', code: 'pending', detail: 'The chain is catching up.', txHash: row.txHash };
      row = await reopened(parts, row);
    }
    if (isDeclined(row)) return stop('approval_rejected', 'The user said no.', null);
    const landed = row.state === 'released' ? await landedInstead(parts, row) : undefined;
    if (landed !== undefined) {
      const outcome = await advance(parts, landed, options);
      return outcome.status === 'final' ? await endOf(parts, row, outcome.receipt) : outcome;
    }
    if (row.state === 'denied' || row.state === 'escalated' || row.state === 'released')
      return stop('reservation_not_held', `The request is ${row.state}.`, null);
    // What the store knows of stops it says when the permit is redeemed; this is for one that only this process knows.
    if (parts.locallyHalted(row.agent) && (row.state === 'held' || row.state === 'redeemed'))
      return stop('halted', 'Stopped before anything was signed.', null);
    const unready = row.state === 'held' ? await notReady(parts, row, options) : undefined;
    if (unready !== undefined) return unready;
    const done = await signedBytes(parts, row);
    row = { ...done.row, txHash: done.signed.hash };
    const unsent = await send(parts, node, row, done.signed, options.signal);
    if (unsent !== undefined) return unsent;
    const outcome = await watch(parts, node, row, done.signed, options);
    if (outcome.status === 'final') return await settleFinal(parts, row, outcome.receipt);
    if (outcome.status === 'replaced' || outcome.status === 'expired') return await settleLost(parts, row, outcome.status, outcome.by);
    return { status: 'pending', code: 'pending', detail: 'Broadcast; not final yet.', txHash: row.txHash };
  } catch (error) {
    if (!isCastellanError(error)) throw error;
    const reason = error.details['reason'];
    const code =
      chainTroubleOf(error) ??
      (typeof reason === 'string'
        ? (reason as ReasonCode)
        : error.code === 'STORE_UNAVAILABLE' || error.code === 'STORE_CLOSED'
          ? 'store_unavailable'
          : 'chain_unavailable');
    if (code === 'signature_pending') return { status: 'pending', code, detail: error.shortMessage, txHash: null };
    return stop(code, error.shortMessage, row.txHash);
  }
}
