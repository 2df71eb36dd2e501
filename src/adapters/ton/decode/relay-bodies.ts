import type { Cell } from '@ton/core';
import type { ChainId } from '../../../core/ids.ts';
import { CellReader } from '../cell-reader.ts';
import type { Draft } from '../draft.ts';
import { readExtended } from '../extended-action.ts';
import type { Send } from '../out-list.ts';
import { readOutList } from '../out-list.ts';
import { readOutMessage } from '../out-message.ts';
import { undecodable } from '../undecodable.ts';
import type { Body, BodyReader, Relayed } from './body.ts';
import { readHashmap } from './hashmap.ts';

const SIGNATURE_BYTES = 64;
const ACTION_SEND = 0xf1381e5b;
const ACTION_UPDATE_SIGNERS = 0x1d0cfbd3;
/** Keys of an order’s actions. */
const ACTION_KEY_BITS = 8;

const relay = (op: string, method: string, open: () => Relayed): Body => ({ kind: 'relay', op, method, open });

/** `sends:Maybe ^OutList has_changes:1 changes`, to the end: what a W5 wallet carries out, whoever gave the order. */
function readW5(order: CellReader, chain: ChainId): Relayed {
  const { sends, foreign } = order.bit() ? readOutList(order.draft(), chain) : { sends: [], foreign: [] };
  const changes = order.bit() ? readExtended(order, chain) : [];
  order.end();
  return { sends, foreign, changes, signerUpdates: 0 };
}

/** `"sint" wallet_id:32 valid_until:32 seqno:32 order signature:512`: anybody may hand a signed order in. */
const signedOrder: BodyReader = (reader, chain, op) => {
  reader.bytes(12);
  if (reader.bitsLeft < SIGNATURE_BYTES * 8) throw undecodable('signature_missing');
  const order = reader.without(SIGNATURE_BYTES * 8);
  return relay(op, 'w5_signed_order', () => readW5(new CellReader(order), chain));
};

/** `"extn" query_id:64 order`: what an extension orders. */
const extensionOrder: BodyReader = (reader, chain, op) => {
  reader.bytes(8);
  const order = reader.rest();
  return relay(op, 'w5_extension_order', () => readW5(new CellReader(order), chain));
};

/** `query_id:64 ^OutList`: how a highload wallet tells itself what to send. */
const highloadTransfer: BodyReader = (reader, chain, op) => {
  reader.bytes(8);
  const list = reader.draft();
  reader.end();
  return relay(op, 'highload_internal_transfer', () => ({ ...readOutList(list, chain), changes: [], signerUpdates: 0 }));
};

/**
 * The actions of a multisig order, in the order in which they are carried out.
 *
 * ```
 * send_message#f1381e5b mode:8 message:^MessageRelaxed │ update_multisig_params#1d0cfbd3 threshold:8 signers:^… proposers:Maybe ^…
 * ```
 */
function readActions(order: Draft | Cell, chain: ChainId): Relayed {
  const sends: Send[] = [];
  let signerUpdates = 0;
  for (const { value } of readHashmap(order, ACTION_KEY_BITS)) {
    const action = new CellReader(value.draft());
    value.end();
    const tag = action.uint(32);
    if (tag === ACTION_SEND) sends.push({ mode: action.uint(8), message: readOutMessage(action.draft(), chain) });
    else if (tag === ACTION_UPDATE_SIGNERS) {
      action.uint(8);
      action.draft();
      if (action.bit()) action.draft();
      signerUpdates += 1;
    } else throw undecodable('action_unknown', { tag });
    action.end();
  }
  return { sends, foreign: [], changes: [], signerUpdates };
}

/** An order behind `skip` bytes, in the only reference or the one after the signers. */
const multisigOrder =
  (method: string, skip: number, tail: (reader: CellReader) => void = () => undefined): BodyReader =>
  (reader, chain, op) => {
    reader.bytes(skip);
    tail(reader);
    const order = reader.draft();
    reader.end();
    return relay(op, method, () => readActions(order, chain));
  };

/** `init`: the signers stand in a reference before the order, and whoever made it may sign along. */
function skipSigners(reader: CellReader): void {
  reader.draft();
  if (reader.bit()) reader.uint(8);
}

/** Bodies that make their receiver send messages or change itself, by operation. */
export const RELAY_BODIES: readonly (readonly [number, BodyReader])[] = [
  [0x73696e74, signedOrder],
  [0x6578746e, extensionOrder],
  [0xae42e5a4, highloadTransfer],
  // new_order query_id:64 order_seqno:256 signer:1 index:8 expiration:48 ^order
  [0xf718510f, multisigOrder('multisig_new_order', 8 + 32, (reader) => reader.skip(1 + 8 + 48))],
  // execute query_id:64 order_seqno:256 expiration:48 approvals:8 signers_hash:256 ^order
  [0x75097f5d, multisigOrder('multisig_execute', 8 + 32 + 6 + 1 + 32)],
  [0xa32c59bf, multisigOrder('multisig_execute_internal', 8)],
  // init query_id:64 threshold:8 ^signers expiration:48 ^order sign:1 [index:8]
  [0x9c73fba2, multisigOrder('multisig_order_init', 8 + 1 + 6, skipSigners)],
];
