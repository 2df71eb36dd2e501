import { beginCell, Cell, comment } from '@ton/core';
import { describe, expect, it } from 'vitest';
import { addressOf } from '../../src/adapters/ton/address.ts';
import { BOB, buildOf, codec, FACTS, NEW, POOL, TESTNET, WALLET } from './codec-fixture.ts';
import { bytesOf, decodeOrder, hazardsOf, kinds, listOf, messageCell, sendAction, unknownsOf, w5, w5Of } from './order-fixture.ts';

const address = (account: Parameters<typeof addressOf>[0]) => addressOf(account, TESTNET);

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
