import type { CoSigning } from '../../../../core/smart-account.ts';
import { safeTxHash } from './safe-hash.ts';
import { readOrder, type SafeOrder, withSignatures } from './safe-order.ts';
import { packSignatures } from './safe-signatures.ts';

/** What the owners sign for an order: it follows from the chain and the Safe of the sender's transaction, and the order's number. */
export function orderHash({ outer, safe, call, nonce }: Pick<SafeOrder, 'outer' | 'safe' | 'call' | 'nonce'>): Uint8Array {
  return safeTxHash(outer.chainId, safe, call, nonce);
}

/**
 * What owners sign for a payload before its sender does, and the transaction that the sender signs then. Whether the signers are owners of the wallet is for whoever knows its record: `adopt` and `decode`.
 * @throws PAYLOAD_UNDECODABLE for anything but an order of a plain call
 */
export function coSigningOf(payload: Uint8Array): CoSigning {
  const order = readOrder(payload);
  const hash = orderHash(order);
  return { hash, attach: (signatures) => withSignatures(order, packSignatures(hash, order.nonce, signatures)) };
}
