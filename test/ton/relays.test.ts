import { beginCell, Cell } from '@ton/core';
import { describe, expect, it } from 'vitest';
import {
  address,
  asked,
  bodyOf,
  decodeBody,
  effectsOf,
  messageTo,
  multisigOrder,
  multisigSend,
  newOrder,
  THIEF,
  tokenTransfer,
} from './body-fixture.ts';
import { on, POOL, WALLET } from './codec-fixture.ts';
import { listOf, outflows, sendAction, unknownsOf } from './order-fixture.ts';

const TON = 10n ** 9n;
const steal = listOf([sendAction(messageTo(THIEF, 3n * TON), 3)]);
/** What an order of a W5 wallet holds behind its head. */
const w5Inner = (list: Cell | null, change?: Cell) => (to: ReturnType<typeof beginCell>) => {
  to.storeMaybeRef(list);
  return change === undefined ? to.storeBit(false) : to.storeBit(true).storeSlice(change.beginParse());
};
const extension = (list: Cell | null, change?: Cell): Cell => asked(0x6578746e, w5Inner(list, change));
const signedInside = (list: Cell | null, change?: Cell): Cell =>
  bodyOf(0x73696e74, (to) => w5Inner(list, change)(to.storeUint(0x7ffffffd, 32).storeUint(9, 64)).storeBuffer(Buffer.alloc(64, 7)));
const highload = (list: Cell): Cell => asked(0xae42e5a4, (to) => to.storeRef(list));
const addExtension = beginCell().storeUint(2, 8).storeAddress(address(THIEF)).endCell();

describe('orders inside a message are followed to their leaves, in the name of whoever carries them out', () => {
  const order = multisigOrder([multisigSend(messageTo(THIEF, 3n * TON))]);
  it.each([
    ['an extension of a W5 wallet', extension(steal), 'w5_extension_order'],
    ['a signed order to a W5 wallet from inside', signedInside(steal), 'w5_signed_order'],
    ['a highload wallet’s order to itself', highload(steal), 'highload_internal_transfer'],
    ['a new order of a multisig', newOrder(order), 'multisig_new_order'],
    [
      'a multisig order that runs',
      asked(0x75097f5d, (to) => to.storeUint(5n, 256).storeUint(9, 48).storeUint(2, 8).storeUint(1n, 256).storeRef(order)),
      'multisig_execute',
    ],
    ['a multisig order to itself', asked(0xa32c59bf, (to) => to.storeRef(order)), 'multisig_execute_internal'],
    [
      'the first message to an order of a multisig',
      asked(0x9c73fba2, (to) => to.storeUint(2, 8).storeRef(Cell.EMPTY).storeUint(9, 48).storeRef(order).storeBit(true).storeUint(0, 8)),
      'multisig_order_init',
    ],
  ])('%s', (_, body, method) => {
    const found = decodeBody(POOL, body);
    expect(found.complete).toBe(true);
    expect(effectsOf(found, 'call')).toEqual([expect.objectContaining({ contract: POOL, method, leaf: '0' })]);
    expect(effectsOf(found, 'outflow')).toEqual([
      expect.objectContaining({ account: WALLET, counterparty: POOL, amount: TON, leaf: '0' }),
      expect.objectContaining({ account: POOL, counterparty: THIEF, amount: 3n * TON, leaf: '0.0' }),
    ]);
  });

  it('several deep, each by its path, and hazards where they strike', () => {
    const inner = listOf([sendAction(messageTo(THIEF, TON), 3), sendAction(messageTo(POOL, TON, highload(steal)), 128 + 32)]);
    const found = decodeBody(POOL, newOrder(multisigOrder([multisigSend(messageTo(POOL, TON, extension(inner)), 1)])));
    expect(effectsOf(found, 'outflow').map(({ leaf }) => leaf)).toEqual(['0', '0.0', '0.0.0', '0.0.1', '0.0.1.0']);
    expect(effectsOf(found, 'hazard')).toEqual([
      expect.objectContaining({ hazard: 'carries_whole_balance', account: POOL, leaf: '0.0.1' }),
      expect.objectContaining({ hazard: 'destroys_account', account: POOL, leaf: '0.0.1' }),
    ]);
  });

  it('changes of that contract itself', () => {
    for (const body of [extension(null, addExtension), signedInside(null, addExtension)]) {
      expect(effectsOf(decodeBody(POOL, body), 'control')).toEqual([
        expect.objectContaining({ account: POOL, aspect: 'module', to: THIEF, leaf: '0.0' }),
      ]);
    }
    const signers = bodyOf(0x1d0cfbd3, (to) => to.storeUint(1, 8).storeRef(Cell.EMPTY).storeBit(false));
    const found = decodeBody(POOL, newOrder(multisigOrder([multisigSend(messageTo(THIEF)), signers])));
    expect(effectsOf(found, 'control')).toEqual([expect.objectContaining({ account: POOL, aspect: 'signer' })]);
  });

  it('set code in the list of a highload wallet, a foreign token account, an account that nobody read', () => {
    const code = beginCell().storeUint(0xad4de08e, 32).storeRef(Cell.EMPTY).endCell();
    expect(unknownsOf(decodeBody(POOL, highload(listOf([code]))))[0]).toMatchObject({ contract: POOL, leaf: '0.0' });
    const theirs = decodeBody(POOL, highload(listOf([sendAction(messageTo(on('d1'), TON, tokenTransfer({})))])));
    // What we asked about the account is whether it keeps something for us, not for them.
    expect(unknownsOf(theirs)[0]).toMatchObject({ contract: on('d1'), leaf: '0.0' });
    const stranger = decodeBody(POOL, highload(listOf([sendAction(messageTo(on('77')))])));
    expect(unknownsOf(stranger)[0]).toMatchObject({ contract: on('77'), detail: 'the account’s state was not read' });
  });
});

describe('orders that are not understood', () => {
  const lame = listOf([beginCell().storeUint(0x12345678, 32).endCell()]);
  it.each([
    ['a list of unknown actions', highload(lame)],
    ['a list and trailing bits', asked(0xae42e5a4, (to) => to.storeRef(steal).storeBit(1))],
    ['no list', asked(0xae42e5a4)],
    ['an extension’s order with trailing bits', asked(0x6578746e, (to) => w5Inner(steal)(to).storeBit(0))],
    ['a signed order without room for a signature', bodyOf(0x73696e74, (to) => to.storeUint(0, 96).storeUint(0, 8))],
    ['an order that is no dictionary', newOrder(Cell.EMPTY)],
    ['a dictionary with longer keys', newOrder(beginCell().storeUint(0b11, 2).storeBit(0).storeUint(15, 4).endCell())],
    ['an action of another kind', newOrder(multisigOrder([bodyOf(0x11111111)]))],
    ['an action with more than it says', newOrder(multisigOrder([bodyOf(0xf1381e5b, (to) => to.storeUint(1, 16).storeRef(steal))]))],
    ['a message that is none', newOrder(multisigOrder([multisigSend(Cell.EMPTY)]))],
  ])('%s', (_, body) => {
    const found = decodeBody(POOL, body);
    expect(found.complete).toBe(false);
    expect(unknownsOf(found)[0]).toMatchObject({ contract: POOL });
    expect(outflows(found)).toEqual([[POOL, expect.any(String), TON]]);
    expect(effectsOf(found, 'call')).toEqual([expect.objectContaining({ method: null })]);
  });

  it('an approval says nothing of what is approved, as an operation or as a text', () => {
    for (const body of [asked(0xa762230f, (to) => to.storeUint(0, 8)), bodyOf(0, (to) => to.storeBuffer(Buffer.from('approve')))])
      expect(decodeBody(POOL, body).complete).toBe(false);
    expect(
      decodeBody(
        THIEF,
        bodyOf(0, (to) => to.storeBuffer(Buffer.from('approve'))),
      ).complete,
    ).toBe(true);
  });

  it('nesting and number are bounded', () => {
    let deep = highload(steal);
    for (let level = 0; level < 20; level += 1) deep = highload(listOf([sendAction(messageTo(POOL, 1n, deep))]));
    const found = decodeBody(POOL, deep);
    expect(unknownsOf(found).map(({ detail }) => detail)).toEqual(['orders nest deeper than 8']);
    const many = (inside: Cell): Cell => highload(listOf(Array.from({ length: 100 }, () => sendAction(messageTo(POOL, 1n, inside)))));
    const wide = decodeBody(POOL, many(many(many(highload(steal)))));
    expect(wide.complete).toBe(false);
    expect(unknownsOf(wide).at(-1)).toMatchObject({ detail: 'more than 512 messages' });
    expect(wide.effects.length).toBeLessThan(3_000);
  });

  it('what changes the receiver counts as much as messages do, however many orders share it', () => {
    let changes = addExtension;
    for (let left = 199; left > 0; left -= 1) changes = beginCell().storeSlice(addExtension.beginParse()).storeRef(changes).endCell();
    let codes = Cell.EMPTY;
    for (let left = 200; left > 0; left -= 1) codes = beginCell().storeRef(codes).storeUint(0xad4de08e, 32).storeRef(Cell.EMPTY).endCell();
    const signers = bodyOf(0x1d0cfbd3, (to) => to.storeUint(1, 8).storeRef(Cell.EMPTY).storeBit(false));
    const many = (body: Cell): Cell => highload(listOf(Array.from({ length: 100 }, () => sendAction(messageTo(POOL, 1n, body)))));
    for (const [body, told] of [
      [extension(null, changes), 400],
      [extension(codes), 0],
      [newOrder(multisigOrder(Array.from({ length: 200 }, () => signers))), 2],
    ] as const) {
      const found = decodeBody(POOL, many(body));
      expect(found.complete).toBe(false);
      expect(unknownsOf(found).at(-1)).toMatchObject({ detail: 'more than 512 messages' });
      // Two of the hundred are as much as is followed.
      expect(effectsOf(found, 'control')).toHaveLength(told);
      expect(unknownsOf(found).length).toBeLessThan(512);
    }
    const alone = decodeBody(POOL, extension(null, changes));
    expect([alone.complete, effectsOf(alone, 'control').length]).toEqual([true, 200]);
  });

  it('lists that are broken at their end cost no more than others', () => {
    const broken = listOf([beginCell().storeUint(1, 32).endCell(), ...Array.from({ length: 200 }, () => sendAction(messageTo(POOL)))]);
    const many = listOf(Array.from({ length: 200 }, () => sendAction(messageTo(POOL, 1n, highload(broken)))));
    const found = decodeBody(POOL, highload(many));
    // Two of them are as much as is followed.
    expect(unknownsOf(found).map(({ detail }) => detail)).toEqual(Array(2).fill('the orders inside are not in standard form'));
  });
});
