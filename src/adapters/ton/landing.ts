import type { SignedTransaction } from '../../core/transaction.ts';
import type { AccountState } from './account-state.ts';
import { normalisedHash } from './assemble.ts';
import type { ChainTransaction } from './chain-transaction.ts';
import type { TonClient } from './client.ts';
import { readHistory } from './history.ts';
import { seqnoOf } from './signed-message.ts';

/** Transactions of the wallet that one look goes through; a wallet that gets thousands of payments a minute is no agent's. */
const MAX_LOOKED_THROUGH = 1_024;

/** Which message used a slot of the wallet. */
export type Landing =
  | { readonly kind: 'ours'; readonly transaction: ChainTransaction }
  /** Another external message, by its normalised hash; null where the wallet was moved on from inside the chain. */
  | { readonly kind: 'other'; readonly hash: string | null }
  | { readonly kind: 'not_found' };

/**
 * Looks for the message that used `signed.slot` in the wallet's own history, from `state` backwards.
 *
 * An external message that took no effect used no slot. Nothing but an external message is taken for one: anybody may send
 * the wallet internal messages that look like orders. Only once an earlier slot's message is reached, so that every transaction
 * since was seen, is it certain that ours is not among them.
 */
export async function findInHistory(
  client: TonClient,
  state: AccountState,
  signed: Pick<SignedTransaction, 'slot' | 'hash'>,
  signal?: AbortSignal,
): Promise<Landing> {
  for await (const transaction of readHistory(client, state, MAX_LOOKED_THROUGH, signal)) {
    const incoming = transaction.inMessage?.message;
    if (incoming?.info.type !== 'external-in' || !transaction.committed) continue;
    const hash = normalisedHash(incoming.info.dest, incoming.body);
    if (hash === signed.hash) return { kind: 'ours', transaction };
    const seqno = seqnoOf(incoming.body);
    if (seqno === signed.slot) return { kind: 'other', hash };
    if (seqno !== null && seqno < signed.slot) return { kind: 'other', hash: null };
  }
  return { kind: 'not_found' };
}
