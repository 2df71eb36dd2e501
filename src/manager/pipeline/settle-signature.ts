import { accountChain } from '../../core/account.ts';
import { canonicalize } from '../../core/canonical.ts';
import type { ChainNode } from '../../core/chain-adapter.ts';
import { CastellanError } from '../../core/errors.ts';
import type { TimeMs } from '../../core/ids.ts';
import type { SignatureMark, SignatureStatus, SignatureTerms } from '../../core/signature-order.ts';
import type { Command, Json, RequestRow } from '../../core/store.ts';
import { type AdvanceParts, outcomeId } from './advance.ts';
import { noted } from './outcomes.ts';
import { readRow } from './signed-bytes.ts';

/** How far apart the final states of two endpoints of one chain may be, ms: what expired so lately is looked at again later. */
const CHAIN_LAG_MS = 60_000;
/** Attempts against other processes that settle the same signature. */
const MAX_TRIES = 5;

/** What settling signatures needs. */
export interface SettleSignatureParts extends AdvanceParts {
  /** Commands that write down what a used signature has granted, by a moment of the chain's time. */
  readonly onUsed: (row: RequestRow, seenAtMs: TimeMs) => Promise<readonly Command[]>;
}

/** What became of it, by the chain's word and its clock. `spent`: nobody can tell any more, and it counts as used. */
export type SignatureFate = 'open' | 'used' | 'revoked' | 'expired' | 'spent';

/** Whether its end has passed by every clock there is: lateness opens here, so the earliest of them decides. */
async function hasEnded(
  parts: AdvanceParts,
  node: ChainNode,
  expiresAtMs: TimeMs | null,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (expiresAtMs === null || Math.min(parts.nowMs(), await parts.store.now()) < expiresAtMs) return false;
  const final = await node.finalHead?.(signal);
  return final !== undefined && final.timestampMs - CHAIN_LAG_MS >= expiresAtMs;
}

/** What became of a signature that is out. Room comes back only where the chain says that nobody can use it any more. */
async function fateOf(
  parts: AdvanceParts,
  node: ChainNode,
  row: RequestRow,
  { mark, expiresAtMs }: SignatureTerms,
  signal: AbortSignal | undefined,
): Promise<SignatureFate> {
  // Before the status: whatever happened up to this state is in the one that is read after it.
  const isOver = await hasEnded(parts, node, expiresAtMs, signal);
  if (mark === null || node.signatureStatus === undefined) return isOver ? 'spent' : 'open';
  const status = await readStatus(node, mark, row, signal);
  if (status === 'used' || status === 'revoked') return status;
  if (!isOver) return 'open';
  return status === 'partly_used' ? 'used' : 'expired';
}

const STATUSES: ReadonlySet<unknown> = new Set<SignatureStatus>(['open', 'partly_used', 'used', 'revoked', 'expired']);

async function readStatus(
  node: ChainNode,
  mark: SignatureMark,
  { wallet }: RequestRow,
  signal: AbortSignal | undefined,
): Promise<SignatureStatus> {
  const status: unknown = await node.signatureStatus?.(mark, wallet, signal);
  if (!STATUSES.has(status))
    throw new CastellanError('CHAIN_RESPONSE_INVALID', { message: 'The chain does not say what became of a signature.', retryable: true });
  return status as SignatureStatus;
}

const IS_OVER: ReadonlySet<RequestRow['state']> = new Set(['final', 'released', 'denied', 'escalated', 'held']);

/**
 * Looks at one signature that is out, and settles it where its fate is known: used books its room into the windows like an
 * approval that settled, revoked and expired give it back. Any process may do so, and one of them records it.
 */
export async function settleSignature(parts: SettleSignatureParts, start: RequestRow, signal?: AbortSignal): Promise<SignatureFate> {
  const terms = start.signature;
  if (terms === undefined) throw new TypeError('a transaction is no signature');
  const node = parts.chains.node(accountChain(start.wallet));
  const fate = await fateOf(parts, node, start, terms, signal);
  if (fate === 'open') return fate;
  const isUsed = fate === 'used' || fate === 'spent';
  // After the status: it was used no later than this, in the time by which transactions settle.
  const seenAtMs = isUsed ? ((await node.finalHead?.(signal))?.timestampMs ?? parts.nowMs()) : 0;
  for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
    const row = await readRow(parts.store, start);
    if (IS_OVER.has(row.state)) return fate;
    const { agent, requestId, decisionId } = row;
    const details = JSON.parse(canonicalize({ requestId, decisionId, signature: terms.standard, action: `signature_${fate}` })) as Record<
      string,
      Json
    >;
    const applied = await parts.journal.apply([
      { kind: 'ledger.settle', agent, requestId, to: isUsed ? 'final' : 'released' },
      ...(isUsed ? [...(await parts.onUsed(row, seenAtMs)), noted(agent, 'success')] : []),
      parts.journal.command(parts.event(agent, 'info', isUsed ? 'execution_success' : 'wallet_event', details, outcomeId(row))),
    ]);
    if (applied.ok) return fate;
    if (applied.reason.code !== 'version_conflict')
      throw new CastellanError('STORE_UNAVAILABLE', {
        message: applied.reason.message,
        details: { reason: applied.reason.code },
        retryable: true,
      });
  }
  return 'open';
}
