import type { Message } from '@ton/core';
import { verifyEd25519 } from '../../core/signature.ts';
import type { SignedTransaction } from '../../core/transaction.ts';
import type { AccountState } from './account-state.ts';
import { normalisedHash } from './assemble.ts';
import type { ChainTransaction } from './chain-transaction.ts';
import type { TonClient } from './client.ts';
import { readHistory } from './history.ts';
import { seqnoOf, splitBody } from './signed-message.ts';
import { readWalletState } from './wallet-state.ts';

/** Transactions of the wallet that one look goes through; a wallet that gets thousands of payments a minute is no agent's. */
const MAX_LOOKED_THROUGH = 1_024;

/** Which message used a slot of the wallet. */
export type Landing =
  | { readonly kind: 'ours'; readonly transaction: ChainTransaction }
  /** Another order of the same key: its normalised hash, or null where it came from inside the chain. */
  | { readonly kind: 'other'; readonly hash: string | null }
  | { readonly kind: 'not_found' };

/** Whether the wallet's own key signed the message's order; nobody else, an endpoint least of all, can make one. */
function isSigned({ body }: Message, publicKey: Uint8Array): boolean {
  const parts = splitBody(body);
  return parts !== null && verifyEd25519(publicKey, new Uint8Array(parts.order.hash()), parts.signature);
}

/**
 * Looks for the message that used `signed.slot` in the wallet's own history, from `state` backwards.
 *
 * A message that took no effect used no slot. Another one than ours is believed only with the signature of the wallet's key, for
 * anybody may send the wallet what reads like an order, and an endpoint may invent it.
 */
export async function findInHistory(
  client: TonClient,
  state: AccountState,
  signed: Pick<SignedTransaction, 'slot' | 'hash'>,
  signal?: AbortSignal,
): Promise<Landing> {
  const { publicKey } = readWalletState(state);
  for await (const transaction of readHistory(client, state, MAX_LOOKED_THROUGH, signal)) {
    const incoming = transaction.inMessage?.message;
    if (incoming === undefined || !transaction.committed) continue;
    const { info, body } = incoming;
    const hash = info.type === 'external-in' ? normalisedHash(info.dest, body) : null;
    if (hash === signed.hash) return { kind: 'ours', transaction };
    const seqno = seqnoOf(body);
    if (seqno === signed.slot && publicKey !== null && isSigned(incoming, publicKey)) return { kind: 'other', hash };
    // Everything since an earlier slot was used has been seen.
    if (hash !== null && seqno !== null && seqno < signed.slot) break;
  }
  return { kind: 'not_found' };
}
