import { accountChain } from '../../core/account.ts';
import { canonicalize } from '../../core/canonical.ts';
import { taggedDigest } from '../../core/digest.ts';
import type { SecurityEvent } from '../../core/event.ts';
import type { ReasonCode } from '../../core/reason.ts';
import type { Command, Json, RequestRow } from '../../core/store.ts';
import type { Receipt } from '../../core/transaction.ts';
import { noted } from './outcomes.ts';
import { dropRivals, isOut, isSent, landedLines, othersOf, type Rivals, readRivals } from './rivals.ts';
import { openSigned, readRow, type SigningParts } from './signed-bytes.ts';

/** What booking the chain's word needs. */
export interface SettleParts extends SigningParts {
  readonly event: (
    agent: string,
    severity: SecurityEvent['severity'],
    type: 'execution_success' | 'execution_failed' | 'monitor_reorg' | 'wallet_event',
    details: Record<string, Json>,
    id: string,
  ) => SecurityEvent;
  /** Called where another transaction of the wallet is final in the place of ours: its key was used past the gate. */
  readonly onReplaced: (row: RequestRow, by: string | null) => Promise<void>;
  /** Commands that teach the profile what settled; read and written with a version check. */
  readonly onFinal: (row: RequestRow, receipt: Receipt) => Promise<readonly Command[]>;
  /** Called once it is booked; never rejects, and what it did not come to is taken up later. */
  readonly onSettled?: () => Promise<void>;
}

/** Where driving it came to a stop; the same call again continues from there. With a hash, a signed transaction exists. */
export type Advance =
  | { readonly status: 'final'; readonly receipt: Receipt }
  | {
      readonly status: 'pending' | 'stopped';
      readonly code: ReasonCode | 'pending';
      readonly detail: string;
      readonly txHash: string | null;
    };

/** An end without a receipt. */
export const stop = (code: ReasonCode, detail: string, txHash: string | null): Advance => ({ status: 'stopped', code, detail, txHash });

/** The same for every process that settles the same thing, so that one of them records it; in order of time like all ids. */
export function outcomeId(row: RequestRow): string {
  return (
    row.decisionId.slice(0, 12) +
    taggedDigest('castellan.outcome.v1', canonicalize([row.decisionId, row.txHash, row.updatedMs])).slice(0, 16)
  );
}

/**
 * Books a transaction that is final, and gives back in the same step what its rivals for the place hold: they can never land any more.
 */
export async function settleFinal(parts: SettleParts, row: RequestRow, receipt: Receipt): Promise<Advance> {
  const [type, severity] = receipt.success ? (['execution_success', 'info'] as const) : (['execution_failed', 'warning'] as const);
  const details = JSON.parse(
    canonicalize({
      requestId: row.requestId,
      decisionId: row.decisionId,
      txHash: receipt.txHash,
      block: receipt.confirmedAtBlock,
      blockHash: receipt.blockHash,
      feePaid: receipt.feePaid,
      ...(row.replaces === undefined ? {} : { replaces: row.replaces.requestId, by: row.replaces.by }),
    }),
  ) as Record<string, Json>;
  for (let attempt = 0; attempt < 5; attempt++) {
    const fresh = await readRow(parts.store, row);
    if (fresh.state === 'final') return { status: 'final', receipt };
    const rivals = await readRivals(parts.store, fresh);
    const lines = landedLines(rivals, row, receipt);
    const result = await parts.journal.apply([
      { kind: 'ledger.settle', agent: row.agent, requestId: row.requestId, to: 'final', lines },
      ...dropRivals(rivals, row),
      ...(await parts.onFinal(row.replaces === undefined ? row : { ...row, lines }, receipt)),
      // What only kept another from landing says nothing about how the agent fares.
      ...(row.replaces?.by === 'nothing' ? [] : [noted(row.agent, receipt.success ? 'success' : 'failed')]),
      parts.journal.command(parts.event(row.agent, severity, type, details, outcomeId(fresh))),
    ]);
    if (result.ok) {
      await parts.onSettled?.();
      return { status: 'final', receipt };
    }
    // Somebody settles it, or signs one of the rivals, at this moment.
    if (result.reason.code !== 'version_conflict' && rivals.replacements.length === 0)
      return stop(result.reason.code, result.reason.message, row.txHash);
  }
  return { status: 'pending', code: 'version_conflict', detail: 'Another process is settling this request.', txHash: row.txHash };
}

/** What a request came to whose place one of our own rivals took. */
function afterRival(row: RequestRow, rival: RequestRow, receipt: Receipt): Advance {
  const isSame = row.replaces?.by !== 'nothing' && rival.replaces?.by !== 'nothing';
  if (isSame) return { status: 'final', receipt };
  return row.replaces?.by === 'nothing'
    ? stop('slot_taken', 'What was to be kept from landing has landed.', null)
    : stop('transaction_cancelled', `The transaction was cancelled by ${rival.requestId}.`, null);
}

/** The end of a request by one of its rivals; undefined where none of them is final. */
async function endedBy(parts: SettleParts, row: RequestRow, rival: RequestRow): Promise<Advance> {
  const found = await parts.chains.node(accountChain(row.wallet)).status(await openSigned(parts, rival));
  if (found.status !== 'final')
    return { status: 'pending', code: 'pending', detail: 'A replacement of it is not final yet.', txHash: row.txHash };
  const settled = await settleFinal(parts, rival, found.receipt);
  return settled.status === 'final' ? afterRival(row, rival, found.receipt) : settled;
}

/** The rival that landed in the place of a request whose room was given back for it; undefined where there is none. */
export async function landedInstead(parts: SettleParts, row: RequestRow): Promise<RequestRow | undefined> {
  const others = othersOf(await readRivals(parts.store, row), row);
  // One that was reorganised away is on its way again, and so is the answer.
  return others.find(({ state }) => state === 'final') ?? others.find(isSent);
}

/** What a request came to, given the receipt of what landed in its place: itself, or one of its rivals. */
export async function endOf(parts: SettleParts, row: RequestRow, receipt: Receipt): Promise<Advance> {
  const rival = isRivalOf(await readRivals(parts.store, row), row, receipt.txHash);
  return rival === undefined ? { status: 'final', receipt } : afterRival(row, rival, receipt);
}

const isRivalOf = (rivals: Rivals, row: RequestRow, by: string | null): RequestRow | undefined =>
  by === null ? undefined : othersOf(rivals, row).find(({ txHash }) => txHash === by);

/**
 * The place of a request was taken by another transaction, or its time is over. One of our own rivals in it is nothing odd; any other
 * transaction is a use of the key past the gate.
 */
export async function settleLost(
  parts: SettleParts,
  start: RequestRow,
  outcome: 'replaced' | 'expired',
  by: string | null,
): Promise<Advance> {
  const row = await readRow(parts.store, start);
  const rival = outcome === 'replaced' ? isRivalOf(await readRivals(parts.store, row), row, by) : undefined;
  if (rival !== undefined) return endedBy(parts, row, rival);
  const details = { requestId: row.requestId, decisionId: row.decisionId, txHash: row.txHash, outcome, by };
  // What another process has given back already may rightly be followed by the next of ours in the same place.
  if (outcome === 'replaced' && isOut(row)) await parts.onReplaced(row, by);
  await parts.journal.apply([
    {
      kind: 'ledger.settle',
      agent: row.agent,
      requestId: row.requestId,
      to: 'released',
      ...(outcome === 'expired' ? { freesSlot: true as const } : {}),
    },
    ...(isOut(row) ? [noted(row.agent, 'failed')] : []),
    parts.journal.command(parts.event(row.agent, 'error', 'execution_failed', details, outcomeId(row))),
  ]);
  if (outcome === 'expired') return stop('transaction_expired', 'The transaction was not included while it was valid.', null);
  return stop('slot_taken', `Another transaction is final in this slot (${by ?? 'unknown'}).`, null);
}
