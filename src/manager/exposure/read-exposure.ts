import { type Exposure, exposureOf } from '../../authz/index.ts';
import { accountChain } from '../../core/account.ts';
import type { Decision } from '../../core/decision.ts';
import { CastellanError } from '../../core/errors.ts';
import type { AgentId } from '../../core/ids.ts';
import type { SlotRow } from '../../core/slot.ts';
import { type RequestRow, type Store, storeKey } from '../../core/store.ts';
import { type AgentRecord, type Chains, docKey, readDoc, scanDocs } from '../directory.ts';
import { openRequests } from '../pipeline/reconcile.ts';
import { type Grant, grantsOf } from './grants.ts';
import { createSums, type ExposureReport, type LiveAllowance, type OpenRequest, type OpenSignature } from './report.ts';

/** What reading exposure needs. */
export interface ExposureParts {
  readonly store: Store;
  readonly chains: Chains;
  readonly nowMs: () => number;
  readonly findDecision: (decisionId: string) => Promise<Decision | undefined>;
}

/** How exposure is read. */
export interface ExposureOptions {
  /** Asks the chains what is left of each allowance. Default false. */
  readonly live?: boolean | undefined;
}

async function agentsOf({ store }: ExposureParts, agentId: AgentId | undefined): Promise<readonly AgentRecord[]> {
  if (agentId === undefined) return scanDocs<AgentRecord>(store, docKey.agent(''));
  const { value } = await readDoc<AgentRecord>(store, docKey.agent(agentId));
  if (value === undefined) throw new CastellanError('AGENT_UNKNOWN', { message: 'No such agent is registered.', details: { agentId } });
  return [value];
}

/** Requests that hold a place in a sequence and are not redeemed: those of the wallets, not of history. */
async function heldRequests({ store, nowMs }: ExposureParts, agents: readonly AgentRecord[]): Promise<readonly RequestRow[]> {
  const wallets = agents.flatMap((agent) => agent.wallets);
  if (wallets.length === 0) return [];
  const slots = (await store.get(wallets.map((wallet) => storeKey.slots(wallet)))) as unknown as readonly (SlotRow | undefined)[];
  const held = slots.flatMap((row) => (row?.held ?? []).filter(({ dueMs }) => dueMs >= nowMs()));
  const keys = held.map(({ request }) => {
    const [requestId = '', agent = ''] = request.split('/');
    return storeKey.request(agent, requestId);
  });
  const rows = keys.length === 0 ? [] : ((await store.get(keys)) as unknown as readonly (RequestRow | undefined)[]);
  return rows.filter((row) => row?.state === 'held') as readonly RequestRow[];
}

function powersOf({ powers, calls }: Exposure): readonly string[] {
  return [...new Set([...powers.map(({ kind }) => kind), ...(calls.some(({ decoded }) => !decoded) ? ['unknown'] : [])])];
}

function toOpenRequest(parts: ExposureParts, row: RequestRow, decision: Decision): OpenRequest {
  const { agent, requestId, decisionId, wallet, state } = row;
  const chain = accountChain(wallet);
  const { asset: native } = parts.chains.adapter(chain).codec.nativeAsset(chain);
  const fee = { asset: native, ceiling: BigInt(row.feeCeiling), params: {} };
  const exposure = exposureOf(decision.effects, { chain, wallet, fee });
  const sums = createSums();
  for (const { asset, amount } of exposure.spendTotals) sums.add('pending', asset, amount.toString());
  for (const { asset, amount } of exposure.allowances) if (amount === 'unlimited') sums.add('pending', asset, amount);
  if (exposure.fee.amount > 0n) sums.add('pending', exposure.fee.asset, exposure.fee.amount.toString());
  return {
    agent,
    requestId,
    decisionId,
    wallet,
    state: state as OpenRequest['state'],
    amounts: sums.list().map(({ asset, pending }) => ({ asset, amount: pending })),
    powers: powersOf(exposure),
    sinceMs: row.updatedMs,
  };
}

/** What the chain says is left of an allowance; null where it cannot be asked, or does not answer. */
async function leftOf({ chains }: ExposureParts, { owner, spender, asset }: Grant): Promise<string | null> {
  if (asset === null) return null;
  try {
    const left = await chains.node(accountChain(owner)).allowance?.(asset, owner, spender);
    return left?.toString() ?? null;
  } catch {
    return null;
  }
}

function toAllowance({ atMs, ...grant }: Grant): LiveAllowance {
  const { agent, owner, spender, asset, collection, amount, expiresAtMs, requestId, decisionId } = grant;
  return { agent, owner, spender, asset, collection, amount, expiresAtMs, requestId, decisionId, sinceMs: atMs };
}

/**
 * What others could still take from an agent's wallets, or from all of them, by our own records: in time that grows with what is
 * open, never with history.
 * @throws AGENT_UNKNOWN; STORE_UNAVAILABLE
 */
export async function readExposure(
  parts: ExposureParts,
  agentId: AgentId | undefined,
  { live = false }: ExposureOptions = {},
): Promise<ExposureReport> {
  const agents = await agentsOf(parts, agentId);
  const [open, held, grants] = await Promise.all([
    openRequests(parts),
    heldRequests(parts, agents),
    scanDocs<Grant>(parts.store, grantsOf(agentId)),
  ]);
  const sums = createSums();
  const transactions: OpenRequest[] = [];
  const signatures: OpenSignature[] = [];
  const unread: ExposureReport['unread'][number][] = [];
  for (const row of [...held, ...open]) {
    if (agentId !== undefined && row.agent !== agentId) continue;
    const decision = await parts.findDecision(row.decisionId).catch(() => undefined);
    if (decision === undefined) {
      unread.push({ agent: row.agent, requestId: row.requestId });
      continue;
    }
    const request = toOpenRequest(parts, row, decision);
    for (const { asset, amount } of request.amounts) sums.add(row.signature === undefined ? 'pending' : 'signatures', asset, amount);
    if (row.signature === undefined) transactions.push(request);
    else {
      const { standard, summary, expiresAtMs } = row.signature;
      signatures.push({ ...request, standard, summary, expiresAtMs });
    }
  }
  const atMs = parts.nowMs();
  const standing = grants.filter(({ expiresAtMs }) => expiresAtMs === null || expiresAtMs > atMs);
  const allowances: LiveAllowance[] = [];
  for (const grant of standing) {
    if (grant.asset !== null) sums.add('allowances', grant.asset, grant.amount);
    allowances.push(live ? { ...toAllowance(grant), live: await leftOf(parts, grant) } : toAllowance(grant));
  }
  return { atMs, assets: sums.list(), transactions, signatures, allowances, unread };
}
