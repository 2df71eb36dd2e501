import type { Message } from '@ton/core';
import { CastellanError } from '../../core/errors.ts';
import { verifyEd25519 } from '../../core/signature.ts';
import type { SignedTransaction } from '../../core/transaction.ts';
import type { AccountState } from './account-state.ts';
import { normalisedHash } from './assemble.ts';
import type { ChainTransaction } from './chain-transaction.ts';
import type { TonClient } from './client.ts';
import { readHistory } from './history.ts';
import { isForInside, seqnoOf, splitBody } from './signed-message.ts';
import { readWalletState } from './wallet-state.ts';

/** Transactions of the wallet that one look goes through; a wallet that gets thousands of payments a minute is no agent's. */
const MAX_LOOKED_THROUGH = 2_048;

/** Which message used a slot of the wallet. */
export type Landing =
  | { readonly kind: 'ours'; readonly transaction: ChainTransaction }
  /** Another order of the same key: its normalised hash, or null where it came from inside the chain. */
  | { readonly kind: 'other'; readonly hash: string | null }
  /** Not in all that came since an earlier slot was used, or since the account began. */
  | { readonly kind: 'not_found' };

/** Whether the wallet's own key signed the message's order; nobody else, an endpoint least of all, can make one. */
function isSigned({ body }: Message, publicKey: Uint8Array): boolean {
  const parts = splitBody(body);
  return parts !== null && verifyEd25519(publicKey, new Uint8Array(parts.order.hash()), parts.signature);
}

function tooLong(max: number): CastellanError {
  return new CastellanError('CHAIN_UNAVAILABLE', {
    message: 'The wallet’s history is too long to find what used the slot.',
    details: { reason: 'history_too_long', max },
  });
}

/**
 * Looks for the message that used `signed.slot` in the wallet's own history, from `state` backwards.
 *
 * A message that took no effect used no slot. Another one than ours is believed only with the signature of the wallet's key, for
 * anybody may send the wallet what reads like an order, and an endpoint may invent it. From inside the chain an order counts only
 * if it was signed for that: a copy of ours, or of one that expired, moves nothing.
 * @throws CHAIN_UNAVAILABLE with `details.reason` `history_too_long` where the slot was used before all that was looked through
 */
export async function findInHistory(
  client: TonClient,
  state: AccountState,
  signed: Pick<SignedTransaction, 'slot' | 'hash'>,
  signal?: AbortSignal,
  max = MAX_LOOKED_THROUGH,
): Promise<Landing> {
  const { publicKey } = readWalletState(state);
  let seen = 0;
  for await (const transaction of readHistory(client, state, max, signal)) {
    seen += 1;
    const incoming = transaction.inMessage?.message;
    if (incoming === undefined || !transaction.committed) continue;
    const { info, body } = incoming;
    const hash = info.type === 'external-in' ? normalisedHash(info.dest, body) : null;
    if (hash === signed.hash) return { kind: 'ours', transaction };
    const seqno = info.type === 'external-in' || isForInside(body) ? seqnoOf(body) : null;
    if (seqno === signed.slot && publicKey !== null && isSigned(incoming, publicKey)) return { kind: 'other', hash };
    // Everything since an earlier slot was used has been seen.
    if (hash !== null && seqno !== null && seqno < signed.slot) return { kind: 'not_found' };
    if (seen === max && transaction.previousLt > 0n) throw tooLong(max);
  }
  return { kind: 'not_found' };
}
