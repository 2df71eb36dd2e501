import { purposeOf } from '../../../core/effect.ts';
import { CellReader } from '../cell-reader.ts';
import type { Arrival, Use } from './deployment.ts';

const OP_BUY = 2;
const OP_CANCEL = 3;

/**
 * What the contract of one sale is told: nothing at all or `2 query_id:64` buys, `3 query_id:64` takes the item back. The
 * price is the contract’s; what is above it comes with the item.
 * @throws PAYLOAD_UNDECODABLE
 * @see https://github.com/getgems-io/nft-contracts
 */
export function orderAtSale({ payload, asset, native, amount, from, at }: Arrival): Omit<Use, 'op' | 'protocol'> | null {
  const reader = new CellReader(payload);
  if (asset !== native) return null;
  const isEmpty = reader.bitsLeft === 0 && reader.refsLeft === 0;
  const op = isEmpty ? OP_BUY : reader.bitsLeft < 32 ? 0 : reader.uint(32);
  if (op !== OP_BUY && op !== OP_CANCEL) return null;
  if (!isEmpty) reader.bytes(8);
  reader.end();
  const gets = at.assets.map((item) => ({ asset: item, amount: 1n, to: from }));
  const isBuy = op === OP_BUY;
  const args = { amount: amount.toString() };
  return { method: isBuy ? 'buy' : 'cancel_sale', ...purposeOf(isBuy ? 'buy' : 'withdraw_offer'), args, gets, others: [] };
}
