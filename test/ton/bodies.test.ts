import { beginCell, Cell, comment, Dictionary } from '@ton/core';
import { describe, expect, it } from 'vitest';
import { collectibleAsset, tokenAsset } from '../../src/core/index.ts';
import { ALL_FACTS, address, asked, bodyOf, decodeBody, effectsOf, itemTransfer, THIEF, tokenTransfer } from './body-fixture.ts';
import { BOB, JETTON_WALLET, MINTER, NATIVE, OTHER_JETTON_WALLET, POOL, TESTNET, USD, WALLET } from './codec-fixture.ts';
import { decodeOrder, hazardsOf, kinds, listOf, outflows, sendAction, unknownsOf, w5 } from './order-fixture.ts';

const TON = 10n ** 9n;
const ITEM = collectibleAsset(TESTNET, 'nft', POOL);
/** `op`, a key of 32 bytes, a hash of 16, then blocks. */
const encrypted = (cipher: number): Cell => bodyOf(0x2167da4b, (to) => to.storeBuffer(Buffer.alloc(48 + cipher, 9)));

describe('items', () => {
  it('a transfer is one piece that leaves, and all coins that go along', () => {
    const found = decodeBody(POOL, itemTransfer({ forward: TON / 4n, payload: comment('for you') }));
    expect(outflows(found)).toEqual([
      [THIEF, ITEM, 1n],
      [THIEF, NATIVE, TON / 4n],
      [POOL, NATIVE, (TON * 3n) / 4n],
    ]);
    expect(effectsOf(found, 'inflow')[0]).toMatchObject({ account: THIEF, asset: ITEM, amount: 1n });
    expect(effectsOf(found, 'message')[0]).toMatchObject({ text: 'for you' });
    expect(effectsOf(found, 'call')).toEqual([
      expect.objectContaining({ contract: POOL, selector: '0x5fcc3d14', method: 'nft_transfer', capability: 'nft' }),
    ]);
    expect(found.complete).toBe(true);
  });

  it('the rest goes to whom the bytes name', () => {
    const theirs = decodeBody(POOL, itemTransfer({ to: BOB, response: THIEF }));
    expect(outflows(theirs)).toContainEqual([THIEF, NATIVE, TON]);
    const nobody = decodeBody(POOL, itemTransfer({ to: BOB, response: null }));
    expect(outflows(nobody)).toContainEqual([POOL, NATIVE, TON]);
    expect(outflows(decodeBody(POOL, itemTransfer({ forward: 3n * TON })))).toContainEqual([THIEF, NATIVE, 3n * TON]);
  });

  it.each([
    ['a payload that is no text', itemTransfer({ payload: bodyOf(5) }), { contract: THIEF, selector: '0x00000005' }],
    ['a custom payload', itemTransfer({ custom: comment('x') }), { contract: POOL, selector: '0x5fcc3d14' }],
    ['no new owner', asked(0x5fcc3d14, (to) => to.storeUint(0, 2 + 2 + 1 + 4 + 1)), { contract: POOL }],
    ['trailing bits', asked(0x1f04537a, (to) => to.storeBit(1)), { contract: POOL, selector: '0x1f04537a' }],
  ])('%s is unknown', (_, body, expected) => {
    const found = decodeBody(POOL, body);
    expect(found.complete).toBe(false);
    expect(unknownsOf(found)[0]).toMatchObject(expected);
  });

  it('an account that is no contract is no item', () => {
    expect(decodeBody(BOB, itemTransfer({})).complete).toBe(false);
    expect(outflows(decodeBody(BOB, itemTransfer({})))).toEqual([[BOB, NATIVE, TON]]);
  });

  it.each([
    [0x1f04537a, 'sbt_destroy'],
    [0x6f89f5e3, 'sbt_revoke'],
  ])('%i ends an item', (op, method) => {
    const found = decodeBody(POOL, asked(op));
    expect(outflows(found)).toEqual([
      [null, ITEM, 1n],
      [POOL, NATIVE, TON],
    ]);
    expect(effectsOf(found, 'call')[0]).toMatchObject({ method });
  });
});

describe('who rules over a contract', () => {
  const record = (tag: number): Cell => beginCell().storeUint(tag, 16).storeAddress(address(THIEF)).storeUint(0, 8).endCell();
  it.each([
    ['the admin of a minter, the owner of a collection', asked(3, (to) => to.storeAddress(address(THIEF))), 'owner', THIEF],
    ['the admin, by the newer operation', asked(0x6501f354, (to) => to.storeAddress(address(THIEF))), 'owner', THIEF],
    ['no admin at all', asked(0x7431f221), 'owner', null],
    ['the content of a minter', asked(4, (to) => to.storeRef(Cell.EMPTY)), 'code', null],
    ['the content and royalty of a collection', asked(4, (to) => to.storeRef(Cell.EMPTY).storeRef(Cell.EMPTY)), 'code', null],
    ['the code of a minter', asked(0x2508d66a, (to) => to.storeRef(Cell.EMPTY).storeRef(Cell.EMPTY)), 'code', null],
    ['the content of an item', asked(0x1a0b9d51, (to) => to.storeRef(Cell.EMPTY)), 'code', null],
    [
      'an order that a minter forces on somebody’s account',
      asked(0x235caf52, (to) => to.storeAddress(address(THIEF)).storeCoins(1).storeRef(Cell.EMPTY)),
      'owner',
      THIEF,
    ],
    ['the wallet behind a name', asked(0x4eb1f0f9, (to) => to.storeUint(7n, 256).storeRef(record(0x9fd3))), 'owner', THIEF],
    ['the resolver of a name', asked(0x4eb1f0f9, (to) => to.storeUint(7n, 256).storeRef(record(0xba93))), 'owner', THIEF],
    ['another record of a name', asked(0x4eb1f0f9, (to) => to.storeUint(7n, 256).storeRef(record(1))), 'owner', null],
    ['a record taken away', asked(0x4eb1f0f9, (to) => to.storeUint(7n, 256)), 'owner', null],
  ] as const)('%s', (_, body, aspect, to) => {
    const found = decodeBody(POOL, body);
    expect(effectsOf(found, 'control')).toEqual([{ kind: 'control', account: POOL, aspect, to, leaf: '0', source: 'bytes' }]);
    expect(effectsOf(found, 'call')[0]?.method).toEqual(expect.any(String));
    expect(outflows(found)).toEqual([[POOL, NATIVE, TON]]);
  });

  it('what does not follow the form is unknown', () => {
    for (const body of [
      asked(3),
      asked(4),
      asked(0x2508d66a, (to) => to.storeRef(Cell.EMPTY)),
      asked(0x6501f354, (to) => to.storeUint(0, 3)),
    ])
      expect(decodeBody(POOL, body).complete).toBe(false);
  });

  it('minting is a call of the minter, and tokens for somebody', () => {
    const order = asked(0x178d4519, (to) => to.storeCoins(77n));
    for (const op of [21, 0x642b7d07]) {
      const body = asked(op, (to) => to.storeAddress(address(THIEF)).storeCoins(1).storeRef(order));
      const found = decodeBody(MINTER, body, TON, [...ALL_FACTS, { account: MINTER, state: 'contract', holds: null }]);
      expect(effectsOf(found, 'call')[0]).toMatchObject({ contract: MINTER, method: 'jetton_mint', args: { to: THIEF, amount: '77' } });
      expect(effectsOf(found, 'inflow')).toContainEqual(
        expect.objectContaining({ account: THIEF, asset: tokenAsset(TESTNET, MINTER), amount: 77n }),
      );
    }
  });
});

describe('texts', () => {
  it('only the receiver reads an encrypted one: a hazard by that name', () => {
    const found = decodeBody(BOB, encrypted(32));
    expect(kinds(found)).toEqual(['fee', 'outflow', 'inflow', 'hazard']);
    expect(effectsOf(found, 'hazard')[0]).toMatchObject({ hazard: 'unreadable_text', account: BOB });
    const sent = decodeBody(JETTON_WALLET, tokenTransfer({ payload: encrypted(16) }));
    expect(hazardsOf(sent)).toEqual(['unreadable_text']);
    expect(sent.complete).toBe(true);
    for (const cipher of [0, 8, 15, 17]) expect(decodeBody(BOB, encrypted(cipher)).complete, String(cipher)).toBe(false);
  });

  it.each([
    ['invisible characters', 'pay\u200bpal', 'invisible'],
    ['characters that turn others round', 'invoice \u202e0001', 'reordering'],
    ['letters of another alphabet', 'Bіnance deposit', 'mixed alphabets'],
  ])('%s are told, wherever the text stands', (_, text, detail) => {
    for (const found of [decodeBody(BOB, comment(text)), decodeBody(JETTON_WALLET, tokenTransfer({ payload: comment(text) }))]) {
      expect(effectsOf(found, 'hazard')).toEqual([
        expect.objectContaining({ hazard: 'misleading_text', detail: expect.stringContaining(detail) }),
      ]);
      expect(effectsOf(found, 'message')[0]).toMatchObject({ text });
    }
  });

  it('honest text of any language is none, and more than a page of it is not read', () => {
    for (const text of ['за аренду', '家賃', 'إيجار', 'tea ☕ for two 👨‍👩‍👧'])
      expect(hazardsOf(decodeBody(BOB, comment(text))), text).toEqual([]);
    expect(unknownsOf(decodeBody(BOB, comment('x'.repeat(20_000))))[0]).toMatchObject({ contract: BOB, selector: '0x00000000' });
  });
});

describe('other currencies', () => {
  const travelling = (...currencies: readonly Cell[]) =>
    decodeOrder(
      w5(
        listOf(
          currencies.map((held) =>
            sendAction(
              beginCell()
                .storeUint(0b0110, 4)
                .storeUint(0, 2)
                .storeAddress(address(BOB))
                .storeCoins(1)
                .storeMaybeRef(held)
                .storeUint(0, 4 + 4 + 64 + 32 + 2)
                .endCell(),
            ),
          ),
        ),
      ),
      ALL_FACTS,
    );

  it('are told one by one', () => {
    const held = Dictionary.empty(Dictionary.Keys.Uint(32), Dictionary.Values.BigVarUint(5)).set(100, 5n).set(7, 9n);
    const found = travelling(beginCell().storeDictDirect(held).endCell());
    expect(effectsOf(found, 'hazard')[0]).toMatchObject({ hazard: 'extra_currency', detail: expect.stringContaining('9 of 7, 5 of 100') });
    expect(found.complete).toBe(true);
  });

  it('are told up to so many in one order, however many messages share them; behind that they are unknown', () => {
    const held = (from: number): Cell => {
      const all = Dictionary.empty(Dictionary.Keys.Uint(32), Dictionary.Values.BigVarUint(5));
      for (let key = from; key < from + 100; key += 1) all.set(key, 5n);
      return beginCell().storeDictDirect(all).endCell();
    };
    const found = travelling(held(0), held(0), held(1_000), held(0));
    const told = effectsOf(found, 'hazard').map(({ detail }) => detail.split(',').length);
    expect(told).toEqual([100, 100, 1, 1]);
    expect(unknownsOf(found).map(({ leaf, detail }) => [leaf, detail])).toEqual([
      ['2', 'other currencies that cannot be read'],
      ['3', 'other currencies that cannot be read'],
    ]);
    expect(found.complete).toBe(false);
  });

  it('that are none are unknown, however many they claim to be', () => {
    let endless = beginCell().storeUint(0, 2).storeUint(0, 5).endCell();
    for (let fork = 0; fork < 32; fork += 1) endless = beginCell().storeUint(0, 2).storeRef(endless).storeRef(endless).endCell();
    for (const cell of [comment('x'), Cell.EMPTY, endless]) expect(travelling(cell).complete).toBe(false);
  });
});

describe('token accounts', () => {
  it('one that no issuer knows is a counterfeit, as far as the wallet goes', () => {
    expect(hazardsOf(decodeBody(POOL, tokenTransfer({})))).toEqual(['counterfeit_token']);
    expect(hazardsOf(decodeBody(BOB, tokenTransfer({})))).toEqual([]);
    expect(hazardsOf(decodeBody(JETTON_WALLET, tokenTransfer({})))).toEqual([]);
    expect(outflows(decodeBody(OTHER_JETTON_WALLET, tokenTransfer({})))[0]?.[1]).not.toBe(USD);
  });

  it('what is left of the coins is the wallet’s, or somebody’s', () => {
    expect(outflows(decodeBody(JETTON_WALLET, tokenTransfer({ response: WALLET })))).toEqual([[THIEF, USD, 500n]]);
    expect(outflows(decodeBody(JETTON_WALLET, tokenTransfer({ response: THIEF })))).toContainEqual([THIEF, NATIVE, TON]);
  });
});
