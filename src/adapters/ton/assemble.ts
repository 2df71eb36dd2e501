import { type Address, beginCell, type Cell } from '@ton/core';
import { constantTimeEqual } from '../../core/digest.ts';
import { CastellanError } from '../../core/errors.ts';
import type { AccountId, ChainId } from '../../core/ids.ts';
import { verifyEd25519 } from '../../core/signature.ts';
import type { SignedTransaction, UnsignedTransaction } from '../../core/transaction.ts';
import { addressOf } from './address.ts';
import { writeBoc } from './boc.ts';
import { readPayload } from './payload.ts';
import { undecodable } from './undecodable.ts';
import type { WalletVersion } from './wallet-contract.ts';
import { walletAccount, walletStateInit, walletVersion } from './wallet-contract.ts';

const SIGNATURE_BYTES = 64;

/** The V5R1 account of a key: what wallets are made as. @throws KEY_INVALID, CHAIN_INVALID */
export function walletOf(publicKey: Uint8Array, chain: ChainId): AccountId {
  return walletAccount('v5r1', publicKey, chain);
}

function refuse(reason: string): CastellanError {
  return new CastellanError('SIGNATURE_INVALID', {
    message: `The signature does not belong to this transaction (${reason.replaceAll('_', ' ')}).`,
    details: { reason },
  });
}

/** The body of the external message: V3 and V4 want the signature in front of the order, W5 behind it. */
export function signedBody(version: WalletVersion, order: Cell, signature: Uint8Array): Cell {
  const bytes = Buffer.from(signature);
  if (version === 'v5r1') return beginCell().storeSlice(order.beginParse()).storeBuffer(bytes).endCell();
  return beginCell().storeBuffer(bytes).storeSlice(order.beginParse()).endCell();
}

/** `ext_in_msg_info$10 src:addr_none dest import_fee:0`, then `init` and body, each in a cell of its own. */
export function externalMessage(to: Address, init: Cell | null, body: Cell): Cell {
  const cell = beginCell().storeUint(0b10, 2).storeUint(0, 2).storeAddress(to).storeCoins(0);
  if (init === null) cell.storeBit(false);
  else cell.storeUint(0b11, 2).storeRef(init);
  return cell.storeBit(true).storeRef(body).endCell();
}

/**
 * The hash under which a message from outside is known however it was packed (TEP-467): no source, no import fee, no
 * state init, the body in a cell of its own. 64 hex digits.
 * @see https://github.com/ton-blockchain/TEPs/blob/master/text/0467-normalized-message-hash.md
 */
export function normalisedHash(to: Address, body: Cell): string {
  return externalMessage(to, null, body).hash().toString('hex');
}

/**
 * Joins payload and signature into the external message. The state init goes along with the first order only, while the
 * wallet's contract may not be there yet.
 *
 * @param signature Ed25519 over the payload's cell hash, 64 bytes
 * @throws SIGNATURE_INVALID unless it verifies under a key whose wallet this is; PAYLOAD_UNDECODABLE where the bytes are not
 * the ones decided on
 */
export function assemble(tx: UnsignedTransaction, signature: Uint8Array): SignedTransaction {
  const { chain, wallet, slot, publicKey } = tx;
  const { digest, cell, message } = readPayload(tx.payload, chain);
  if (!constantTimeEqual(digest, tx.payloadDigest)) throw undecodable('payload_digest_mismatch');
  if (message.seqno !== slot) throw undecodable('slot_mismatch');
  if (!(publicKey instanceof Uint8Array) || publicKey.length !== 32) throw refuse('public_key_missing');
  const version = walletVersion(wallet, publicKey, chain);
  if (version === null) throw refuse('another_key');
  if (message.version !== version) throw undecodable('wallet_version_mismatch', { expected: version, found: message.version });
  if (!(signature instanceof Uint8Array) || signature.length !== SIGNATURE_BYTES) throw refuse('length');
  if (!verifyEd25519(publicKey, cell.hash(), signature)) throw refuse('not_of_this_key');
  const to = addressOf(wallet, chain);
  const body = signedBody(version, cell, signature);
  const init = slot === 0 ? walletStateInit(version, publicKey, chain) : null;
  return { chain, wallet, slot, raw: writeBoc(externalMessage(to, init, body)), hash: normalisedHash(to, body) };
}
