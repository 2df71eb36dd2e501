import { beginCell, Cell, comment } from '@ton/core';
import { describe, expect, it } from 'vitest';
import { addressOf } from '../../src/adapters/ton/address.ts';
import {
  BOB,
  buildOf,
  codec,
  FACTS,
  JETTON_WALLET,
  MAINNET,
  NATIVE,
  NEW,
  OTHER_JETTON_WALLET,
  on,
  POOL,
  PUBLIC_KEY,
  TESTNET,
  UNLISTED,
  USD,
  WALLET,
} from './codec-fixture.ts';
import { bytesOf, decodeOrder, kinds, messageCell, outflows, unknownsOf, w5Of } from './order-fixture.ts';

const address = (account: Parameters<typeof addressOf>[0]) => addressOf(account, TESTNET);
const wallet = address(WALLET);
const GRAM = 10n ** 9n;

interface TransferParts {
  readonly response?: ReturnType<typeof address> | null;
  readonly custom?: Cell | null;
  readonly forward?: bigint;
  readonly payload?: { readonly inline?: Cell; readonly ref?: Cell };
}

/** A token transfer as TEP-74 has it. */
function transferBody({ response = wallet, custom = null, forward = 1n, payload = {} }: TransferParts = {}): Cell {
  const body = beginCell()
    .storeUint(0x0f8a7ea5, 32)
    .storeUint(77, 64)
    .storeCoins(500n)
    .storeAddress(address(BOB))
    .storeAddress(response)
    .storeMaybeRef(custom)
    .storeCoins(forward);
  if (payload.ref !== undefined) return body.storeBit(true).storeRef(payload.ref).endCell();
  return body
    .storeBit(false)
    .storeSlice((payload.inline ?? Cell.EMPTY).beginParse())
    .endCell();
}

const burnBody = (response = wallet): Cell =>
  beginCell().storeUint(0x595f07bc, 32).storeUint(1, 64).storeCoins(500n).storeAddress(response).storeBit(false).endCell();
const to = (account: Parameters<typeof addressOf>[0], body: Cell, value = GRAM) =>
  decodeOrder(w5Of(messageCell({ dest: address(account), value: { coins: value } }, { body })));

describe('payments', () => {
  it('a plain one, and one with a text', () => {
    const plain = to(BOB, Cell.EMPTY);
    expect(kinds(plain)).toEqual(['fee', 'outflow', 'inflow']);
    expect(outflows(plain)).toEqual([[BOB, NATIVE, GRAM]]);
    expect(plain.complete).toBe(true);
    const text = to(BOB, comment('for the rent of Мая'));
    expect(kinds(text)).toEqual(['fee', 'outflow', 'inflow', 'message']);
    expect(text.effects[3]).toMatchObject({ text: 'for the rent of Мая' });
  });

  it('long texts run over many cells', () => {
    const long = 'абв'.repeat(700);
    expect(to(BOB, comment(long)).effects[3]).toMatchObject({ kind: 'message', text: long });
  });

  it.each([
    ['bits that are no whole byte', beginCell().storeUint(0, 32).storeUint(1, 4).endCell()],
    ['bytes that are no UTF-8', beginCell().storeUint(0, 32).storeBuffer(Buffer.of(0xff, 0xfe)).endCell()],
    ['two references', beginCell().storeUint(0, 32).storeRef(Cell.EMPTY).storeRef(Cell.EMPTY).endCell()],
    ['a tail of odd bits', beginCell().storeUint(0, 32).storeRef(beginCell().storeUint(5, 7).endCell()).endCell()],
  ])('what pretends to be a text is unknown: %s', (_, body) => {
    const found = to(BOB, body);
    expect(kinds(found)).toEqual(['fee', 'outflow', 'inflow', 'call', 'unknown']);
    expect(unknownsOf(found)[0]).toMatchObject({ contract: BOB, selector: '0x00000000' });
    expect(found.complete).toBe(false);
  });

  it('an encrypted comment, an unknown operation and a stub of one are unknown', () => {
    const encrypted = to(BOB, beginCell().storeUint(0x2167da4b, 32).storeUint(1, 64).endCell());
    expect(unknownsOf(encrypted)[0]).toMatchObject({ selector: '0x2167da4b', detail: 'the comment is encrypted' });
    const strange = to(POOL, beginCell().storeUint(0x25938561, 32).endCell());
    expect(unknownsOf(strange)[0]).toMatchObject({ contract: POOL, selector: '0x25938561' });
    expect(strange.effects).toContainEqual(
      expect.objectContaining({ kind: 'call', contract: POOL, selector: '0x25938561', method: null, value: GRAM }),
    );
    expect(outflows(strange)).toEqual([[POOL, NATIVE, GRAM]]);
    expect(unknownsOf(to(BOB, beginCell().storeUint(0, 31).endCell()))[0]).toMatchObject({ selector: null });
  });

  it('an account that nobody read is unknown, and so is one of which two facts disagree', () => {
    const order = w5Of(messageCell());
    expect(unknownsOf(decodeOrder(order, []))[0]).toMatchObject({ contract: BOB, detail: 'the account’s state was not read' });
    const disputed = [...FACTS, { account: BOB, state: 'empty', holds: null } as const];
    expect(decodeOrder(order, disputed).complete).toBe(false);
    expect(decodeOrder(order, [...FACTS, ...FACTS]).complete).toBe(true);
  });
});

describe('token orders', () => {
  const text = comment('tea');
  it.each([
    ['without a payload', {}, ['fee', 'outflow', 'inflow']],
    ['with a text inline', { payload: { inline: text } }, ['fee', 'outflow', 'inflow', 'message']],
    ['with a text in a cell of its own', { payload: { ref: text } }, ['fee', 'outflow', 'inflow', 'message']],
    ['with an empty cell', { payload: { ref: Cell.EMPTY } }, ['fee', 'outflow', 'inflow']],
  ] as const)('a transfer %s', (_, parts, expected) => {
    const found = to(JETTON_WALLET, transferBody(parts));
    expect(kinds(found)).toEqual(expected);
    expect(outflows(found)).toEqual([[BOB, USD, 500n]]);
    expect(found.complete).toBe(true);
    expect(found.effects[0]).toMatchObject({ kind: 'fee' });
  });

  it('attached coins are fee where the rest comes back, and a payment where it does not', () => {
    const feeOf = (found: ReturnType<typeof to>): bigint =>
      found.effects.flatMap((effect) => (effect.kind === 'fee' ? [effect.max] : []))[0] ?? 0n;
    const mine = to(JETTON_WALLET, transferBody());
    const theirs = to(JETTON_WALLET, transferBody({ response: address(POOL) }));
    const nobody = to(JETTON_WALLET, transferBody({ response: null }));
    expect(feeOf(mine) - feeOf(theirs)).toBe(GRAM);
    expect(outflows(theirs)).toEqual([
      [BOB, USD, 500n],
      [POOL, NATIVE, GRAM],
    ]);
    expect(outflows(nobody)).toContainEqual([JETTON_WALLET, NATIVE, GRAM]);
    expect(feeOf(nobody)).toBeLessThan(GRAM);
  });

  it('forwarded coins are a payment to the recipient', () => {
    const found = to(JETTON_WALLET, transferBody({ forward: 4n * 10n ** 8n }));
    expect(outflows(found)).toEqual([
      [BOB, USD, 500n],
      [BOB, NATIVE, 4n * 10n ** 8n],
    ]);
    const params = codec.adopt(
      bytesOf(w5Of(messageCell({ dest: address(JETTON_WALLET) }, { body: transferBody({ forward: 4n * 10n ** 8n }) }))),
      TESTNET,
      WALLET,
      PUBLIC_KEY,
    ).fee.params;
    expect(params['attached']).toBe(String(6n * 10n ** 8n));
    expect(outflows(to(JETTON_WALLET, transferBody({ forward: 3n * GRAM })))).toContainEqual([BOB, NATIVE, 3n * GRAM]);
  });

  it('a payload that is no text, or a custom one, is unknown', () => {
    const swap = to(JETTON_WALLET, transferBody({ payload: { ref: beginCell().storeUint(0x25938561, 32).endCell() } }));
    expect(unknownsOf(swap)[0]).toMatchObject({ contract: BOB, selector: '0x25938561' });
    const stub = to(JETTON_WALLET, transferBody({ payload: { inline: beginCell().storeUint(1, 3).endCell() } }));
    expect(unknownsOf(stub)[0]).toMatchObject({ contract: BOB, selector: null });
    expect(unknownsOf(to(JETTON_WALLET, transferBody({ custom: text })))[0]).toMatchObject({ contract: JETTON_WALLET });
  });

  it('a token that no list names is shown as a call, too', () => {
    const found = to(OTHER_JETTON_WALLET, transferBody());
    expect(outflows(found)).toEqual([[BOB, UNLISTED, 500n]]);
    expect(found.effects.find(({ kind }) => kind === 'call')).toMatchObject({ contract: OTHER_JETTON_WALLET, method: 'jetton_transfer' });
    expect(found.complete).toBe(true);
  });

  it('a fake token account is not believed', () => {
    for (const fake of [POOL, BOB, NEW, on('99')]) {
      for (const body of [transferBody(), burnBody()]) {
        const found = to(fake, body);
        expect(found.complete).toBe(false);
        expect(outflows(found)).toEqual([[fake, NATIVE, GRAM]]);
        expect(unknownsOf(found)[0]).toMatchObject({ contract: fake });
      }
    }
    const empty = [{ account: JETTON_WALLET, state: 'empty', holds: USD } as const];
    expect(decodeOrder(w5Of(messageCell({ dest: address(JETTON_WALLET) }, { body: transferBody() })), empty).complete).toBe(false);
  });

  it('a burn is an outflow to nobody', () => {
    const found = to(JETTON_WALLET, burnBody());
    expect(outflows(found)).toEqual([[null, USD, 500n]]);
    expect(found.effects.find(({ kind }) => kind === 'call')).toMatchObject({ method: 'jetton_burn', selector: '0x595f07bc' });
  });

  it.each([
    [
      'trailing bits behind a reference',
      beginCell()
        .storeSlice(transferBody({ payload: { ref: text } }).beginParse())
        .storeBit(1)
        .endCell(),
    ],
    [
      'a second reference',
      beginCell()
        .storeSlice(transferBody({ payload: { ref: text } }).beginParse())
        .storeRef(text)
        .endCell(),
    ],
    ['trailing bits of a burn', beginCell().storeSlice(burnBody().beginParse()).storeUint(0, 8).endCell()],
    [
      'an amount with a leading zero',
      beginCell()
        .storeUint(0x0f8a7ea5, 32)
        .storeUint(0, 64)
        .storeUint(2, 4)
        .storeUint(5, 16)
        .storeAddress(address(BOB))
        .storeAddress(wallet)
        .storeBit(0)
        .storeCoins(1)
        .storeBit(0)
        .endCell(),
    ],
    [
      'no destination',
      beginCell()
        .storeUint(0x0f8a7ea5, 32)
        .storeUint(0, 64)
        .storeCoins(5)
        .storeAddress(null)
        .storeAddress(wallet)
        .storeBit(0)
        .storeCoins(1)
        .storeBit(0)
        .endCell(),
    ],
    ['cut short', beginCell().storeUint(0x0f8a7ea5, 32).storeUint(0, 64).endCell()],
  ])('what is not in standard form is unknown: %s', (_, body) => {
    const found = to(JETTON_WALLET, body);
    expect(found.complete).toBe(false);
    expect(outflows(found)).toEqual([[JETTON_WALLET, NATIVE, GRAM]]);
  });
});

describe('fields beside the payload', () => {
  const tx = buildOf({ kind: 'transfer', asset: NATIVE, amount: 1n, to: BOB });
  const { publicKey: _, ...keyless } = tx;
  it.each([
    ['digest', { ...tx, payloadDigest: `${tx.payloadDigest.slice(1)}0` as typeof tx.payloadDigest }, 'payload_digest_mismatch'],
    ['slot', { ...tx, slot: 8 }, 'slot_mismatch'],
    ['validity', { ...tx, validUntilMs: (tx.validUntilMs ?? 0) + 1 }, 'validity_mismatch'],
    ['no validity', { ...tx, validUntilMs: null }, 'validity_mismatch'],
    ['fee', { ...tx, fee: { ...tx.fee, ceiling: tx.fee.ceiling - 1n } }, 'fee_mismatch'],
    ['fee parameter', { ...tx, fee: { ...tx.fee, params: { ...tx.fee.params, gas: '1' } } }, 'fee_mismatch'],
    ['no key', keyless, 'public_key_missing'],
    ['another key', { ...tx, publicKey: new Uint8Array(32).fill(9) }, 'public_key_mismatch'],
    ['a short key', { ...tx, publicKey: new Uint8Array(31) }, 'public_key_mismatch'],
    ['another wallet', { ...tx, wallet: BOB }, 'public_key_mismatch'],
    ['the other network', { ...tx, chain: MAINNET, wallet: codec.walletOf(PUBLIC_KEY, MAINNET) }, 'chain_id_mismatch'],
  ] as const)('%s', (_, changed, reason) => {
    expect(() => codec.decode(changed)).toThrow(expect.objectContaining({ details: expect.objectContaining({ reason }) }));
  });
});
