import { beginCell, type Cell } from '@ton/core';
import { CastellanError } from '../../core/errors.ts';
import type { SignedTransaction } from '../../core/transaction.ts';
import { addressOf } from './address.ts';
import { normalisedHash } from './assemble.ts';
import { readBoc } from './boc.ts';
import { CellReader } from './cell-reader.ts';
import { undecodable } from './undecodable.ts';
import type { WalletMessage } from './wallet-message.ts';
import { readWalletMessage } from './wallet-message.ts';

/** W5: `sign` from outside, `sint` from inside the chain. */
const W5_INSIDE = 0x73696e74;
const W5_MARKS: ReadonlySet<number> = new Set([0x7369676e, W5_INSIDE]);
const SIGNATURE_BITS = 512;

/** The body of an external message in a bag of cells, and what follows from it. */
export interface SignedMessage {
  readonly order: WalletMessage;
  /** Normalised hash, 64 hex digits. */
  readonly hash: string;
}

/** `ext_in_msg_info$10 src:addr_none dest import_fee │ init:Maybe ^StateInit │ body:^Cell` */
function bodyOf(signed: SignedTransaction): Cell {
  const reader = new CellReader(readBoc(signed.raw));
  if (reader.uint(2) !== 0b10 || reader.uint(2) !== 0) throw undecodable('message_not_external');
  if (reader.account(signed.chain) !== signed.wallet) throw undecodable('wallet_mismatch');
  if (reader.coins() !== 0n) throw undecodable('message_field_set', { field: 'import_fee' });
  if (reader.bit()) {
    if (!reader.bit()) throw undecodable('state_init_inline');
    reader.ref();
  }
  if (!reader.bit()) throw undecodable('body_inline');
  const body = reader.ref();
  reader.end();
  return body;
}

/** The first 32 bits; null where there are fewer. */
function markOf(body: Cell): number | null {
  return body.isExotic || body.bits.length < 32 ? null : body.beginParse().loadUint(32);
}

function isW5(body: Cell): boolean {
  const mark = markOf(body);
  return mark !== null && W5_MARKS.has(mark);
}

/**
 * Whether a wallet obeys a body of this kind that comes from inside the chain. The mark is signed along, so that no order to be
 * obeyed from outside, which anybody can copy off the chain, ever becomes one.
 */
export function isForInside(body: Cell): boolean {
  return markOf(body) === W5_INSIDE;
}

/** A wallet's order and its signature: W5 has it behind, V3 and V4 in front. */
export interface SignedBody {
  readonly order: Cell;
  readonly signature: Uint8Array;
}

/** Takes the body of a wallet's message apart; null where it is too short to hold a signature. */
export function splitBody(body: Cell): SignedBody | null {
  if (body.isExotic || body.bits.length < SIGNATURE_BITS) return null;
  const slice = body.beginParse();
  const w5 = isW5(body);
  const order = beginCell();
  if (w5) order.storeBits(slice.loadBits(slice.remainingBits - SIGNATURE_BITS));
  const signature = new Uint8Array(slice.loadBuffer(SIGNATURE_BITS / 8));
  return { order: order.storeSlice(slice).endCell(), signature };
}

/**
 * Reads a signed transaction of ours back: where it stands is told by what is in its bytes.
 * @throws SIGNATURE_INVALID where hash or slot are not those of the bytes; PAYLOAD_UNDECODABLE
 */
export function readSigned(signed: SignedTransaction): SignedMessage {
  const body = bodyOf(signed);
  const hash = normalisedHash(addressOf(signed.wallet, signed.chain), body);
  const parts = splitBody(body);
  if (parts === null) throw undecodable('signature_missing');
  const order = readWalletMessage(parts.order, signed.chain);
  if (hash !== signed.hash || order.seqno !== signed.slot) {
    throw new CastellanError('SIGNATURE_INVALID', { message: 'The hash or slot is not that of the signed bytes.', details: { hash } });
  }
  return { order, hash };
}

/** The seqno that the body of a wallet's message names; null where it is too short to name one. */
export function seqnoOf(body: Cell): number | null {
  if (body.isExotic) return null;
  const skipped = isW5(body) ? 96 : SIGNATURE_BITS + 64;
  return body.bits.length < skipped + 32 ? null : body.beginParse().skip(skipped).loadUint(32);
}
