import { moved } from '../../decode/found.ts';
import type { Kind, KindReading, TypedOrder } from './kind.ts';
import { Members } from './members.ts';
import { anotherOwner, assetAt, callUnlessToken, endless, expiryMs, markAt } from './parts.ts';

const FIELDS = 'address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce';

function payment(order: TypedOrder, standard: string): KindReading {
  const message = new Members(order.chain, order.data.message);
  const [from, to] = [message.account('from'), message.account('to')];
  const amount = message.number('value');
  const asset = assetAt(order, order.contract);
  const expiresAtMs = expiryMs(message.number('validBefore'));
  return {
    standard,
    found: [...callUnlessToken(order), ...moved(from, to, asset, amount), ...endless(order, expiresAtMs)],
    ...anotherOwner(order, from),
    expiresAtMs,
    mark: markAt(order.contract, 'eip3009', { nonce: message.text('nonce') }),
    summary: `pays ${amount} of ${asset} to ${to}`,
  };
}

/** A payment that anybody hands in. @see https://eips.ethereum.org/EIPS/eip-3009 */
export const EIP3009_TRANSFER: Kind = {
  types: [`TransferWithAuthorization(${FIELDS})`],
  read: (order) => payment(order, 'eip3009_transfer'),
};

/** A payment that its receiver hands in. */
export const EIP3009_RECEIVE: Kind = {
  types: [`ReceiveWithAuthorization(${FIELDS})`],
  read: (order) => payment(order, 'eip3009_receive'),
};

/** Takes such a payment back before it was used: nothing moves. */
export const EIP3009_CANCEL: Kind = {
  types: ['CancelAuthorization(address authorizer,bytes32 nonce)'],
  read(order) {
    const message = new Members(order.chain, order.data.message);
    const nonce = message.text('nonce');
    return {
      standard: 'eip3009_cancel',
      found: [...callUnlessToken(order), { kind: 'message', text: `cancels the payment ${nonce}` }],
      ...anotherOwner(order, message.account('authorizer')),
      expiresAtMs: null,
      mark: markAt(order.contract, 'eip3009', { nonce }),
      summary: `cancels the payment ${nonce}`,
    };
  },
};
