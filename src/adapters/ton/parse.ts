import { payloadDigest } from '../../core/digest.ts';
import type { AccountId, ChainId } from '../../core/ids.ts';
import type { Action, Call, UnsignedTransaction } from '../../core/transaction.ts';
import { addressOf } from './address.ts';
import { callOfSend } from './call-of.ts';
import type { CodecChain } from './codec-chain.ts';
import { feeOf } from './fees.ts';
import type { Send } from './out-list.ts';
import { readPayload, readPayloadOf } from './payload.ts';
import { undecodable } from './undecodable.ts';

/** Whether it bounces is said outright: the bytes chose it, whatever state the account is in by now. */
function foreignCall(send: Send): Call {
  const call = callOfSend(send, new Map());
  return { ...call, terms: { ...call.terms, bounce: String(send.message.bounce) } };
}

/**
 * What a foreign signing message (W5, V4R2, V3R2) asks for, as calls. Slot, validity and fee become ours.
 * @throws PAYLOAD_UNDECODABLE for other bytes, or the other network; `details.reason` `extended_action` where it also changes
 * the wallet, which no call can say
 */
export function readAction(bytes: Uint8Array, chain: ChainId, wallet: AccountId): Action {
  addressOf(wallet, chain);
  const { sends, extended, foreign, plugin } = readPayload(bytes, chain).message;
  if (extended.length > 0) throw undecodable('extended_action');
  if (plugin !== undefined) throw undecodable('plugin_operation');
  for (const { name } of foreign) throw undecodable('action_unsupported', { action: name });
  if (sends.length === 0) throw undecodable('no_messages');
  return { kind: 'calls', calls: sends.map(foreignCall) };
}

/**
 * Takes a signing message exactly as it stands: its bytes are the payload, its seqno the slot, its validity ours, and its
 * content bounds the fee.
 * @throws PAYLOAD_UNDECODABLE for any other bytes, another chain, or an order to a wallet that is not the key's at `wallet`
 */
export function adopt(bytes: Uint8Array, chain: CodecChain, wallet: AccountId, publicKey: Uint8Array | undefined): UnsignedTransaction {
  const on = chain.tokens.chain;
  addressOf(wallet, on);
  const { message } = readPayloadOf(bytes, on, wallet, publicKey);
  const payload = bytes.slice();
  return {
    chain: on,
    wallet,
    payload,
    payloadDigest: payloadDigest(payload),
    slot: message.seqno,
    fee: feeOf(message, on, wallet, chain.prices),
    validUntilMs: message.validUntil * 1000,
    ...(publicKey === undefined ? {} : { publicKey: publicKey.slice() }),
  };
}
