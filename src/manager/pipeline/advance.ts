import type { ChainAdapter } from '../../core/chain-adapter.ts';
import { canonicalize } from '../../core/canonical.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import type { SecurityEvent } from '../../core/event.ts';
import { type HaltState, haltFor } from '../../core/halt.ts';
import type { ChargeLine } from '../../core/ledger.ts';
import { permitId } from '../../core/permit.ts';
import type { ReasonCode } from '../../core/reason.ts';
import type { Custodian } from '../../core/signer.ts';
import { type Command, type Json, type RequestRow, type Store, storeKey } from '../../core/store.ts';
import type { Receipt, SignedTransaction } from '../../core/transaction.ts';
import { accountChain } from '../../core/account.ts';
import type { Host } from '../config.ts';
import type { Chains } from '../directory.ts';
import type { Journal } from '../journal.ts';
import { awaitTurn } from './turn.ts';

/** Encrypts what must not lie around in the clear: signed bytes before they leave. */
export interface Sealer {
  seal(plain: Uint8Array, context: string): string;
  /** @throws KEY_DECRYPT_FAILED */
  open(sealed: string, context: string): Uint8Array;
}

/** What driving a request to its end needs. */
export interface AdvanceParts {
  readonly host: Host;
  readonly store: Store;
  readonly journal: Journal;
  readonly chains: Chains;
  readonly custodian: Custodian & { resume(row: RequestRow): ReturnType<Custodian['sign']> };
  readonly sealer: Sealer;
  readonly readHalt: () => Promise<HaltState>;
  /** True while an automatic stop has tripped and is not yet written. */
  readonly locallyHalted: (agent: string) => boolean;
  readonly nowMs: () => number;
  readonly event: (agent: string, severity: SecurityEvent['severity'], type: 'execution_success' | 'execution_failed' | 'monitor_reorg', details: Record<string, Json>) => SecurityEvent;
  /** Commands that teach the profile what settled; read and written with a version check. */
  readonly onFinal: (row: RequestRow, receipt: Receipt) => Promise<readonly Command[]>;
}

/** Where driving it came to a stop. `stopped` carries why; the same call again continues from there. */
export type Advance =
  | { readonly status: 'final'; readonly receipt: Receipt }
  | { readonly status: 'pending' | 'stopped'; readonly code: ReasonCode | 'pending'; readonly detail: string };

const stop = (code: ReasonCode, detail: string): Advance => ({ status: 'stopped', code, detail });

async function readRow(store: Store, row: RequestRow): Promise<RequestRow> {
  const [fresh] = await store.get([storeKey.request(row.agent, row.requestId)]);
  return fresh === undefined ? row : (fresh as unknown as RequestRow);
}

/** Refusals after which a held permit can never be redeemed any more. */
const VOIDED: ReadonlySet<unknown> = new Set<ReasonCode>(['halted', 'agent_paused', 'epoch_changed', 'policy_changed', 'registry_changed', 'permit_expired', 'approval_expired', 'key_revoked']);

/** Gives back room and place of a held request, voiding its permit; one that was redeemed meanwhile keeps both. */
async function giveBack(parts: AdvanceParts, row: RequestRow): Promise<void> {
  await parts.journal.apply([{ kind: 'ledger.expire', agent: row.agent, requestId: row.requestId }]);
}

/** Redeems and signs. A permit that is void for ever gives its room and its place in the sequence back, so that nothing behind it waits. */
async function signHeld(parts: AdvanceParts, row: RequestRow, secret: string, payload: Uint8Array): ReturnType<Custodian['sign']> {
  try {
    return await parts.custodian.sign(permitId(row.agent, row.requestId, secret), payload);
  } catch (error) {
    if (isCastellanError(error) && VOIDED.has(error.details['reason'])) {
      await giveBack(parts, row).catch(() => undefined);
    }
    throw error;
  }
}

/** What stops this agent now: the switch as the store has it, and a stop of this process that is still being written. */
async function stopOf(parts: AdvanceParts, agent: string): Promise<'halted' | 'agent_paused' | undefined> {
  if (parts.locallyHalted(agent)) return 'halted';
  const halt = haltFor(await parts.readHalt(), agent, parts.nowMs());
  if (halt === undefined) return undefined;
  return halt.kind === 'kill' ? 'halted' : 'agent_paused';
}

/** Signs the row's own payload, or — after a crash — completes exactly that payload, and stores the bytes encrypted. */
async function sign(parts: AdvanceParts, adapter: ChainAdapter, row: RequestRow): Promise<SignedTransaction> {
  if (row.permit === null || row.payload === null) throw new TypeError('a held request has a permit and a payload');
  if (parts.locallyHalted(row.agent)) throw new CastellanError('HALTED', { message: 'An automatic stop is being written', details: { reason: 'halted' } });
  const payload = new Uint8Array(Buffer.from(row.payload, 'base64'));
  const signature = row.state === 'held' ? await signHeld(parts, row, row.permit.secret, payload) : await parts.custodian.resume(row);
  const tx = adapter.codec.adopt(payload, accountChain(row.wallet), row.wallet);
  const signed = adapter.codec.assemble(tx, signature.signature);
  const stored = await parts.journal.apply([
    { kind: 'ledger.settle', agent: row.agent, requestId: row.requestId, to: 'signed', sealed: parts.sealer.seal(signed.raw, sealContext(row)), txHash: signed.hash },
  ]);
  if (!stored.ok) throw new CastellanError('PERMIT_REFUSED', { message: stored.reason.message, details: { reason: stored.reason.code } });
  return signed;
}

const sealContext = (row: RequestRow): string => `signed/${row.agent}/${row.requestId}/${row.payloadDigest ?? ''}`;

function openSigned(parts: AdvanceParts, row: RequestRow): SignedTransaction {
  if (row.sealed === null || row.txHash === null || row.slot === null) throw new TypeError('a signed request has its bytes');
  return { chain: accountChain(row.wallet), wallet: row.wallet, slot: row.slot, raw: parts.sealer.open(row.sealed, sealContext(row)), hash: row.txHash };
}

/** Lines as the chain really charged them: fees at what was paid, a reverted transaction at its fee alone. */
export function chargedLines(row: RequestRow, receipt: Receipt): readonly ChargeLine[] {
  const ceiling = BigInt(row.feeCeiling);
  return row.lines.map((line) => {
    const feeMax = row.feeLines.filter((fee) => fee.account === line.account).reduce((sum, fee) => sum + BigInt(fee.amount), 0n);
    const feePaid = ceiling === 0n ? feeMax : (feeMax * receipt.feePaid + ceiling - 1n) / ceiling;
    const principal = receipt.success ? BigInt(line.amount) - feeMax : 0n;
    return { account: line.account, amount: (principal + feePaid).toString() };
  });
}

async function settle(parts: AdvanceParts, row: RequestRow, receipt: Receipt): Promise<Advance> {
  const type = receipt.success ? 'execution_success' : 'execution_failed';
  const details = JSON.parse(canonicalize({ requestId: row.requestId, decisionId: row.decisionId, txHash: receipt.txHash, block: receipt.confirmedAtBlock, blockHash: receipt.blockHash, feePaid: receipt.feePaid })) as Record<string, Json>;
  for (let attempt = 0; attempt < 5; attempt++) {
    const fresh = await readRow(parts.store, row);
    if (fresh.state === 'final') return { status: 'final', receipt };
    const result = await parts.journal.apply([
      { kind: 'ledger.settle', agent: row.agent, requestId: row.requestId, to: 'final', lines: chargedLines(row, receipt) },
      ...(await parts.onFinal(row, receipt)),
      parts.journal.command(parts.event(row.agent, receipt.success ? 'info' : 'warning', type, details)),
    ]);
    if (result.ok) return { status: 'final', receipt };
    if (result.reason.code !== 'version_conflict') return stop(result.reason.code, result.reason.message);
  }
  return { status: 'pending', code: 'version_conflict', detail: 'Another process is settling this request.' };
}

/**
 * Signs a held request for a caller who broadcasts by itself. A signature handed out counts as broadcast: its room stays
 * taken until the chain has spoken.
 */
export async function signOut(parts: AdvanceParts, start: RequestRow): Promise<SignedTransaction> {
  const row = await readRow(parts.store, start);
  const adapter = parts.chains.adapter(accountChain(row.wallet));
  const signed = row.state === 'held' ? await sign(parts, adapter, row) : openSigned(parts, row);
  const reason = await stopOf(parts, row.agent);
  if (reason !== undefined) throw new CastellanError('HALTED', { message: 'The switch was thrown before the signature left', details: { reason } });
  await parts.journal.apply([{ kind: 'ledger.settle', agent: row.agent, requestId: row.requestId, to: 'broadcast', txHash: signed.hash }]);
  return signed;
}

/**
 * Drives a request from whatever state it is in to finality. Every step is durable before the next begins, so that
 * calling it again after a crash, in any process, re-broadcasts the same bytes and never signs others.
 */
export async function advance(parts: AdvanceParts, start: RequestRow, options: { readonly timeoutMs: number; readonly signal?: AbortSignal }): Promise<Advance> {
  const row = await readRow(parts.store, start);
  const adapter = parts.chains.adapter(accountChain(row.wallet));
  const node = adapter.node(accountChain(row.wallet));
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  try {
    if (row.state === 'final') {
      const found = await node.status(openSigned(parts, row), options.signal);
      return found.status === 'final' ? { status: 'final', receipt: found.receipt } : { status: 'pending', code: 'pending', detail: 'The chain is catching up.' };
    }
    if (row.state === 'denied' || row.state === 'escalated' || row.state === 'released') return stop('reservation_not_held', `The request is ${row.state}.`);
    const turn = row.state === 'held' ? await awaitTurn(parts, row, options.timeoutMs, options.signal) : 'ours';
    if (turn === 'wait') return { status: 'pending', code: 'pending', detail: 'An earlier permit of this wallet is neither used nor over yet.' };
    if (turn === 'hole') {
      await giveBack(parts, row);
      return stop('permit_void', 'An earlier place of the wallet’s sequence was given back: this one would wait behind it.');
    }
    const signed = row.state === 'held' || row.state === 'redeemed' ? await sign(parts, adapter, row) : openSigned(parts, row);
    if (row.state !== 'broadcast') {
      const reason = await stopOf(parts, row.agent);
      if (reason !== undefined) return stop(reason, 'Signed, and held back: the switch was thrown before broadcast.');
    }
    const sent = await node.broadcast(signed, options.signal);
    if (sent.status === 'rejected') return stop('chain_unavailable', `The network refuses the transaction: ${sent.detail}`);
    if (row.state !== 'broadcast') await parts.journal.apply([{ kind: 'ledger.settle', agent: row.agent, requestId: row.requestId, to: 'broadcast', txHash: signed.hash }]);
    const outcome = await node.settle(signed, { timeoutMs: options.timeoutMs, ...signal });
    if (outcome.status === 'final') return await settle(parts, row, outcome.receipt);
    if (outcome.status === 'replaced' || outcome.status === 'expired') {
      await parts.journal.apply([
        { kind: 'ledger.settle', agent: row.agent, requestId: row.requestId, to: 'released' },
        parts.journal.command(parts.event(row.agent, 'error', 'execution_failed', { requestId: row.requestId, decisionId: row.decisionId, txHash: signed.hash, outcome: outcome.status, by: outcome.by })),
      ]);
      return stop('slot_taken', `Another transaction is final in this slot (${outcome.by ?? 'unknown'}).`);
    }
    return { status: 'pending', code: 'pending', detail: 'Broadcast; not final yet.' };
  } catch (error) {
    if (!isCastellanError(error)) throw error;
    const reason = error.details['reason'];
    return stop(typeof reason === 'string' ? (reason as ReasonCode) : error.code === 'STORE_UNAVAILABLE' ? 'store_unavailable' : 'chain_unavailable', error.shortMessage);
  }
}
