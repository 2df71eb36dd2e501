import type { AccountId } from '../../../core/ids.ts';
import { CellReader } from '../cell-reader.ts';
import { undecodable } from '../undecodable.ts';
import type { Arrival, Use } from './deployment.ts';
import { othersThan } from './deployment.ts';
import { swapAt } from './stonfi.ts';

/** Of version 1: the order of any token, which this account takes with the coins themselves. */
const OP_TRANSFER = 0x0f8a7ea5;
/** Of version 2 (TEP-161). */
const OP_TON_TRANSFER = 0x01f3835d;

interface Passed {
  readonly amount: bigint;
  readonly payload: Arrival['payload'];
  readonly refund: AccountId | null;
}

/** `query_id:64 amount:Coins to:router response custom:0 forward:Coins payload:1 ^` */
function passedV1(reader: CellReader, { chain }: Arrival, router: AccountId): Passed {
  reader.bytes(8);
  const amount = reader.coins();
  if (reader.account(chain) !== router) throw undecodable('another_router');
  const refund = reader.account(chain);
  if (reader.bit()) throw undecodable('a_custom_payload');
  reader.coins();
  if (!reader.bit()) throw undecodable('no_order_for_the_router');
  const payload = reader.ref();
  reader.end();
  return { amount, payload, refund };
}

/** `query_id:64 amount:Coins refund payload:1 ^` @see https://github.com/ton-blockchain/TEPs/pull/161 */
function passedV2(reader: CellReader, { chain }: Arrival): Passed {
  reader.bytes(8);
  const amount = reader.coins();
  const refund = reader.account(chain);
  if (!reader.bit()) throw undecodable('no_order_for_the_router');
  const payload = reader.ref();
  reader.end();
  return { amount, payload, refund };
}

/** Coins for the account by which a router takes them: it passes the order on. @throws PAYLOAD_UNDECODABLE */
export function coinsForRouter(arrival: Arrival): Omit<Use, 'op' | 'protocol'> | null {
  const { at, asset, native, from } = arrival;
  const { owner: router, assets } = at;
  const reader = new CellReader(arrival.payload);
  const op = reader.bitsLeft < 32 ? 0 : reader.uint(32);
  const first = at.protocol === 'stonfi-v1';
  if (router === null || assets[0] !== native || asset !== native || op !== (first ? OP_TRANSFER : OP_TON_TRANSFER)) return null;
  const { amount, payload, refund } = first ? passedV1(reader, arrival, router) : passedV2(reader, arrival);
  if (amount > arrival.amount) throw undecodable('more_than_was_sent');
  const swap = swapAt(router, { ...arrival, amount, payload });
  return swap === null ? null : { ...swap, others: othersThan(from, ...swap.others, refund) };
}
