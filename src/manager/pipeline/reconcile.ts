import { type AdvanceParts, advance } from './advance.ts';
import { type RequestRow, storeKey } from '../../core/store.ts';

/** What one pass over the open requests did. */
export interface ReconcileReport {
  readonly open: number;
  readonly settled: number;
  readonly waiting: number;
  readonly failed: number;
}

/** Most open requests read in one pass; what is left comes in the next. */
const PASS = 1_000;

/** Requests whose money is on its way: their number is bounded by what is in flight, not by history. */
export async function openRequests(parts: Pick<AdvanceParts, 'store'>): Promise<readonly RequestRow[]> {
  const index = await parts.store.scan(storeKey.openAll(), { limit: PASS });
  const keys = index.map(({ value }) => {
    const { agent, requestId } = value as { readonly agent: string; readonly requestId: string };
    return storeKey.request(agent, requestId);
  });
  const found = keys.length === 0 ? [] : await parts.store.get(keys);
  return found.filter((row) => row !== undefined).map((row) => row as unknown as RequestRow);
}

/**
 * Drives every request that a crash or a time-out left open: the redeemed ones are completed with their own bytes, the
 * signed and broadcast ones are sent again and watched. Held ones are left to their agent, or to their expiry.
 */
export async function reconcile(parts: AdvanceParts, options: { readonly timeoutMs: number; readonly skip: (row: RequestRow) => boolean; readonly signal: AbortSignal }): Promise<ReconcileReport> {
  const open = (await openRequests(parts)).filter((row) => (row.state === 'redeemed' || row.state === 'signed' || row.state === 'broadcast') && !options.skip(row));
  const inOrder = [...open].sort((left, right) => (left.slot ?? 0) - (right.slot ?? 0));
  let settled = 0;
  let failed = 0;
  for (const row of inOrder) {
    if (options.signal.aborted) break;
    const outcome = await advance(parts, row, { timeoutMs: options.timeoutMs, signal: options.signal });
    if (outcome.status === 'final') settled += 1;
    else if (outcome.status === 'stopped') failed += 1;
  }
  return { open: open.length, settled, waiting: open.length - settled - failed, failed };
}
