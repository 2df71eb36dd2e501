import { collectionOf, nativeAssetId } from '../../core/asset.ts';
import type { AccountActivity } from '../../core/chain-adapter.ts';
import type { Decision } from '../../core/decision.ts';
import type { Effect } from '../../core/effect.ts';
import type { SecurityEvent, SecurityEventType } from '../../core/event.ts';
import type { AccountId } from '../../core/ids.ts';
import { type RequestRow, type Store, storeKey } from '../../core/store.ts';
import type { Cover, Watched } from '../../emergency/index.ts';
import { docKey, readDoc, scanDocs, walletFacts } from '../directory.ts';
import { type Grant, grantsOf } from '../exposure/grants.ts';
import { openRequests } from '../pipeline/reconcile.ts';

/** How long after its end a decision still explains what others did by it, ms: the chain is looked at long before. */
const EXPLAINS_MS = 3_600_000;
const NOTHING: Cover = { spends: () => 0n };

/** What our own records can be asked for. */
export interface CoverParts {
  readonly store: Store;
  readonly nowMs: () => number;
  readonly findDecision: (decisionId: string) => Promise<Decision | undefined>;
  readonly history: (range: { readonly sinceMs: number; readonly types: readonly SecurityEventType[] }) => AsyncIterable<SecurityEvent>;
}

/** The request whose bytes are known by this hash. */
async function requestOf({ store }: CoverParts, txHash: string): Promise<RequestRow | undefined> {
  if (txHash === '') return undefined;
  const { value } = await readDoc<{ readonly agent: string; readonly requestId: string }>(store, docKey.sent(txHash));
  if (value === undefined) return undefined;
  const [row] = await store.get([storeKey.request(value.agent, value.requestId)]);
  return row as unknown as RequestRow | undefined;
}

/** What the request may cost at most, in coins, by its decision. */
async function coverOf(parts: CoverParts, row: RequestRow, watched: Watched): Promise<Cover> {
  const decision = await parts.findDecision(row.decisionId);
  const { smart } = await walletFacts(parts.store, row.wallet);
  const payer = smart?.sender ?? row.wallet;
  const native = decision?.chain === undefined || decision.chain === null ? null : nativeAssetId(decision.chain);
  return {
    spends(account) {
      if (account !== payer && account !== watched.wallet) return 0n;
      let sum = account === payer ? BigInt(row.feeCeiling) : 0n;
      for (const effect of decision?.effects ?? [])
        if (effect.kind === 'outflow' && effect.account === account && effect.asset === native) sum += effect.amount;
      return sum;
    },
  };
}

const reaches = (most: bigint | 'unlimited', amount: AccountActivity['amount']): boolean =>
  most === 'unlimited' || (typeof amount === 'bigint' && most >= amount);

/**
 * Whether an effect that was decided about is what somebody else's transaction then did. A transaction pays whom it names; of a signed
 * order, whoever carries it out may be handed the tokens.
 */
function explains(effect: Effect, event: AccountActivity, isOrder: boolean): boolean {
  const { kind, account, asset, amount, counterparty } = event;
  switch (effect.kind) {
    case 'outflow':
      if (!isOrder && effect.counterparty !== counterparty) return false;
      return kind === 'sent' && effect.account === account && effect.asset === asset && reaches(effect.amount, amount);
    case 'allowance':
      if (effect.owner !== account || effect.asset !== asset || !reaches(effect.amount, amount)) return false;
      return kind === 'sent' || (kind === 'allowance' && effect.spender === counterparty);
    case 'operator': {
      const isIt =
        asset !== null && collectionOf(asset)?.endsWith(effect.collection.slice(effect.collection.lastIndexOf(':') + 1)) === true;
      return effect.approved && effect.owner === account && isIt && (kind === 'sent' || effect.operator === counterparty);
    }
    case 'delegation':
      return kind === 'code' && effect.account === account && effect.delegate === counterparty;
    case 'control':
      return kind === 'code' && effect.account === account && effect.aspect === 'code' && effect.to === counterparty;
    default:
      return false;
  }
}

/** Decisions of the agent that others may act by now: what is open, and what came to its end of late. */
async function* livingDecisions(parts: CoverParts, { agent, wallet }: Watched): AsyncGenerator<Decision> {
  const ids = new Set<string>();
  for (const row of await openRequests(parts)) if (row.wallet === wallet) ids.add(row.decisionId);
  // A right that was given and not taken back may be used at any time.
  for (const { owner, decisionId } of await scanDocs<Grant>(parts.store, grantsOf(agent))) if (owner === wallet) ids.add(decisionId);
  const sinceMs = parts.nowMs() - EXPLAINS_MS;
  for await (const event of parts.history({ sinceMs, types: ['execution_success', 'execution_failed'] })) {
    const id = event.agent === agent && 'details' in event ? event.details['decisionId'] : undefined;
    if (typeof id === 'string') ids.add(id);
  }
  for (const id of ids) {
    const decision = await parts.findDecision(id);
    if (decision?.wallet === wallet) yield decision;
  }
}

/**
 * What our records say of something that the chain shows. The wallet's own transactions are ours by their hash alone, for that is written
 * before the bytes leave. What others did is ours where a decision let them: a right that was given, or an order that anybody may carry out.
 */
export async function coverEvent(parts: CoverParts, event: AccountActivity, watched: Watched): Promise<Cover | null> {
  const row = await requestOf(parts, event.txHash);
  if (row?.wallet === watched.wallet) return coverOf(parts, row, watched);
  const isOwn = event.kind === 'sent' && (event.slot !== null || isCoin(event));
  if (isOwn) return null;
  // A contract's code is the one that its address is made of; it comes with the first transaction.
  if (event.kind === 'code' && event.counterparty === null && (await isContract(parts, event.account, watched))) return NOTHING;
  for await (const decision of livingDecisions(parts, watched))
    if (decision.effects.some((effect) => explains(effect, event, decision.signature !== undefined))) return NOTHING;
  return null;
}

const isCoin = ({ asset }: AccountActivity): boolean => asset?.includes('/slip44:') === true;

async function isContract({ store }: CoverParts, account: AccountId, { wallet }: Watched): Promise<boolean> {
  return account === wallet && (await walletFacts(store, wallet)).smart !== undefined;
}
