import type { AccountId } from '../../core/ids.ts';
import type { SlotRow } from '../../core/slot.ts';
import { type Store, storeKey } from '../../core/store.ts';
import type { Journal } from '../journal.ts';

/**
 * Gives back every hold of an agent that is not redeemed yet, and with each the permit that stands on it. Called while the
 * agent has no policy, so that no new one comes in between: what was permitted to an agent that was removed is not permitted
 * again by registering it again. Whoever redeems first has it. Idempotent.
 */
export async function voidPermits(
  { store, journal }: { readonly store: Store; readonly journal: Journal },
  agentId: string,
  wallets: readonly AccountId[],
): Promise<void> {
  if (wallets.length === 0) return;
  const rows = await store.get(wallets.map((wallet) => storeKey.slots(wallet)));
  for (const row of rows) {
    for (const { request } of (row as unknown as SlotRow | undefined)?.held ?? []) {
      const at = request.lastIndexOf('/');
      if (request.slice(at + 1) === agentId)
        await journal.apply([{ kind: 'ledger.expire', agent: agentId, requestId: request.slice(0, at) }]);
    }
  }
}
