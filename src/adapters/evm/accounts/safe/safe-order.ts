import type { EvmAddress } from '../../address.ts';
import { hexOf } from '../../address.ts';
import type { Envelope } from '../../envelope.ts';
import { MAX_TRANSACTION_BYTES, readEnvelope } from '../../envelope.ts';
import { decodeRlp, encodeRlp, integerBytes } from '../../rlp.ts';
import { undecodable } from '../../undecodable.ts';
import type { SafeCall } from './safe-exec.ts';
import { readExec, writeExec } from './safe-exec.ts';

/**
 * First byte of an order. Types of transactions end at 0x7f (EIP-2718) and older transactions, which are lists, begin at
 * 0xc0: what a key signs for an order is never a signature over a transaction.
 */
export const ORDER_BYTE = 0xb5;

/** Room that the signatures of all owners take in the transaction at most, bytes. */
const SIGNATURES_ROOM = 2_048;

/**
 * What is decided about where the owners of a Safe sign before its sender does:
 *
 * `0xb5 ‖ rlp([number of the order, unsigned EIP-1559 transaction of the sender])`
 *
 * The transaction is `execTransaction` of the Safe without signatures; what the owners and the sender sign follows from these bytes alone.
 */
export interface SafeOrder {
  /** The Safe's own count of its orders. */
  readonly nonce: bigint;
  readonly safe: EvmAddress;
  readonly call: SafeCall;
  /** The sender's transaction, read. */
  readonly outer: Envelope;
  /** The same as bytes. */
  readonly outerBytes: Uint8Array;
}

/** Tells whether bytes are meant to be an order. */
export function isOrder(payload: Uint8Array): boolean {
  return payload instanceof Uint8Array && payload[0] === ORDER_BYTE;
}

/** The payload that is decided about. */
export function writeOrder(nonce: bigint, outerBytes: Uint8Array): Uint8Array {
  return encodeRlp([integerBytes(nonce), outerBytes], ORDER_BYTE);
}

/** Reads an order. @throws PAYLOAD_UNDECODABLE for anything but the one encoding of a plain call that nobody has signed yet */
export function readOrder(payload: Uint8Array): SafeOrder {
  if (!isOrder(payload)) throw undecodable('no_order');
  if (payload.length > MAX_TRANSACTION_BYTES - SIGNATURES_ROOM) throw undecodable('too_large', { bytes: payload.length });
  const fields = decodeRlp(payload.subarray(1));
  if (fields instanceof Uint8Array || fields.length !== 2) throw undecodable('order_fields');
  const [number, bytes] = fields;
  if (!(number instanceof Uint8Array) || !(bytes instanceof Uint8Array) || number.length > 8 || number[0] === 0)
    throw undecodable('order_fields');
  const nonce = number.length === 0 ? 0n : BigInt(hexOf(number));
  const outerBytes = bytes.slice();
  if (Buffer.compare(writeOrder(nonce, outerBytes), payload) !== 0) throw undecodable('rlp_not_canonical');
  const outer = readEnvelope(outerBytes);
  const { safe, call, signatures } = readOuter(outer);
  if (signatures.length !== 0) throw undecodable('order_signed_already');
  return { nonce, safe, call, outer, outerBytes };
}

/** The Safe and the call of a sender's transaction. @throws PAYLOAD_UNDECODABLE where it is anything but a plain `execTransaction` */
function readOuter(outer: Envelope): { readonly safe: EvmAddress; readonly call: SafeCall; readonly signatures: Uint8Array } {
  if (outer.type !== 'eip1559') throw undecodable('type_unsupported', { type: outer.type });
  const exec = outer.to === null ? null : readExec(outer.data);
  if (outer.to === null || exec === null || outer.value !== 0n || outer.accessList.length > 0) throw undecodable('no_plain_order');
  const { to, value, data, signatures } = exec;
  return { safe: outer.to, call: { to, value, data }, signatures };
}

/** The sender's transaction with the owners' signatures in it. */
export function withSignatures({ outer, call }: Pick<SafeOrder, 'outer' | 'call'>, signatures: Uint8Array): Uint8Array {
  const data = writeExec({ ...call, signatures });
  return encodeRlp(
    outer.fields.map((field, index) => (index === 7 ? data : field)),
    2,
  );
}
