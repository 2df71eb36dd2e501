import { nativeAssetId } from '../../../core/asset.ts';
import { constantTimeEqual, keccak256, payloadDigest, sha256Hex } from '../../../core/digest.ts';
import type { Effect } from '../../../core/effect.ts';
import { type DecodedTransaction, type FeeQuote, senderOf, type UnsignedTransaction } from '../../../core/transaction.ts';
import { readPayload } from '../accounts/payload.ts';
import { accountOf, addressOf, hexOf } from '../address.ts';
import type { Envelope } from '../envelope.ts';
import { feeOf, readOn, withParams } from '../parse.ts';
import { encodeRlp, integerBytes } from '../rlp.ts';
import { undecodable } from '../undecodable.ts';
import { addAuthorization } from './authorizations.ts';
import type { Findings } from './frame.ts';
import type { KnownContracts } from './method-entry.ts';
import { walk } from './walk.ts';
import { walkAccount } from './walk-account.ts';

/** Every field beside the payload must say what the payload says. */
function checkAgreement(tx: UnsignedTransaction, envelope: Envelope, params: FeeQuote['params']): void {
  if (!constantTimeEqual(payloadDigest(tx.payload), tx.payloadDigest)) throw undecodable('payload_digest_mismatch');
  if (tx.smart !== undefined && envelope.type !== 'eip1559') throw undecodable('type_unsupported', { type: envelope.type });
  if (!Number.isSafeInteger(tx.slot) || envelope.nonce !== BigInt(tx.slot)) throw undecodable('slot_mismatch');
  if (tx.validUntilMs !== null) throw undecodable('validity_not_in_bytes');
  const fee = withParams(feeOf(envelope, tx.chain), params);
  if (tx.fee.asset !== fee.asset || tx.fee.ceiling !== fee.ceiling) throw undecodable('fee_mismatch');
  for (const [name, value] of Object.entries(fee.params)) {
    if (tx.fee.params[name] !== value) throw undecodable('fee_mismatch', { field: name });
  }
}

/** A creation's new account: Keccak-256 of `rlp([sender, nonce])`, last 20 bytes. */
function deployEffects(tx: UnsignedTransaction, envelope: Envelope, found: Findings): void {
  const sender = new Uint8Array(Buffer.from(addressOf(tx.wallet, tx.chain).slice(2), 'hex'));
  const created = accountOf(tx.chain, hexOf(keccak256(encodeRlp([sender, integerBytes(envelope.nonce)])), 12));
  const at = { leaf: '0', source: 'bytes' as const };
  found.effects.push({ kind: 'deploy', account: created, codeDigest: sha256Hex(envelope.data), ...at });
  if (envelope.value === 0n) return;
  const asset = nativeAssetId(tx.chain);
  found.effects.push({ kind: 'outflow', account: tx.wallet, counterparty: created, asset, amount: envelope.value, ...at });
  found.effects.push({ kind: 'inflow', account: created, counterparty: tx.wallet, asset, amount: envelope.value, ...at });
}

/** Access lists only move gas, so they are noted and judged as a message. */
function accessListNote(envelope: Envelope): readonly Effect[] {
  if (envelope.accessList.length === 0) return [];
  const keys = envelope.accessList.reduce((sum, entry) => sum + entry.storageKeys.length, 0);
  const text = `access list of ${envelope.accessList.length} addresses and ${keys} storage keys`;
  return [{ kind: 'message', text, leaf: '0', source: 'bytes' }];
}

/** A blob's content is data for others, and only costs: it is noted and judged as a message. */
function blobNote({ blobHashes }: Envelope): readonly Effect[] {
  return blobHashes.map((hash): Effect => ({ kind: 'message', text: `blob ${hash}`, leaf: '0', source: 'bytes' }));
}

/**
 * Decodes every leaf of the payload from its bytes alone; the other fields must agree with them.
 *
 * Effects come in the order of the calls, the fee first. `calls` is the wallet's own call, so that building it again gives
 * the same bytes; for a contract creation it is empty. Where the wallet is a contract, effects and calls are those that it
 * makes itself, and the fee is its sender's.
 * @throws PAYLOAD_UNDECODABLE where the bytes are no unsigned transaction of this chain, or disagree with a field
 */
export function decodeTransaction(tx: UnsignedTransaction, known: KnownContracts): DecodedTransaction {
  const { outer, form, params } = readPayload(tx.payload, tx.smart);
  const envelope = readOn(outer, tx.chain);
  checkAgreement(tx, envelope, params);
  const native = nativeAssetId(tx.chain);
  if (!tx.wallet.startsWith(`${tx.chain}:0x`)) throw undecodable('wallet_mismatch');
  const fee: Effect = { kind: 'fee', account: senderOf(tx), asset: native, max: tx.fee.ceiling, leaf: '0', source: 'bytes' };
  const found: Findings = { effects: [fee, ...accessListNote(envelope), ...blobNote(envelope)], leaves: 0, complete: true };
  for (const given of envelope.authorizations) addAuthorization(tx, given, known, found);
  if (tx.smart !== undefined) {
    const calls = walkAccount(tx, tx.smart, envelope, form, known, found);
    return { effects: found.effects, calls, complete: found.complete };
  }
  if (envelope.to === null) {
    deployEffects(tx, envelope, found);
    return { effects: found.effects, calls: [], complete: found.complete };
  }
  const { to, value } = envelope;
  const data = envelope.data.slice();
  walk({ chain: tx.chain, native, sender: tx.wallet, to, value, data, leaf: '0', depth: 0, inner: false }, known, found);
  return { effects: found.effects, calls: [{ to: accountOf(tx.chain, to), value, data }], complete: found.complete };
}
