import { beginCell, Cell, comment, Dictionary, ExternalAddress, SendMode } from '@ton/core';
import { describe, expect, it } from 'vitest';
import { addressOf } from '../../src/adapters/ton/address.ts';
import { MAX_BOC_BYTES, readBoc, writeBoc } from '../../src/adapters/ton/boc.ts';
import { BOB, buildOf, codec, NATIVE, POOL, PUBLIC_KEY, TESTNET, WALLET } from './codec-fixture.ts';
import { bob, bytesOf, listOf, messageCell, officialList, refusalOf, sendAction, w5, w5Of } from './order-fixture.ts';

const plain = w5Of(messageCell());
const body = comment('body');
/** A message's bits as the fields of its head are given, up to the body. */
const head = (write: (to: ReturnType<typeof beginCell>) => ReturnType<typeof beginCell>): Cell => write(beginCell()).endCell();
const ordinary = (to: ReturnType<typeof beginCell>) => to.storeUint(0b0110, 4).storeUint(0, 2).storeAddress(bob).storeCoins(5).storeBit(0);
const pruned = beginCell().storeUint(1, 8).storeUint(1, 8).storeUint(5, 256).storeUint(1, 16).endCell({ exotic: true });
const library = beginCell().storeUint(2, 8).storeUint(5, 256).endCell({ exotic: true });

describe('orders of a W5 wallet that are refused', () => {
  it('takes the plain one', () => expect(refusalOf(plain)).toBe('taken'));

  it.each([
    ['trailing bits', beginCell().storeSlice(plain.beginParse()).storeBit(0).endCell(), 'trailing_data'],
    ['a trailing reference', beginCell().storeSlice(plain.beginParse()).storeRef(body).endCell(), 'trailing_data'],
    ['another wallet id', w5(null, { walletId: 0x7ffffffc }), 'wallet_id_mismatch'],
    ['the main network’s wallet id', w5(null, { walletId: 0x7fffff11 }), 'chain_id_mismatch'],
    ['an order from inside', w5(null, { mark: 0x73696e74 }), 'wallet_id_mismatch'],
    ['an order of an extension', w5(null, { mark: 0x6578746e }), 'wallet_id_mismatch'],
    ['an empty list that is there', w5(Cell.EMPTY), 'not_canonical'],
    ['a mode that the contract refuses', w5Of(messageCell(), 1), 'send_mode_without_ignore_errors'],
    ['mode 128 alone', w5Of(messageCell(), 128), 'send_mode_without_ignore_errors'],
    ['256 actions', w5(listOf(Array.from({ length: 256 }, () => sendAction(messageCell())))), 'too_many_actions'],
    ['an unknown action', w5(listOf([beginCell().storeUint(0x12345678, 32).endCell()])), 'action_unknown'],
    [
      'an action with trailing bits',
      w5(listOf([beginCell().storeSlice(sendAction(messageCell()).beginParse()).storeUint(0, 8).endCell()])),
      'trailing_data',
    ],
    [
      'an action with a second reference',
      w5(listOf([beginCell().storeSlice(sendAction(messageCell()).beginParse()).storeRef(body).endCell()])),
      'trailing_data',
    ],
    ['a list without its end', w5(sendAction(messageCell())), 'cell_underflow'],
    ['an unknown change', w5(null, { tail: beginCell().storeBit(1).storeUint(5, 8).endCell() }), 'extended_action_unknown'],
    ['a change with trailing bits', w5(null, { tail: beginCell().storeBit(1).storeUint(4, 8).storeUint(0, 2).endCell() }), 'trailing_data'],
    [
      'an extension without an address',
      w5(null, { tail: beginCell().storeBit(1).storeUint(2, 8).storeUint(0, 2).endCell() }),
      'address_invalid',
    ],
    [
      'changes side by side',
      w5(null, { tail: beginCell().storeBit(1).storeUint(4, 8).storeBit(1).storeRef(body).storeRef(body).endCell() }),
      'trailing_data',
    ],
    ['no order at all', comment('hello'), 'wallet_id_mismatch'],
    ['an empty cell', Cell.EMPTY, 'cell_underflow'],
  ])('%s', (_, order, reason) => expect(refusalOf(order)).toBe(reason));

  it('a chain of changes without end', () => {
    let tail = beginCell().storeUint(4, 8).storeBit(1).endCell();
    for (let index = 0; index < 300; index += 1) tail = beginCell().storeUint(4, 8).storeBit(1).storeRef(tail).endCell();
    expect(refusalOf(w5(null, { tail: beginCell().storeBit(1).storeSlice(tail.beginParse()).endCell() }))).toBe('too_many_actions');
  });

  it('orders of the other versions under the same key', () => {
    const message = messageCell();
    const v3 = beginCell()
      .storeUint(698_983_191, 32)
      .storeUint(1_800_000_000, 32)
      .storeUint(7, 32)
      .storeUint(3, 8)
      .storeRef(message)
      .endCell();
    const v4 = beginCell()
      .storeUint(698_983_191, 32)
      .storeUint(1_800_000_000, 32)
      .storeUint(7, 32)
      .storeUint(3, 16)
      .storeRef(message)
      .endCell();
    const plugin = beginCell()
      .storeUint(698_983_191, 32)
      .storeUint(1_800_000_000, 32)
      .storeUint(7, 32)
      .storeUint(2, 8)
      .storeUint(0, 340)
      .endCell();
    expect(refusalOf(v3)).toBe('wallet_version_mismatch');
    expect(refusalOf(v4)).toBe('wallet_version_mismatch');
    expect(refusalOf(plugin)).toBe('plugin_operation');
    expect(() => codec.adopt(bytesOf(plain), TESTNET, WALLET)).toThrow(
      expect.objectContaining({ details: { reason: 'public_key_missing' } }),
    );
    expect(() => codec.adopt(bytesOf(plain), TESTNET, BOB, PUBLIC_KEY)).toThrow(
      expect.objectContaining({ details: { reason: 'public_key_mismatch' } }),
    );
  });
});

describe('messages that are refused', () => {
  const to = addressOf(POOL, TESTNET);
  const rest = (cell: ReturnType<typeof beginCell>) => cell.storeUint(0, 4 + 4 + 64 + 32).storeUint(0, 2);
  it.each([
    ['with a source', messageCell({ src: to }), 'message_field_set'],
    ['marked as bounced', messageCell({ bounced: true }), 'message_field_set'],
    ['with hypercube routing', messageCell({ ihrDisabled: false }), 'message_field_set'],
    ['with a routing fee', messageCell({ ihrFee: 1n }), 'message_field_set'],
    ['with a forwarding fee', messageCell({ forwardFee: 1n }), 'message_field_set'],
    ['with a logical time', messageCell({ createdLt: 1n }), 'message_field_set'],
    ['with a time', messageCell({ createdAt: 1 }), 'message_field_set'],
    [
      'to the outside',
      head((cell) => cell.storeUint(0b1100, 4).storeAddress(new ExternalAddress(5n, 8)).storeUint(0, 98)),
      'message_not_internal',
    ],
    [
      'to nobody',
      head((cell) => rest(cell.storeUint(0b0110, 4).storeUint(0, 2).storeUint(0, 2).storeCoins(5).storeBit(0))),
      'address_invalid',
    ],
    [
      'to an address of variable length',
      head((cell) => rest(cell.storeUint(0b0110, 4).storeUint(0, 2).storeUint(3, 2).storeUint(0, 300))),
      'address_invalid',
    ],
    [
      'with anycast',
      head((cell) =>
        rest(
          cell.storeUint(0b0110, 4).storeUint(0, 2).storeUint(0b101, 3).storeUint(0b00001_1, 6).storeUint(0, 264).storeCoins(5).storeBit(0),
        ),
      ),
      'address_invalid',
    ],
    [
      'to a workchain that is not there',
      head((cell) =>
        rest(cell.storeUint(0b0110, 4).storeUint(0, 2).storeUint(0b100, 3).storeInt(5, 8).storeUint(0, 256).storeCoins(5).storeBit(0)),
      ),
      'address_invalid',
    ],
    [
      'with coins that begin with zero',
      head((cell) => rest(cell.storeUint(0b0110, 4).storeUint(0, 2).storeAddress(bob).storeUint(2, 4).storeUint(5, 16).storeBit(0))),
      'coins_not_canonical',
    ],
    [
      'with a zero that takes a byte',
      head((cell) => rest(cell.storeUint(0b0110, 4).storeUint(0, 2).storeAddress(bob).storeUint(1, 4).storeUint(0, 8).storeBit(0))),
      'coins_not_canonical',
    ],
    ['cut short', head((cell) => ordinary(cell).storeUint(0, 80)), 'cell_underflow'],
    [
      'with bits behind a body in a reference',
      head((cell) => ordinary(cell).storeUint(0, 104).storeUint(0b01, 2).storeRef(body).storeUint(0, 9)),
      'trailing_data',
    ],
    [
      'with a reference behind a body in one',
      head((cell) => ordinary(cell).storeUint(0, 104).storeUint(0b01, 2).storeRef(body).storeRef(body)),
      'trailing_data',
    ],
    ['with a state init that has a split depth', messageCell({}, { init: { splitDepth: 3, code: body } }), 'state_init_unusual'],
    ['with a state init that ticks', messageCell({}, { init: { special: { tick: true, tock: false }, code: body } }), 'state_init_unusual'],
    [
      'with a state init that brings libraries',
      messageCell(
        {},
        {
          init: {
            code: body,
            libraries: Dictionary.empty(Dictionary.Keys.BigUint(256), {
              serialize: (_: { public: boolean; root: Cell }, cell) => cell.storeBit(1).storeRef(body),
              parse: () => ({ public: true, root: body }),
            }).set(1n, { public: true, root: body }),
          },
        },
      ),
      'state_init_unusual',
    ],
    [
      'with trailing bits in the state init',
      head((cell) => ordinary(cell).storeUint(0, 104).storeUint(0b11, 2).storeRef(beginCell().storeUint(0, 6).endCell()).storeBit(0)),
      'trailing_data',
    ],
  ])('%s', (_, message, reason) => expect(refusalOf(w5Of(message))).toBe(reason));

  it('packed otherwise than usual are taken, and built again as they were', () => {
    const init = beginCell().storeUint(0b00100, 5).storeRef(body).endCell();
    const packed = [
      head((cell) => ordinary(cell).storeUint(0, 104).storeUint(0b01, 2).storeRef(body)),
      head((cell) => ordinary(cell).storeUint(0, 104).storeUint(0b01, 2).storeRef(Cell.EMPTY)),
      head((cell) => ordinary(cell).storeUint(0, 104).storeUint(0b11, 2).storeRef(init).storeBit(0)),
      head((cell) => ordinary(cell).storeUint(0, 104).storeUint(0b10, 2).storeSlice(init.beginParse()).storeBit(1).storeRef(body)),
    ];
    for (const message of packed) {
      const order = w5Of(message);
      const calls = codec.decode(codec.adopt(bytesOf(order), TESTNET, WALLET, PUBLIC_KEY)).calls;
      expect(Buffer.from(buildOf({ kind: 'calls', calls }).payload).equals(bytesOf(order))).toBe(true);
    }
  });
});

describe('bags of cells that are refused', () => {
  const bytes = bytesOf(plain);
  const edited = (edit: (copy: number[]) => unknown): Uint8Array => {
    const copy = [...bytes];
    edit(copy);
    return Uint8Array.from(copy);
  };
  it.each([
    ['nothing', new Uint8Array(0), 'empty'],
    ['text', new TextEncoder().encode('te6cc'), 'not_a_boc'],
    ['a checksum', new Uint8Array(plain.toBoc({ idx: false, crc32: true })), 'boc_not_canonical'],
    ['an index', new Uint8Array(plain.toBoc({ idx: true, crc32: false })), 'boc_not_canonical'],
    ['a byte behind the end', edited((copy) => copy.push(0)), 'boc_not_canonical'],
    ['a byte too few', edited((copy) => copy.pop()), 'boc_not_canonical'],
    ['two roots', edited((copy) => (copy[7] = 2)), 'boc_roots'],
    ['no root', edited((copy) => (copy[7] = 0)), 'boc_roots'],
    ['an absent cell', edited((copy) => (copy[8] = 1)), 'boc_not_canonical'],
    ['another root', edited((copy) => (copy[10] = 1)), 'boc_not_canonical'],
    [
      'a cell that refers to itself',
      edited((copy) => (copy[copy.length - 1] === undefined ? 0 : (copy[11 + 2 + 17] = 0))),
      'boc_not_canonical',
    ],
    ['an exotic cell', edited((copy) => (copy[11] = (copy[11] as number) | 8)), 'exotic_cell'],
    ['stored hashes', edited((copy) => (copy[11] = (copy[11] as number) | 16)), 'boc_not_canonical'],
    ['a level', edited((copy) => (copy[11] = (copy[11] as number) | 32)), 'boc_not_canonical'],
    [
      'a pruned branch as body',
      w5Of(
        beginCell()
          .storeSlice(head((cell) => ordinary(cell).storeUint(0, 104).storeUint(0b01, 2)).beginParse())
          .storeRef(pruned)
          .endCell(),
      ),
      'boc_not_canonical',
    ],
    ['a library as code', w5Of(messageCell({}, { init: { code: library } })), 'exotic_cell'],
    ['a library as the order', new Uint8Array(library.toBoc({ idx: false, crc32: false })), 'exotic_cell'],
  ])('%s', (_, payload, reason) => expect(refusalOf(payload)).toBe(reason));

  it('cells twice, unreachable, or in another order', () => {
    const two = beginCell().storeRef(beginCell().storeUint(1, 8).endCell()).storeRef(beginCell().storeUint(2, 8).endCell()).endCell();
    const written = [...bytesOf(two)];
    expect(Buffer.from(written.slice(-10)).toString('hex')).toBe('02000102000201000202'.slice(0, 20));
    const swapped = Uint8Array.from([...written.slice(0, -8), 2, 1, 0, 2, 2, 0, 2, 1]);
    expect(() => readBoc(swapped)).toThrow(expect.objectContaining({ details: { reason: 'boc_not_canonical' } }));
    const doubled = Uint8Array.from([...written.slice(0, -8), 1, 2, 0, 2, 1, 0, 2, 1]);
    expect(() => readBoc(doubled)).toThrow(expect.objectContaining({ details: { reason: 'boc_not_canonical' } }));
    const unreachable = Uint8Array.from([...written.slice(0, -8), 1, 1, 0, 2, 1, 0, 2, 2]);
    expect(() => readBoc(unreachable)).toThrow(expect.objectContaining({ details: { reason: 'boc_not_canonical' } }));
  });

  it('too large, too deep, or too many, before anything is built of them', () => {
    expect(refusalOf(new Uint8Array(MAX_BOC_BYTES + 1))).toBe('too_large');
    let deep = Cell.EMPTY;
    for (let index = 0; index < 600; index += 1) deep = beginCell().storeUint(index, 16).storeRef(deep).endCell();
    expect(refusalOf(deep)).toBe('cells_too_deep');
    expect(() => writeBoc(deep)).toThrow(expect.objectContaining({ details: { reason: 'cells_too_deep' } }));
    const claims = Uint8Array.of(0xb5, 0xee, 0x9c, 0x72, 2, 3, 0xff, 0xff, 0, 1, 0, 0, 0, 0, 0, 0, 0);
    expect(refusalOf(claims)).toBe('too_many_cells');
  });

  it('a tree that shares its cells is read once per cell', () => {
    let shared = beginCell().storeUint(1, 8).endCell();
    for (let index = 0; index < 200; index += 1)
      shared = beginCell().storeUint(index, 16).storeRef(shared).storeRef(shared).storeRef(shared).endCell();
    const order = w5Of(messageCell({}, { body: shared }));
    const found = codec.decode(codec.adopt(bytesOf(order), TESTNET, WALLET, PUBLIC_KEY));
    expect(found.complete).toBe(false);
    expect(Buffer.from(buildOf({ kind: 'calls', calls: found.calls }).payload).equals(bytesOf(order))).toBe(true);
  });
});

it('the official list of actions is read', () => {
  const outMsg = {
    info: {
      type: 'internal',
      ihrDisabled: true,
      bounce: true,
      bounced: false,
      dest: bob,
      value: { coins: 5n },
      ihrFee: 0n,
      forwardFee: 0n,
      createdLt: 0n,
      createdAt: 0,
    },
    body,
  } as const;
  const order = w5(
    officialList([
      { type: 'sendMsg', mode: SendMode.IGNORE_ERRORS, outMsg },
      { type: 'sendMsg', mode: SendMode.IGNORE_ERRORS, outMsg },
    ]),
  );
  expect(codec.adopt(bytesOf(order), TESTNET, WALLET, PUBLIC_KEY).fee.asset).toBe(NATIVE);
});
