import { type RequestRow, storeKey } from '../../core/store.ts';
import { type AdvanceParts, advance } from './advance.ts';

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

/** One look at one request: nothing is waited for, and what goes wrong with it is its own. */
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

/**
 * Drives every request that a crash or a time-out left open: the redeemed ones are completed with their own bytes, the
 * signed and broadcast ones are sent again and looked up. Held ones are left to their agent, or to their expiry. The
 * requests of one wallet go in the order of its sequence, the wallets beside each other.
 */
export async function reconcile(
  parts: AdvanceParts,
  options: { readonly skip: (row: RequestRow) => boolean; readonly signal: AbortSignal },
): Promise<ReconcileReport> {
  const open = (await openRequests(parts)).filter(
    (row) => (row.state === 'redeemed' || row.state === 'signed' || row.state === 'broadcast') && !options.skip(row),
  );
  const outcomes: Outcome[] = [];
  const ofWallet = async (rows: readonly RequestRow[]): Promise<void> => {
    for (const row of [...rows].sort((left, right) => (left.slot ?? 0) - (right.slot ?? 0))) {
      if (options.signal.aborted) return;
      // Somebody may have begun to drive it since it was read.
      if (!options.skip(row)) outcomes.push(await look(parts, row, options.signal));
    }
  };
  await Promise.all([...Map.groupBy(open, (row) => row.wallet).values()].map(ofWallet));
  const count = (outcome: Outcome): number => outcomes.filter((one) => one === outcome).length;
  return {
    open: open.length,
    settled: count('settled'),
    waiting: open.length - count('settled') - count('failed'),
    failed: count('failed'),
  };
}
