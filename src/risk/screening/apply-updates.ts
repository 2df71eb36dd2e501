import { BodyDigester } from './body-digest.ts';
import type { ListBytes } from './list-bytes.ts';
import type { CheckedSource } from './list-source.ts';
import { type ListState, refusedUpdate, type SignedListUpdate, verifyListUpdate } from './list-update.ts';
import { type LoadedList, type LoadParts, loadList } from './load-list.ts';

/** An update with its rows. */
export interface ListUpdate extends SignedListUpdate {
  readonly body: ListBytes;
}

/**
 * Applies signed updates in a row to a list, aside: all of them or none.
 *
 * Fails closed: refused are an unsigned update, one of a stranger, of another list, that is over, whose body is another, and any
 * row of updates that ends before `last`, or at its number with other words. @throws SIGNATURE_INVALID, REQUEST_INVALID
 *
 * @param current - the list as it stands; undefined where it is not loaded
 * @param last - what was kept of the latest update, in an earlier process too; null for the first one ever
 */
export async function applyUpdates(
  source: CheckedSource,
  updates: readonly ListUpdate[],
  { current, last, ...parts }: LoadParts & { readonly current: LoadedList | undefined; readonly last: ListState | null },
): Promise<LoadedList & { readonly state: ListState }> {
  const refuse = (reason: Parameters<typeof refusedUpdate>[1]) => refusedUpdate(source.name, reason);
  let reached: LoadedList | undefined = current;
  for (const update of updates) {
    const check = verifyListUpdate(update, {
      list: source.name,
      signers: source.signers,
      after: reached?.state ?? null,
      nowMs: parts.clock.nowMs(),
    });
    if (!check.ok) throw refuse(check.reason);
    const { header, state } = check;
    const digester = new BodyDigester();
    const change = header.operation === 'full' || reached === undefined ? undefined : { base: reached, operation: header.operation };
    const loaded = await loadList(source, update.body, { ...parts, change, digester });
    const { body, bytes } = digester.result();
    if (body !== header.body || bytes !== header.bytes) throw refuse('body');
    reached = Object.freeze({ ...loaded, state });
  }
  const state = reached?.state ?? null;
  if (updates.length === 0 || reached === undefined || state === null) throw refuse('unsigned');
  if (last !== null && (state.sequence < last.sequence || (state.sequence === last.sequence && state.digest !== last.digest)))
    throw refuse('rolled_back');
  return { ...reached, state };
}
