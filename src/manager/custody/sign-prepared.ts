import { walletAddress } from '../../core/account.ts';
import type { AccountId, ChainId } from '../../core/ids.ts';
import type { SignedTransaction } from '../../core/transaction.ts';
import type { WalletRecord } from '../directory.ts';
import { signOut } from '../pipeline/advance.ts';
import type { ExecuteParts } from '../pipeline/execute.ts';
import { requestDenied } from '../pipeline/request-denied.ts';
import { openSigned, readRow } from '../pipeline/signed-bytes.ts';
import { checkApprovals, demandOf } from './check-approvals.ts';
import { type KeptApproval, refuseApproval, useApprovals } from './custody-approval.ts';
import { type CustodyParts, checkStops, latestMs } from './custody-parts.ts';
import { type Gated, gatePrepared } from './gate-prepared.ts';
import { checkFresh, type PreparedFacts } from './prepared.ts';

/** Signed bytes, handed out: they count as sent, and their room stays taken until the chain has spoken. */
export interface SignedByCustody {
  readonly raw: Uint8Array;
  /** Under which the network will know them. */
  readonly hash: string;
  readonly address: string;
  readonly account: AccountId;
  readonly chain: ChainId;
  /** Of the request in the log: `execute` with it watches them to the end. */
  readonly requestId: string;
  readonly decisionId: string;
}

/** Attempts against other processes that use approvals of the same transaction at the same time. */
const MAX_USES = 8;

/** Uses the approvals up for this decision, or gives its room back. */
async function consume({ house, parts }: CustodyParts, { row, decisionId }: Gated, kept: readonly KeptApproval[]): Promise<void> {
  try {
    for (let attempt = 1; ; attempt += 1) {
      const commands = await useApprovals(house.store, kept, decisionId);
      if (commands.length === 0 || (await house.journal.apply(commands)).ok) return;
      // Somebody came first: for this very decision, which is as good, or for another one.
      if (attempt >= MAX_USES) throw refuseApproval('approval_used', 'The approval was used meanwhile.');
    }
  } catch (error) {
    await parts.journal.apply([{ kind: 'ledger.expire', agent: row.agent, requestId: row.requestId }]).catch(() => undefined);
    throw error;
  }
}

async function signed(open: CustodyParts, wallet: WalletRecord, gated: Gated, kept: readonly KeptApproval[]): Promise<SignedTransaction> {
  const { house, parts } = open;
  const row = await readRow(parts.store, gated.row);
  // What was handed out before is handed out again; it is not signed again, and moves nothing.
  if (row.state === 'broadcast' || row.state === 'final') return openSigned(parts, row);
  if (row.state === 'held') await consume(open, gated, kept);
  const agreed = kept.filter(({ approval }) => approval.state === 'approved').map(({ approval }) => approval.party);
  const { custodian } = house.custody;
  // Where each party has a key of its own, it is those that said yes that sign.
  const by = wallet.mode === 'mpc' && wallet.smart !== undefined ? { parties: [...new Set(agreed)] } : {};
  const bySelected: ExecuteParts['custodian'] = {
    ...custodian,
    sign: (permitId, payload) => custodian.sign(permitId, payload, by),
    resume: (lost, options) => custodian.resume(lost, { ...options, ...by }),
  };
  const sign = (): Promise<SignedTransaction> => signOut({ ...parts, custodian: bySelected }, row);
  return agreed.length > 0 ? house.wallets.users.consented(row.agent, row.requestId, sign) : sign();
}

/**
 * Signs what was prepared, where its parties have approved it and the gate says yes to the very request. Idempotent by the
 * prepared transaction: the same bytes come back.
 */
export async function signPrepared(
  open: CustodyParts,
  wallet: WalletRecord,
  facts: PreparedFacts,
  approvals: unknown,
): Promise<SignedByCustody> {
  const { house, parts } = open;
  return parts.lanes.run(`request/${wallet.agent}/${facts.id}`, async () => {
    await checkStops(parts, wallet.agent);
    const demand = demandOf(wallet, house.config.custody.platformManaged);
    const at = { store: house.store, vault: house.custody.vault, nowMs: await latestMs(open) };
    // An earlier call of the same transaction may have waited for a user until now.
    checkFresh(facts, at.nowMs);
    const kept = await checkApprovals(at, wallet, facts, approvals, demand);
    const gated = await gatePrepared(open, wallet, facts);
    if ('approvalId' in gated) throw requestDenied(gated.decision, { approvalId: gated.approvalId });
    const { raw, hash } = await signed(open, wallet, gated, kept);
    const { account, chain } = wallet;
    return Object.freeze({
      raw,
      hash,
      address: walletAddress(account),
      account,
      chain,
      requestId: facts.id,
      decisionId: gated.decisionId,
    });
  });
}
