import type { Cell } from '@ton/core';
import { purposeOf } from '../../../core/effect.ts';
import type { AssetId } from '../../../core/ids.ts';
import { CellReader } from '../cell-reader.ts';
import type { Arrival, Deployment, Protocols, Use } from './deployment.ts';

const OP_TONSTAKERS_DEPOSIT = 0x47d54391;
const OP_BEMO_STAKE = 0x4253c4d5;
/** One letter as a text comment: deposit, withdraw. */
const NOMINATOR_ORDERS: ReadonlyMap<number, string> = new Map([
  [0x64, 'deposit'],
  [0x77, 'withdraw'],
]);
const REFERRAL_BITS = 64;

const staking = (method: 'stake' | 'unstake', args: Use['args']): Omit<Use, 'op' | 'protocol'> => ({
  method,
  ...purposeOf(method),
  args,
  gets: [],
  others: [],
});

/** `deposit#47d54391 query_id:64 [referral:64]` @see https://github.com/ton-blockchain/liquid-staking-contract */
function tonstakers(reader: CellReader, { amount }: Arrival): Omit<Use, 'op' | 'protocol'> | null {
  if (reader.uint(32) !== OP_TONSTAKERS_DEPOSIT) return null;
  reader.bytes(8);
  if (reader.bitsLeft === REFERRAL_BITS) reader.bytes(REFERRAL_BITS / 8);
  reader.end();
  return staking('stake', { amount: amount.toString() });
}

/** `stake#4253c4d5 query_id:64 forward_amount:Coins forward:Maybe ^`; a payload would be for somebody who is notified. */
function bemo(reader: CellReader, { amount }: Arrival): Omit<Use, 'op' | 'protocol'> | null {
  if (reader.uint(32) !== OP_BEMO_STAKE) return null;
  reader.bytes(8);
  reader.coins();
  if (reader.bit()) return null;
  reader.end();
  return staking('stake', { amount: amount.toString() });
}

/** `0:32 "d"` or `"w"`. @see https://github.com/ton-blockchain/nominator-pool */
function nominatorPool(reader: CellReader, { amount }: Arrival): Omit<Use, 'op' | 'protocol'> | null {
  if (reader.bitsLeft !== 40 || reader.uint(32) !== 0) return null;
  const method = NOMINATOR_ORDERS.get(reader.uint(8));
  reader.end();
  return method === undefined ? null : staking(method === 'deposit' ? 'stake' : 'unstake', { amount: amount.toString() });
}

/** Coins for a staking pool. @throws PAYLOAD_UNDECODABLE */
export function coinsForPool(arrival: Arrival): Omit<Use, 'op' | 'protocol'> | null {
  const reader = new CellReader(arrival.payload);
  if (arrival.asset !== arrival.native || reader.bitsLeft < 32) return null;
  if (arrival.at.protocol === 'tonstakers') return tonstakers(reader, arrival);
  if (arrival.at.protocol === 'bemo') return bemo(reader, arrival);
  return nominatorPool(reader, arrival);
}

function poolOf(token: AssetId, protocols: Protocols): Deployment | null {
  for (const deployment of protocols.values()) {
    const { protocol, role, assets } = deployment;
    if (role === 'pool' && (protocol === 'tonstakers' || protocol === 'bemo') && assets.includes(token)) return deployment;
  }
  return null;
}

/**
 * What burning a token means where that is how one gets out of a staking pool; null for every other token, or where the
 * pool is told what we do not know. Tonstakers takes two switches: at the end of the round, all or nothing.
 */
export function unstaking(token: AssetId, customPayload: Cell | null, protocols: Protocols): Omit<Use, 'op'> | null {
  const pool = poolOf(token, protocols);
  if (pool === null) return null;
  const plain: Omit<Use, 'op'> = { protocol: pool.protocol, ...staking('unstake', {}) };
  if (customPayload === null) return plain;
  if (pool.protocol !== 'tonstakers' || customPayload.isExotic || customPayload.bits.length !== 2 || customPayload.refs.length > 0)
    return null;
  const reader = new CellReader(customPayload);
  return { ...plain, args: { wait_till_round_end: String(reader.bit()), fill_or_kill: String(reader.bit()) } };
}
