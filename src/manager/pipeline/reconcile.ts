import { accountChain } from '../../core/account.ts';
import { type RequestRow, storeKey } from '../../core/store.ts';
import { type AdvanceParts, advance } from './advance.ts';
import { type SettleSignatureParts, settleSignature } from './settle-signature.ts';

/** What one pass over the open requests did. */
export interface ReconcileReport {
  readonly open: number;
  readonly settled: number;
  readonly waiting: number;
  readonly failed: number;
}

/** Open requests read at a time. */
const PAGE = 500;

/** Requests whose money is on its way: their number is bounded by what is in flight, not by history. */
export async function openRequests(parts: Pick<AdvanceParts, 'store'>): Promise<readonly RequestRow[]> {
  const open: RequestRow[] = [];
  for (let after: string | undefined; ; ) {
    const index = await parts.store.scan(storeKey.openAll(), { limit: PAGE, ...(after === undefined ? {} : { after }) });
    const keys = index.map(({ value }) => {
      const { agent, requestId } = value as { readonly agent: string; readonly requestId: string };
      return storeKey.request(agent, requestId);
    });
    const found = keys.length === 0 ? [] : await parts.store.get(keys);
    open.push(...found.filter((row) => row !== undefined).map((row) => row as unknown as RequestRow));
    after = index.at(-1)?.key;
    if (index.length < PAGE || after === undefined) return open;
  }
}

type Outcome = 'settled' | 'waiting' | 'failed';

/** One look at one transaction: nothing is waited for, and what goes wrong with it is its own. */
async function look(parts: AdvanceParts, row: RequestRow, signal: AbortSignal): Promise<Outcome> {
  // Nobody is disturbed by what runs by itself: a user is asked again by whoever asks for the request again.
  const custodian: AdvanceParts['custodian'] = {
    ...parts.custodian,
    resume: (lost) => parts.custodian.resume(lost, { asksUsers: false }),
  };
  try {
    const { status } = await advance({ ...parts, custodian }, row, { timeoutMs: 0, signal });
    return status === 'final' ? 'settled' : status === 'pending' ? 'waiting' : 'failed';
  } catch {
    return 'failed';
  }
}

/** The same for a signature that others have: the chain is asked what became of it. */
async function lookAtSignature(parts: SettleSignatureParts, row: RequestRow, signal: AbortSignal): Promise<Outcome> {
  try {
    return (await settleSignature(parts, row, signal)) === 'open' ? 'waiting' : 'settled';
  } catch {
    return 'failed';
  }
}

/**
 * Drives every request that a crash or a time-out left open: the redeemed ones are completed with their own bytes, the
 * signed and broadcast ones are sent again and looked up. Held ones are left to their agent, or to their expiry. The
 * transactions of one wallet go in the order of its sequence, the wallets beside each other; signatures that are out are
 * asked after, one chain beside the other.
 */
export async function reconcile(
  parts: SettleSignatureParts,
  options: { readonly skip: (row: RequestRow) => boolean; readonly signal: AbortSignal },
): Promise<ReconcileReport> {
  const open = (await openRequests(parts)).filter(
    (row) => (row.state === 'redeemed' || row.state === 'signed' || row.state === 'broadcast') && !options.skip(row),
  );
  const outcomes: Outcome[] = [];
  const inTurn = async (rows: readonly RequestRow[], one: typeof lookAtSignature): Promise<void> => {
    for (const row of rows) {
      if (options.signal.aborted) return;
      // Somebody may have begun to drive it since it was read.
      if (!options.skip(row)) outcomes.push(await one(parts, row, options.signal));
    }
  };
  const bySlot = (left: RequestRow, right: RequestRow): number => (left.slot ?? 0) - (right.slot ?? 0);
  const transactions = open.filter(({ signature }) => signature === undefined);
  const signatures = open.filter(({ signature }) => signature !== undefined);
  // However many signatures are out: no transaction waits for what the chain says of them.
  await Promise.all([
    ...[...Map.groupBy(transactions, ({ wallet }) => wallet).values()].map((rows) => inTurn(rows.sort(bySlot), look)),
    ...[...Map.groupBy(signatures, ({ wallet }) => accountChain(wallet)).values()].map((rows) => inTurn(rows, lookAtSignature)),
  ]);
  const count = (outcome: Outcome): number => outcomes.filter((one) => one === outcome).length;
  return {
    open: open.length,
    settled: count('settled'),
    waiting: open.length - count('settled') - count('failed'),
    failed: count('failed'),
  };
}
