import { keccak256 } from '../../../../core/digest.ts';
import { purposeOf } from '../../../../core/effect.ts';
import { accountOf, hexOf } from '../../address.ts';
import type { Found } from '../../decode/found.ts';
import type { Kind } from './kind.ts';
import { Members } from './members.ts';
import { anotherOwner, assetAt, callTo, endless, expiryMs, markAt } from './parts.ts';

/** AggregationRouterV6, at the same address on most chains. @see https://portal.1inch.dev/documentation */
const ROUTER = '0x111111125421ca6dc452d289314280a0f8842a65';
const SELF = `0x${'0'.repeat(40)}`;

const bit = (traits: bigint, at: bigint): boolean => ((traits >> at) & 1n) === 1n;
const bits = (traits: bigint, from: bigint, width: bigint): bigint => (traits >> from) & ((1n << width) - 1n);

/**
 * A limit order: so much leaves at most. Behind an extension, which the typed data holds only the hash of, other rules may set
 * what comes in.
 *
 * `makerTraits`: expiry in bits 80 to 119, nonce in 120 to 159, single fill 255, several fills 254, extension 249.
 */
export const ONE_INCH_ORDER: Kind = {
  types: [
    'Order(uint256 salt,address maker,address receiver,address makerAsset,address takerAsset,uint256 makingAmount,uint256 takingAmount,uint256 makerTraits)',
  ],
  read(order) {
    if (order.contract !== accountOf(order.chain, ROUTER)) return undefined;
    const message = new Members(order.chain, order.data.message);
    const maker = message.account('maker');
    const receiver = message.text('receiver') === SELF ? maker : message.account('receiver');
    const traits = message.number('makerTraits');
    const expiry = bits(traits, 80n, 40n);
    const expiresAtMs = expiry === 0n ? null : expiryMs(expiry);
    const amount = message.number('makingAmount');
    const sold = assetAt(order, message.account('makerAsset'));
    const bought = assetAt(order, message.account('takerAsset'));
    const extended = bit(traits, 249n);
    const out: Found = {
      kind: 'outflow',
      account: maker,
      counterparty: receiver === maker ? order.contract : receiver,
      asset: sold,
      amount,
    };
    const back: Found = {
      kind: 'inflow',
      account: receiver,
      counterparty: order.contract,
      asset: bought,
      amount: message.number('takingAmount'),
    };
    const unclear = extended ? { unclear: 'what comes in follows from an extension that is not shown' } : anotherOwner(order, maker);
    const severalFills = bit(traits, 254n) && !bit(traits, 255n);
    return {
      standard: 'one_inch_order',
      found: [callTo(order, { protocol: '1inch', ...purposeOf('swap') }), out, ...(extended ? [] : [back]), ...endless(order, expiresAtMs)],
      ...unclear,
      expiresAtMs,
      mark: severalFills
        ? markAt(order.contract, 'one_inch_remaining', { hash: hexOf(keccak256(order.data.payload)) })
        : markAt(order.contract, 'one_inch_bit', { nonce: bits(traits, 120n, 40n) }),
      summary: `sells up to ${amount} of ${sold} for at least ${message.number('takingAmount')} of ${bought}`,
    };
  },
};
