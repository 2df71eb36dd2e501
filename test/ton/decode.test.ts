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
import {
  bytesOf,
  decodeOrder,
  hazardsOf,
  kinds,
  listOf,
  messageCell,
  outflows,
  sendAction,
  unknownsOf,
  w5,
  w5Of,
} from './order-fixture.ts';

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

describe('hazards, each by its name', () => {
  const plain = (mode: number, info: Parameters<typeof messageCell>[0] = {}) => decodeOrder(w5Of(messageCell(info), mode));
  it.each([
    [130, ['carries_whole_balance']],
    [162, ['carries_whole_balance', 'destroys_account']],
    [66, ['carries_inbound_value']],
    [34, ['destroys_account']],
    [18, ['unusual_send_mode']],
    [10, ['unusual_send_mode']],
    [255, ['carries_whole_balance', 'carries_inbound_value', 'destroys_account', 'unusual_send_mode']],
    [2, []],
    [3, []],
  ])('send mode %i', (mode, expected) => {
    const found = plain(mode);
    expect(hazardsOf(found)).toEqual(expected);
    expect(found.calls[0]?.terms?.['mode']).toBe(mode === 3 ? undefined : String(mode));
  });

  it('bounces off what does not exist yet, and does not bounce from a contract', () => {
    expect(hazardsOf(plain(3, { dest: address(NEW), bounce: true }))).toEqual(['bounces_off_empty_account']);
    expect(hazardsOf(plain(3, { dest: address(NEW), bounce: false }))).toEqual([]);
    expect(hazardsOf(plain(3, { dest: address(POOL), bounce: false }))).toEqual(['no_bounce_from_contract']);
    expect(hazardsOf(plain(3, { dest: address(BOB), bounce: false }))).toEqual([]);
  });

  it('another currency travels along', () => {
    const order = w5Of(messageCell({ value: { coins: 1n, other: undefined } }));
    expect(hazardsOf(decodeOrder(order))).toEqual([]);
    const info = beginCell().storeUint(0b0110, 4).storeUint(0, 2).storeAddress(address(BOB)).storeCoins(1).storeMaybeRef(comment('x'));
    const odd = info
      .storeUint(0, 4 + 4 + 64 + 32)
      .storeUint(0, 2)
      .endCell();
    const found = decodeOrder(w5Of(odd));
    expect(hazardsOf(found)).toEqual(['extra_currency']);
    const again = buildOf({ kind: 'calls', calls: found.calls });
    expect(Buffer.from(again.payload).equals(bytesOf(w5Of(odd)))).toBe(true);
  });

  it('a state init deploys; one that is not the account’s own is unknown', () => {
    const init = { code: comment('code'), data: comment('data') };
    const cell = beginCell().storeUint(0b00110, 5).storeRef(init.code).storeRef(init.data).endCell();
    const account = `${TESTNET}:0:${cell.hash().toString('hex')}` as typeof BOB;
    const facts = [...FACTS, { account, state: 'empty', holds: null } as const];
    const order = w5Of(messageCell({ dest: addressOf(account, TESTNET) }, { init }));
    const found = decodeOrder(order, facts);
    expect(found.effects).toContainEqual({ kind: 'deploy', account, codeDigest: cell.hash().toString('hex'), leaf: '0', source: 'bytes' });
    expect(found.complete).toBe(true);
    expect(hazardsOf(found)).toEqual([]);
    expect(Buffer.from(buildOf({ kind: 'calls', calls: found.calls }, { facts }).payload).equals(bytesOf(order))).toBe(true);
    const stray = decodeOrder(w5Of(messageCell({}, { init })));
    expect(kinds(stray)).toContain('deploy');
    expect(stray.complete).toBe(false);
  });
});

describe('changes of the wallet itself', () => {
  const one = (write: (to: ReturnType<typeof beginCell>) => unknown): Cell => {
    const cell = beginCell().storeBit(true);
    write(cell);
    return cell.endCell();
  };
  const module = { kind: 'control', account: WALLET, aspect: 'module' };

  it('an extension added or removed, a signature switched off or on', () => {
    const shown = (tail: Cell) => decodeOrder(w5(null, { tail })).effects.slice(1);
    expect(shown(one((to) => to.storeUint(2, 8).storeAddress(address(POOL))))).toMatchObject([
      { ...module, to: POOL },
      { kind: 'message', text: `extension 0:${'c0'.repeat(32)} is added` },
    ]);
    expect(shown(one((to) => to.storeUint(3, 8).storeAddress(address(POOL))))).toMatchObject([
      { ...module, to: null },
      { kind: 'message', text: `extension 0:${'c0'.repeat(32)} is removed` },
    ]);
    expect(shown(one((to) => to.storeUint(4, 8).storeBit(false)))).toMatchObject([
      { ...module, aspect: 'signer', to: null },
      { text: expect.stringContaining('off') },
    ]);
    expect(shown(one((to) => to.storeUint(4, 8).storeBit(true)))[1]).toMatchObject({ text: expect.stringContaining('on') });
  });

  it('hidden behind a payment they are found, and cannot be taken over as calls', () => {
    const last = beginCell().storeUint(4, 8).storeBit(false).endCell();
    const tail = one((to) => to.storeUint(2, 8).storeAddress(address(POOL)).storeRef(last));
    const order = w5(listOf([sendAction(messageCell())]), { tail });
    const found = decodeOrder(order);
    expect(kinds(found)).toEqual(['fee', 'outflow', 'inflow', 'control', 'message', 'control', 'message']);
    expect(found.calls).toHaveLength(1);
    expect(() => codec.parse(bytesOf(order), TESTNET, WALLET)).toThrow(expect.objectContaining({ details: { reason: 'extended_action' } }));
  });

  it('set code, reserve and change library among the sends are unknown', () => {
    const actions = [
      beginCell().storeUint(0xad4de08e, 32).storeRef(Cell.EMPTY).endCell(),
      sendAction(messageCell()),
      beginCell().storeUint(0x36e6b809, 32).storeUint(0, 8).storeCoins(1).storeBit(0).endCell(),
      beginCell().storeUint(0x26fa1dd4, 32).storeUint(2, 7).storeBit(0).storeUint(1, 256).endCell(),
    ];
    const order = w5(listOf(actions));
    const found = decodeOrder(order);
    expect(unknownsOf(found).map(({ leaf, detail }) => [leaf, detail])).toEqual([
      ['0', 'the action set_code in the list of sends'],
      ['2', 'the action reserve in the list of sends'],
      ['3', 'the action change_library in the list of sends'],
    ]);
    expect(found.effects.find(({ kind }) => kind === 'outflow')).toMatchObject({ leaf: '1' });
    expect(() => codec.parse(bytesOf(order), TESTNET, WALLET)).toThrow(expect.objectContaining({ code: 'PAYLOAD_UNDECODABLE' }));
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
