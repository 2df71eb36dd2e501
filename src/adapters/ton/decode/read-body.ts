import type { Cell } from '@ton/core';
import { isCastellanError } from '../../../core/errors.ts';
import type { AccountId, ChainId } from '../../../core/ids.ts';
import { CellReader } from '../cell-reader.ts';
import { readText } from './text.ts';

/** What a token order passes on to whoever is paid. */
export type Forwarded =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'other'; readonly op: string | null };

/** What the body of a message asks its receiver to do. */
export type Body =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'jetton_transfer';
      readonly op: string;
      readonly amount: bigint;
      readonly destination: AccountId;
      /** Who gets what is left of the attached coins. */
      readonly response: AccountId | null;
      readonly hasCustomPayload: boolean;
      readonly forwardAmount: bigint;
      readonly forwarded: Forwarded;
    }
  | {
      readonly kind: 'jetton_burn';
      readonly op: string;
      readonly amount: bigint;
      readonly response: AccountId | null;
      readonly hasCustomPayload: boolean;
    }
  /** `op` is null where there are fewer than 32 bits. */
  | { readonly kind: 'unknown'; readonly op: string | null; readonly detail: string };

export const OP_TEXT = 0;
export const OP_ENCRYPTED_TEXT = 0x2167da4b;
export const OP_JETTON_TRANSFER = 0x0f8a7ea5;
export const OP_JETTON_BURN = 0x595f07bc;

const opText = (op: number): string => `0x${op.toString(16).padStart(8, '0')}`;

function readForwarded(reader: CellReader): Forwarded {
  if (reader.bitsLeft === 0 && reader.refsLeft === 0) return { kind: 'nothing' };
  const op = reader.bitsLeft < 32 ? null : reader.uint(32);
  const text = op === OP_TEXT ? readText(reader) : null;
  return text === null ? { kind: 'other', op: op === null ? null : opText(op) } : { kind: 'text', text };
}

/**
 * `query_id:64 amount:Coins destination response custom:Maybe ^Cell forward_amount:Coins forward:Either Cell ^Cell`
 * @see https://github.com/ton-blockchain/TEPs/blob/master/text/0074-jettons-standard.md
 */
function readJettonTransfer(reader: CellReader, chain: ChainId, op: string): Body {
  reader.bytes(8);
  const amount = reader.coins();
  const destination = reader.account(chain);
  const response = reader.account(chain);
  const hasCustomPayload = reader.maybeRef() !== null;
  const forwardAmount = reader.coins();
  let forwarded: Forwarded;
  if (reader.bit()) {
    forwarded = readForwarded(new CellReader(reader.ref()));
    reader.end();
  } else forwarded = readForwarded(reader);
  if (destination === null) return { kind: 'unknown', op, detail: 'the token transfer names no destination' };
  return { kind: 'jetton_transfer', op, amount, destination, response, hasCustomPayload, forwardAmount, forwarded };
}

/** `query_id:64 amount:Coins response custom:Maybe ^Cell` */
function readJettonBurn(reader: CellReader, chain: ChainId, op: string): Body {
  reader.bytes(8);
  const amount = reader.coins();
  const response = reader.account(chain);
  const hasCustomPayload = reader.maybeRef() !== null;
  reader.end();
  return { kind: 'jetton_burn', op, amount, response, hasCustomPayload };
}

function readOp(reader: CellReader, chain: ChainId): Body {
  const code = reader.uint(32);
  const op = opText(code);
  if (code === OP_TEXT) {
    const text = readText(reader);
    return text === null ? { kind: 'unknown', op, detail: 'the comment is no well-formed text' } : { kind: 'text', text };
  }
  if (code === OP_ENCRYPTED_TEXT) return { kind: 'unknown', op, detail: 'the comment is encrypted' };
  if (code !== OP_JETTON_TRANSFER && code !== OP_JETTON_BURN) return { kind: 'unknown', op, detail: 'the operation is not known' };
  try {
    return code === OP_JETTON_TRANSFER ? readJettonTransfer(reader, chain, op) : readJettonBurn(reader, chain, op);
  } catch (error) {
    if (!isCastellanError(error)) throw error;
    return { kind: 'unknown', op, detail: 'the token order is not in standard form' };
  }
}

/** Reads what a body asks for. Never throws for any body of ordinary cells: what it cannot read is `unknown`. */
export function readBody(body: Cell, chain: ChainId): Body {
  if (body.isExotic) return { kind: 'unknown', op: null, detail: 'the body is an exotic cell' };
  const reader = new CellReader(body);
  if (reader.bitsLeft === 0 && reader.refsLeft === 0) return { kind: 'nothing' };
  if (reader.bitsLeft < 32) return { kind: 'unknown', op: null, detail: 'the body is shorter than an operation code' };
  return readOp(reader, chain);
}
