import { accountOf } from '../../address.ts';
import type { Found } from '../../decode/found.ts';
import { readMessage } from '../messages/read-message.ts';
import { walkCall } from './inner-call.ts';
import type { Kind } from './kind.ts';
import { Members } from './members.ts';
import { callTo, markAt } from './parts.ts';

/**
 * One owner's signature of what a Safe does: the effects are the Safe's. Others may hand it in until its nonce is used.
 * @see https://help.safe.global/en/articles/40783-what-is-a-safe-transaction-hash
 */
export const SAFE_TX: Kind = {
  types: [
    'SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce)',
  ],
  read(order) {
    const message = new Members(order.chain, order.data.message);
    const safe = order.contract;
    const to = message.account('to');
    const delegated = message.number('operation') !== 0n;
    const hazard: Found = {
      kind: 'hazard',
      account: safe,
      hazard: 'delegatecall',
      detail: `the code of ${to} runs as the Safe`,
    };
    const unclear = delegated
      ? { unclear: 'foreign code runs as the Safe' }
      : message.number('gasPrice') > 0n
        ? { unclear: 'the Safe refunds gas to whoever hands it in' }
        : {};
    return {
      standard: 'safe_tx',
      found: [callTo(order, { protocol: 'safe' }), ...(delegated ? [hazard] : [])],
      walked: walkCall(order, { sender: safe, to, value: message.number('value'), data: message.bytes('data') }),
      ...unclear,
      expiresAtMs: null,
      mark: markAt(safe, 'safe_nonce', { nonce: message.number('nonce') }),
      summary: `agrees as an owner that the Safe ${safe} calls ${to}`,
    };
  },
};

/** A message of a Safe (ERC-1271): what it says, the Safe says. */
export const SAFE_MESSAGE: Kind = {
  types: ['SafeMessage(bytes message)'],
  read(order) {
    const message = new Members(order.chain, order.data.message);
    // What a Safe is asked for is the hash of a message or of typed data: nobody can tell from it what it stands for.
    const inner = readMessage(message.bytes('message'), order.chain, accountOf(order.chain, order.contract.slice(order.chain.length + 1)));
    const found = inner.effects.map(({ leaf: _leaf, source: _source, ...effect }) => effect as Found);
    return {
      standard: 'safe_message',
      found: [callTo(order, { protocol: 'safe' }), ...found],
      ...(inner.complete ? {} : { unclear: 'a hash whose meaning nobody can tell' }),
      expiresAtMs: inner.expiresAtMs,
      mark: null,
      summary: `signs for the Safe ${order.contract}: ${inner.summary}`,
    };
  },
};
