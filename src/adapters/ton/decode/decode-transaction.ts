import { nativeAssetId } from '../../../core/asset.ts';
import { constantTimeEqual } from '../../../core/digest.ts';
import type { Effect } from '../../../core/effect.ts';
import type { DecodedTransaction, UnsignedTransaction } from '../../../core/transaction.ts';
import { callOfSend } from '../call-of.ts';
import type { CodecChain } from '../codec-chain.ts';
import { feeOf } from '../fees.ts';
import type { Payload } from '../payload.ts';
import { readPayloadOf } from '../payload.ts';
import { pluginSend } from '../plugin-order.ts';
import { NO_PROTOCOLS } from '../protocols/index.ts';
import { undecodable } from '../undecodable.ts';
import type { Findings, OrderFrame } from './frame.ts';
import { addMove, factsOf } from './frame.ts';
import { addExtended, addForeign, addPlugin } from './own-changes.ts';
import { walk } from './walk.ts';

/** Every field beside the payload must say what the payload says. */
function checkAgreement(tx: UnsignedTransaction, { digest, message }: Payload, chain: CodecChain): void {
  if (!constantTimeEqual(digest, tx.payloadDigest)) throw undecodable('payload_digest_mismatch');
  if (message.seqno !== tx.slot) throw undecodable('slot_mismatch');
  if (tx.validUntilMs !== message.validUntil * 1000) throw undecodable('validity_mismatch');
  const fee = feeOf(message, tx.chain, tx.wallet, chain.prices);
  if (tx.fee.asset !== fee.asset || tx.fee.ceiling !== fee.ceiling) throw undecodable('fee_mismatch');
  for (const [name, value] of Object.entries(fee.params)) {
    if (tx.fee.params[name] !== value) throw undecodable('fee_mismatch', { field: name });
  }
}

/**
 * Decodes every leaf of the payload from its bytes, the wallet's key and the facts that the node read; the other fields must
 * agree with them.
 *
 * Effects come in the order of the actions, the fee first, changes of the wallet itself last. `calls` are the sends: building
 * them again with the same context gives the same bytes, unless the order also changes the wallet.
 * @throws PAYLOAD_UNDECODABLE where the bytes are no order to this wallet, or disagree with a field
 */
export function decodeTransaction(tx: UnsignedTransaction, chain: CodecChain): DecodedTransaction {
  const payload = readPayloadOf(tx.payload, tx.chain, tx.wallet, tx.publicKey);
  checkAgreement(tx, payload, chain);
  const { sends, extended, foreign, plugin } = payload.message;
  const native = nativeAssetId(tx.chain);
  const known = new Set(chain.tokens.jettons.map(({ token }) => token.asset));
  const { protocols = NO_PROTOCOLS } = chain;
  const order: OrderFrame = { chain: tx.chain, native, wallet: tx.wallet, facts: factsOf(tx.facts), known, protocols };
  const top = { ...order, sender: tx.wallet, depth: 0 };
  const fee: Effect = { kind: 'fee', account: tx.wallet, asset: native, max: tx.fee.ceiling, leaf: '0', source: 'bytes' };
  const found: Findings = { effects: [fee], leaves: 0, text: 0, currencies: 0, complete: true };
  const strange = new Set(foreign.map(({ position }) => position));
  let position = 0;
  for (const send of sends) {
    while (strange.has(position)) position += 1;
    walk({ ...top, send, leaf: String(position) }, found);
    position += 1;
  }
  for (const action of foreign) addForeign(tx.wallet, action, String(action.position), found);
  for (const [index, action] of extended.entries()) addExtended(tx.wallet, action, String(sends.length + foreign.length + index), found);
  if (plugin !== undefined) {
    addPlugin(tx.wallet, plugin, '0', found);
    const { account: to, value: amount } = plugin;
    if (plugin.kind === 'deploy_plugin') walk({ ...top, send: pluginSend(plugin), leaf: '0' }, found);
    else if (amount > 0n) addMove(found, '0', { from: tx.wallet, to, asset: native, amount });
  }
  return { effects: found.effects, calls: sends.map((send) => callOfSend(send, order.facts)), complete: found.complete };
}
