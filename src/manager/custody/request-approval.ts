import { CastellanError } from '../../core/errors.ts';
import { newId } from '../../core/id.ts';
import type { WalletRecord } from '../directory.ts';
import { requestDenied } from '../pipeline/request-denied.ts';
import { submit } from '../pipeline/submit.ts';
import { demandOf, partiesOfWallet } from './check-approvals.ts';
import { type CustodyApproval, keepApproval, refuseApproval } from './custody-approval.ts';
import { buildNow, type CustodyParts, checkAgent, checkStops, formOf, latestMs } from './custody-parts.ts';
import { gatePrepared } from './gate-prepared.ts';
import { unbuildable } from './prepare-transaction.ts';
import { type PreparedFacts, preparedDigest } from './prepared.ts';

/** An answer, and who the gate asks besides. */
type Answer = Pick<CustodyApproval, 'state' | 'approvalId'>;

const ANSWERED = { yes: 'approved', no: 'rejected', late: 'expired' } as const;
const SAID_YES: Answer = { state: 'approved', approvalId: null };

/** The user's own answer, about the bytes of now. */
async function askUser(open: CustodyParts, wallet: WalletRecord, facts: PreparedFacts): Promise<Answer> {
  const { users } = open.house.wallets;
  const built = await buildNow(open, wallet, formOf(open, facts), facts);
  if (!built.ok) throw unbuildable(built.reason);
  const { tx, adapter } = built.value;
  const order = await users.orderOf(wallet.account, facts.id, tx.payload, adapter.codec.signingHash(tx.payload));
  const answer = await users.ask(wallet, order);
  if (answer === 'failed')
    throw new CastellanError('PERMIT_REFUSED', {
      message: 'No signer of this wallet’s user could be asked from here.',
      details: { reason: 'signer_unavailable' },
      retryable: true,
    });
  return { state: ANSWERED[answer], approvalId: null };
}

/** The gate's own wish for a person, where it has one. */
async function askGate(open: CustodyParts, wallet: WalletRecord, facts: PreparedFacts): Promise<Answer> {
  const { parts } = open;
  const form = formOf(open, facts);
  return parts.lanes.run(`request/${wallet.agent}/${facts.id}`, async () => {
    const look = await submit(parts, wallet.agent, form, { dryRun: true, feeBound: BigInt(facts.feeBound) });
    if (look.kind === 'decided' && look.decision.verdict === 'denied') throw requestDenied(look.decision);
    if (look.kind === 'decided' && look.decision.verdict === 'approved') return SAID_YES;
    const gated = await gatePrepared(open, wallet, facts);
    if (!('approvalId' in gated)) return SAID_YES;
    const record = await parts.getApproval(gated.approvalId);
    return { state: record?.state === 'rejected' || record?.state === 'expired' ? record.state : 'pending', approvalId: gated.approvalId };
  });
}

function partyOf(wallet: WalletRecord, party: unknown): string {
  const known = partiesOfWallet(wallet);
  if (party === undefined && wallet.mode === 'mpc') throw refuseApproval('party_missing', `Name the party: ${known.join(', ')}.`);
  const name = party === undefined ? 'user' : party;
  if (typeof name !== 'string' || !known.includes(name)) throw refuseApproval('party_unknown', 'The wallet has no such party.');
  return name;
}

/**
 * Asks for one answer about a prepared transaction and keeps it: of the user, of a party that this process speaks for, or of
 * the people whom the gate wants to ask.
 */
export async function requestApproval(
  open: CustodyParts,
  wallet: WalletRecord,
  facts: PreparedFacts,
  asked: unknown,
): Promise<CustodyApproval> {
  const { house } = open;
  await checkStops(open.parts, wallet.agent);
  const party = partyOf(wallet, asked);
  const isParty = demandOf(wallet, house.config.custody.platformManaged) > 0;
  const answer =
    wallet.mode === 'non-custodial' ? await askUser(open, wallet, facts) : isParty ? SAID_YES : await askGate(open, wallet, facts);
  // People take their time: what was stopped meanwhile is approved by nobody.
  await checkStops(open.parts, wallet.agent);
  await checkAgent(open, wallet.agent);
  const createdAtMs = await latestMs(open);
  const approval: CustodyApproval = Object.freeze({
    v: 1,
    id: newId(house.host.random, createdAtMs),
    preparedId: facts.id,
    preparedDigest: preparedDigest(facts),
    account: wallet.account,
    agentId: wallet.agent,
    mode: wallet.mode,
    party,
    ...answer,
    rendered: facts.rendered,
    createdAtMs,
    expiresAtMs: facts.expiresAtMs,
  });
  const at = house.host.clock.nowMs();
  const kept = await house.journal.apply([
    keepApproval(house.custody.vault, approval),
    house.journal.command({
      v: 1,
      id: newId(house.host.random, at),
      tenant: house.config.tenant,
      at,
      agent: wallet.agent,
      severity: approval.state === 'rejected' ? 'warning' : 'info',
      type: approval.state === 'pending' ? 'approval_requested' : 'approval_decision',
      details: { approvalId: approval.id, requestId: facts.id, account: wallet.account, approver: party, state: approval.state },
    }),
  ]);
  if (!kept.ok) throw new CastellanError('STORE_UNAVAILABLE', { message: 'The approval could not be kept.', retryable: true });
  return approval;
}
