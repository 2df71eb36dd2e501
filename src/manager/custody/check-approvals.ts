import type { TimeMs } from '../../core/ids.ts';
import type { Store } from '../../core/store.ts';
import type { Vault } from '../../custody/index.ts';
import type { WalletRecord } from '../directory.ts';
import { type KeptApproval, readApproval, refuseApproval } from './custody-approval.ts';
import { type PreparedFacts, preparedDigest } from './prepared.ts';

/** Most approvals that one call may bring: more parties than that no wallet has. */
const MAX_APPROVALS = 16;

/** Who may say yes for a wallet. */
export function partiesOfWallet({ mode, parties }: WalletRecord): readonly string[] {
  return mode === 'mpc' ? (parties ?? []) : ['user'];
}

/** How many different parties must have said yes before a wallet signs what was prepared. */
export function demandOf({ mode, parties, threshold, platformManaged }: WalletRecord, isPlatformManaged: boolean): number {
  // Of wallets from before names were kept nobody can be asked: they are executed, and not signed for here.
  if (mode === 'mpc') return threshold ?? parties?.length ?? 2;
  return mode !== 'non-custodial' && (!isPlatformManaged || platformManaged === false) ? 1 : 0;
}

/**
 * Reads what a caller hands in as approvals and holds each to this prepared transaction, this wallet, its parties and the
 * time; then there must be enough of them, each of another party.
 * @throws APPROVAL_INVALID with the {@link CustodyRefusal} in `details.reason`
 */
export async function checkApprovals(
  parts: { readonly store: Store; readonly vault: Vault; readonly nowMs: TimeMs },
  wallet: WalletRecord,
  facts: PreparedFacts,
  given: unknown,
  demand: number,
): Promise<readonly KeptApproval[]> {
  // By index, and no more of them than that: how a list goes through itself is its own affair.
  const handed: readonly unknown[] =
    given === undefined || given === null
      ? []
      : Array.isArray(given)
        ? Array.from({ length: Math.min(given.length, MAX_APPROVALS + 1) }, (_, index): unknown => given[index])
        : [given];
  if (handed.length > MAX_APPROVALS) throw refuseApproval('approval_unknown', 'That is more approvals than a wallet has parties.');
  const digest = preparedDigest(facts);
  const kept: KeptApproval[] = [];
  for (const one of handed) {
    const found = await readApproval(parts.store, parts.vault, one);
    const { approval } = found;
    if (approval.preparedDigest !== digest || approval.account !== wallet.account || approval.agentId !== wallet.agent)
      throw refuseApproval('approval_of_another_transaction', 'The approval is about another transaction.');
    if (!partiesOfWallet(wallet).includes(approval.party)) throw refuseApproval('party_unknown', 'The wallet has no such party.');
    if (parts.nowMs >= approval.expiresAtMs) throw refuseApproval('approval_expired', 'The approval has expired.');
    const isAsked = approval.state === 'pending' && approval.approvalId !== null;
    if (approval.state !== 'approved' && !isAsked)
      throw refuseApproval('approval_not_given', `The answer was not a yes: ${approval.state}.`);
    if (!kept.some((other) => other.approval.id === approval.id)) kept.push(found);
  }
  const agreed = new Set(kept.filter(({ approval }) => approval.state === 'approved').map(({ approval }) => approval.party));
  if (agreed.size < demand) throw refuseApproval('parties_too_few', `${demand} different parties have to approve, and ${agreed.size} did.`);
  return kept;
}
