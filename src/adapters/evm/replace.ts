import { serializeTransaction } from 'viem';
import type { ChainId } from '../../core/ids.ts';
import { parseBaseUnits } from '../../core/money.ts';
import type { Action, FeeQuote, UnsignedTransaction } from '../../core/transaction.ts';
import { payloadOf, readPayload } from './accounts/payload.ts';
import { hexOf } from './address.ts';
import { malformed } from './answer.ts';
import type { RpcClient } from './client.ts';
import { quoteFee, readGasPrice, tooDear } from './fees.ts';
import { adopt, readOn } from './parse.ts';
import { undecodable } from './undecodable.ts';

/** An eighth more in both fields: nodes ask for a tenth at least. */
const raised = (price: bigint): bigint => (price * 9n + 7n) / 8n;

const param = (fee: FeeQuote, name: string): bigint => parseBaseUnits(fee.params[name] ?? '');

/**
 * The same transaction at the same nonce with another fee, as EIP-1559. One with blobs or authorizations has a pool of its own in most nodes
 * and stays as it is; what others sign first would have to be signed again by all of them.
 * @throws PAYLOAD_UNDECODABLE
 */
export function reprice(tx: UnsignedTransaction, fee: FeeQuote): UnsignedTransaction {
  const { outer, form, params } = readPayload(tx.payload, tx.smart);
  const envelope = readOn(outer, tx.chain);
  const { type, to, value, data, accessList, chainId, nonce } = envelope;
  if (form === 'order' || type === 'eip4844' || type === 'eip7702') throw undecodable('type_unsupported', { type, form });
  const serialized = serializeTransaction({
    type: 'eip1559',
    chainId: Number(chainId),
    nonce: Number(nonce),
    gas: param(fee, 'gas'),
    maxFeePerGas: param(fee, 'maxFeePerGas'),
    maxPriorityFeePerGas: param(fee, 'maxPriorityFeePerGas'),
    ...(to === null ? {} : { to }),
    value,
    data: hexOf(data),
    accessList,
  });
  const bytes = new Uint8Array(Buffer.from(serialized.slice(2), 'hex'));
  return { ...adopt(payloadOf(bytes, tx.smart, params), tx.chain, tx.wallet, tx.smart), fee };
}

const FIELDS = ['maxFeePerGas', 'maxPriorityFeePerGas'] as const;
/** The least that nodes take for a dearer one: a tenth more, and more in any case. */
const dearer = (price: bigint): bigint => (price * 11n + 9n) / 10n || 1n;

/**
 * The fee that nodes would ask for `tx` at least, in the place of `stuck`: a tenth more in both fields. Undefined where it bids that.
 * @throws PAYLOAD_UNDECODABLE where either has blobs, which have a pool and a price of their own
 */
export function underbid(tx: UnsignedTransaction, stuck: UnsignedTransaction): FeeQuote['params'] | undefined {
  if (tx.fee.params['blobs'] !== undefined || stuck.fee.params['blobs'] !== undefined)
    throw undecodable('type_unsupported', { type: 'eip4844' });
  if (FIELDS.every((field) => param(tx.fee, field) >= dearer(param(stuck.fee, field)))) return undefined;
  return Object.fromEntries(FIELDS.map((field) => [field, dearer(param(stuck.fee, field)).toString()]));
}

/**
 * The fee for another transaction in the place of `stuck`: at least an eighth above it in both fields, and enough for the next blocks.
 * @throws CHAIN_REJECTED with `details.reason` `fee_exceeds_ceiling` where that is more than `ceiling`
 */
export async function requote(
  client: RpcClient,
  chain: ChainId,
  stuck: UnsignedTransaction,
  options: { readonly instead?: Action; readonly ceiling?: bigint; readonly signal?: AbortSignal },
): Promise<FeeQuote> {
  const { instead, ceiling, signal } = options;
  const own =
    instead === undefined ? stuck.fee : await quoteFee(client, chain, instead, stuck.wallet, signal === undefined ? {} : { signal });
  const gas = param(own, 'gas');
  const price = await readGasPrice(client, signal);
  const tipFloor = raised(param(stuck.fee, 'maxPriorityFeePerGas'));
  const tip = tipFloor > price.tip ? tipFloor : price.tip;
  const raisedMost = raised(param(stuck.fee, 'maxFeePerGas'));
  // A base fee rises by at most an eighth per block.
  const next = (price.baseFee * 9n) / 8n + tip;
  const needed = raisedMost > next ? raisedMost : next;
  const generous = price.baseFee * 2n + tip;
  const wanted = needed > generous ? needed : generous;
  if (gas === 0n || wanted >= 2n ** 128n) throw malformed('fee');
  const affordable = ceiling === undefined ? wanted : ceiling / gas;
  if (affordable < needed) throw tooDear(gas * needed, ceiling ?? 0n);
  const maxFeePerGas = wanted < affordable ? wanted : affordable;
  return {
    ...own,
    ceiling: gas * maxFeePerGas,
    params: { ...own.params, maxFeePerGas: maxFeePerGas.toString(), maxPriorityFeePerGas: tip.toString() },
  };
}
