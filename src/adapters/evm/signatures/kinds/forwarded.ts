import { walkCall } from './inner-call.ts';
import type { Kind, KindReading, TypedOrder } from './kind.ts';
import { Members } from './members.ts';
import { anotherOwner, callTo, endless, expiryMs, markAt } from './parts.ts';

/** A call of a contract's own method, handed in by somebody else (native meta transaction): the contract takes it for the signer's. */
export const META_TRANSACTION: Kind = {
  types: ['MetaTransaction(uint256 nonce,address from,bytes functionSignature)'],
  read(order) {
    const message = new Members(order.chain, order.data.message);
    const from = message.account('from');
    return {
      standard: 'meta_transaction',
      found: [callTo(order)],
      walked: walkCall(order, { sender: from, to: order.contract, value: 0n, data: message.bytes('functionSignature') }),
      ...anotherOwner(order, from),
      expiresAtMs: null,
      mark: markAt(order.contract, 'meta_nonce', { nonce: message.number('nonce') }),
      summary: `lets others call ${order.contract} in the name of ${from}`,
    };
  },
};

function forwarded(order: TypedOrder, deadline: bigint | null): KindReading {
  const message = new Members(order.chain, order.data.message);
  const [sender, to] = [message.account('from'), message.account('to')];
  const expiresAtMs = deadline === null ? null : expiryMs(deadline);
  return {
    standard: 'forward_request',
    found: [callTo(order), ...endless(order, expiresAtMs)],
    walked: walkCall(order, { sender, to, value: message.number('value'), data: message.bytes('data') }),
    ...anotherOwner(order, sender),
    expiresAtMs,
    mark: markAt(order.contract, 'meta_nonce', { nonce: message.number('nonce') }),
    summary: `lets others call ${to} in the name of ${sender}`,
  };
}

/** A call through a forwarder that the called contract trusts. @see https://eips.ethereum.org/EIPS/eip-2771 */
export const FORWARD_REQUEST: Kind = {
  types: ['ForwardRequest(address from,address to,uint256 value,uint256 gas,uint256 nonce,bytes data)'],
  read: (order) => forwarded(order, null),
};

/** The same until a moment. */
export const FORWARD_REQUEST_UNTIL: Kind = {
  types: ['ForwardRequest(address from,address to,uint256 value,uint256 gas,uint256 nonce,uint48 deadline,bytes data)'],
  read: (order) => forwarded(order, new Members(order.chain, order.data.message).number('deadline')),
};
