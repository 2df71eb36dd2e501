import type { Cell } from '@ton/core';
import type { AccountId, ChainId } from '../../core/ids.ts';
import { CellReader } from './cell-reader.ts';
import { CellWriter } from './cell-writer.ts';
import type { Draft } from './draft.ts';
import { cellOf } from './draft.ts';
import { undecodable } from './undecodable.ts';

/** One internal message that the wallet is to send. */
export interface OutMessage {
  readonly to: AccountId;
  /** Nanoton. */
  readonly value: bigint;
  readonly bounce: boolean;
  readonly body: Cell;
  /** The cell `StateInit`; null for none. */
  readonly init: Cell | null;
  /** Root of the dictionary of other currencies; null for none. */
  readonly currencies: Cell | null;
  /** Whether the part stands in a cell of its own; says nothing about the meaning, but changes the bytes. */
  readonly initInRef: boolean;
  readonly bodyInRef: boolean;
}

/** Most coins that a message can carry: 15 bytes of them. */
export const MAX_COINS = 2n ** 120n - 1n;

const CELL_BITS = 1023;
const CELL_REFS = 4;
/** `int_msg_info`: flags 4, source 2, destination 267, currencies bit 1, two fees of 0 in 4 each, logical time 64, time 32. */
const INFO_BITS = 4 + 2 + 267 + 1 + 4 + 4 + 64 + 32;
/** `StateInit` with nothing but code and data. */
const INIT_BITS = 5;

/** Bits of the shortest `VarUInteger 16`. */
export function coinsBits(value: bigint): number {
  return 4 + (value === 0n ? 0 : 8 * Math.ceil(value.toString(16).length / 2));
}

/** Whether a body has to stand in a cell of its own, or would by the usual libraries' rule: inline where there is room. */
export function bodyNeedsRef(message: Omit<OutMessage, 'bodyInRef'>): boolean {
  const inlineInit = message.init !== null && !message.initInRef;
  const bits = INFO_BITS + coinsBits(message.value) + (message.init === null ? 1 : 2) + (inlineInit ? INIT_BITS : 0) + 1;
  const initRefs = message.init === null ? 0 : message.initInRef ? 1 : message.init.refs.length;
  const refs = (message.currencies === null ? 0 : 1) + initRefs;
  return bits + message.body.bits.length > CELL_BITS || refs + message.body.refs.length > CELL_REFS;
}

/** Code and data, and nothing that a wallet's user ever deploys with: no split depth, tick-tock or libraries. */
function readInit(reader: CellReader): Cell {
  if (reader.bit() || reader.bit()) throw undecodable('state_init_unusual');
  const code = reader.maybeRef();
  const data = reader.maybeRef();
  if (reader.bit()) throw undecodable('state_init_unusual');
  return cellOf(new CellWriter().zeros(2).maybeRef(code).maybeRef(data).zeros(1).end());
}

/** Reads a `StateInit` cell strictly. @throws PAYLOAD_UNDECODABLE */
export function readStateInit(cell: Draft | Cell): Cell {
  const reader = new CellReader(cell);
  const init = readInit(reader);
  reader.end();
  return init;
}

function zero(value: bigint | number, field: string): void {
  if (BigInt(value) !== 0n) throw undecodable('message_field_set', { field });
}

/**
 * Reads a `MessageRelaxed` that must be an internal message as a wallet's user writes it: no source, no bounced flag, the
 * fields that the network fills in left at zero.
 * @throws PAYLOAD_UNDECODABLE
 * @see https://docs.ton.org/foundations/messages/internal
 */
export function readOutMessage(cell: Draft | Cell, chain: ChainId): OutMessage {
  const reader = new CellReader(cell);
  if (reader.bit()) throw undecodable('message_not_internal');
  if (!reader.bit()) throw undecodable('message_field_set', { field: 'ihr_enabled' });
  const bounce = reader.bit();
  if (reader.bit()) throw undecodable('message_field_set', { field: 'bounced' });
  zero(reader.uint(2), 'src');
  const to = reader.account(chain);
  if (to === null) throw undecodable('address_invalid');
  const value = reader.coins();
  const currencies = reader.maybeRef();
  zero(reader.coins(), 'ihr_fee');
  zero(reader.coins(), 'fwd_fee');
  zero(reader.big(8), 'created_lt');
  zero(reader.uint(32), 'created_at');
  const hasInit = reader.bit();
  const initInRef = hasInit && reader.bit();
  const init = !hasInit ? null : initInRef ? readStateInit(reader.draft()) : readInit(reader);
  const bodyInRef = reader.bit();
  const body = bodyInRef ? reader.ref() : reader.rest();
  reader.end();
  return { to, value, bounce, body, init, currencies, initInRef, bodyInRef };
}

/** Writes the cell that {@link readOutMessage} reads. @throws REQUEST_INVALID where the parts do not fit: see {@link bodyNeedsRef} */
export function writeOutMessage(message: OutMessage, chain: ChainId): Draft {
  const { to, value, bounce, body, init, currencies, initInRef, bodyInRef } = message;
  const cell = new CellWriter()
    .uint(bounce ? 0b0110 : 0b0100, 4)
    .zeros(2)
    .account(to, chain)
    .coins(value)
    .maybeRef(currencies)
    .zeros(4 + 4 + 64 + 32);
  if (init === null) cell.bit(false);
  else if (initInRef) cell.uint(0b11, 2).ref(init);
  else cell.uint(0b10, 2).inline(init);
  return (bodyInRef ? cell.bit(true).ref(body) : cell.bit(false).inline(body)).end();
}
