import { keccak256 } from '../../../../core/digest.ts';
import { purposeOf } from '../../../../core/effect.ts';
import { accountOf, hexOf } from '../../address.ts';
import type { Found } from '../../decode/found.ts';
import type { Kind } from './kind.ts';
import { Members } from './members.ts';
import { assetAt, callTo, endless, expiryMs, markAt } from './parts.ts';

/** GPv2Settlement, at the same address on every chain. @see https://docs.cow.fi/cow-protocol/reference/contracts/core */
const SETTLEMENT = '0x9008d19f58aabd9ed0d60971565aa8510560ab41';
/** Stands for the chain's coin. */
const COIN = `0x${'ee'.repeat(20)}`;
const SELF = `0x${'0'.repeat(40)}`;

/** An order of CoW Protocol: so much leaves at most, so much comes in at least. @see https://docs.cow.fi/cow-protocol/reference/core/signing-schemes */
export const COW_ORDER: Kind = {
  types: [
    'Order(address sellToken,address buyToken,address receiver,uint256 sellAmount,uint256 buyAmount,uint32 validTo,bytes32 appData,uint256 feeAmount,string kind,bool partiallyFillable,string sellTokenBalance,string buyTokenBalance)',
  ],
  read(order) {
    if (order.contract !== accountOf(order.chain, SETTLEMENT)) return undefined;
    const message = new Members(order.chain, order.data.message);
    const receiver = message.text('receiver') === SELF ? order.wallet : message.account('receiver');
    const [sold, bought] = [assetAt(order, message.account('sellToken')), message.text('buyToken')];
    const asset = bought === COIN ? order.native : assetAt(order, message.account('buyToken'));
    const amount = message.number('sellAmount') + message.number('feeAmount');
    // What the receiver gets for it was paid by the wallet: to another receiver it is a payment.
    const counterparty = receiver === order.wallet ? order.contract : receiver;
    const flows: readonly Found[] = [
      { kind: 'outflow', account: order.wallet, counterparty, asset: sold, amount },
      { kind: 'inflow', account: receiver, counterparty: order.contract, asset, amount: message.number('buyAmount') },
    ];
    const expiresAtMs = expiryMs(message.number('validTo'));
    const uid = `${hexOf(keccak256(order.data.payload))}${order.wallet.slice(-40)}${message.number('validTo').toString(16).padStart(8, '0')}`;
    const kind = message.text('kind');
    return {
      standard: 'cow_order',
      found: [callTo(order, { protocol: 'cow', ...purposeOf('swap') }), ...flows, ...endless(order, expiresAtMs)],
      ...(kind === 'sell' || kind === 'buy' ? {} : { unclear: 'it is neither a sale nor a purchase' }),
      expiresAtMs,
      mark: markAt(order.contract, 'cow', { uid, amount: message.number(kind === 'buy' ? 'buyAmount' : 'sellAmount') }),
      summary: `sells up to ${amount} of ${sold} for at least ${message.number('buyAmount')} of ${asset}`,
    };
  },
};
