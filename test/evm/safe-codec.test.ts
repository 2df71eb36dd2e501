import { concatHex, encodeFunctionData, type Hex, parseAbi } from 'viem';
import { describe, expect, it } from 'vitest';
import { coSigningOf } from '../../src/adapters/evm/accounts/safe/co-signing.ts';
import { orderNonceAt } from '../../src/adapters/evm/accounts/safe/order-params.ts';
import { ORDER_BYTE, readOrder, writeOrder } from '../../src/adapters/evm/accounts/safe/safe-order.ts';
import { readEnvelope } from '../../src/adapters/evm/envelope.ts';
import { encodeRlp, integerBytes } from '../../src/adapters/evm/rlp.ts';
import { type Call, type SmartAccount, toHex } from '../../src/core/index.ts';
import { safeData } from '../fixtures/safe-contracts.ts';
import { assetOf, bytes, calling, NATIVE, on } from './chain-fixture.ts';
import {
  adopt,
  build,
  codec,
  context,
  fee,
  outerWith,
  owners,
  PAYEE,
  pay,
  plain,
  read,
  SAFE_ADDRESS,
  sender,
  smart,
  TOKEN,
} from './safe-codec-fixture.ts';

describe('an order of a Safe', () => {
  it('is no transaction by its first byte, says its number and decodes to the wallet’s own effects', () => {
    const order = build();
    expect(order.payload[0]).toBe(ORDER_BYTE);
    expect(ORDER_BYTE).toBeGreaterThan(0x7f);
    expect(ORDER_BYTE).toBeLessThan(0xc0);
    expect(() => readEnvelope(order.payload)).toThrow(/PAYLOAD_UNDECODABLE/);
    expect(readOrder(order.payload)).toMatchObject({ nonce: 4n, safe: SAFE_ADDRESS, call: { to: PAYEE, value: 5n } });
    expect(order).toMatchObject({ slot: 7, wallet: smart.account, smart });
    expect(codec.decode(order)).toMatchObject({
      complete: true,
      calls: [{ to: on(PAYEE), value: 5n }],
      effects: [
        { kind: 'fee', account: sender.wallet, max: fee.ceiling },
        { kind: 'outflow', account: smart.account, counterparty: on(PAYEE), asset: NATIVE, amount: 5n },
        { kind: 'inflow', account: on(PAYEE) },
      ],
    });
    const tokens = codec.decode(build({ kind: 'transfer', asset: assetOf(TOKEN), amount: 9n, to: on(PAYEE) }));
    expect(tokens.effects).toMatchObject([
      { kind: 'fee' },
      { kind: 'outflow', account: smart.account, asset: assetOf(TOKEN), amount: 9n },
      {},
    ]);
  });

  it('is the same bytes for the same action, and adopting it says the same', () => {
    const order = build();
    expect(toHex(build().payload)).toBe(toHex(order.payload));
    const { fee: read, ...rest } = adopt(order.payload);
    const { fee: quoted, ...built } = order;
    expect(rest).toEqual(built);
    expect(read.params).toEqual(quoted.params);
    expect(codec.decode({ ...rest, fee: read })).toEqual(codec.decode(order));
  });

  it('says another thing or nothing after a bit of it was turned, and its owners sign another hash', () => {
    const { payload } = build({ kind: 'transfer', asset: assetOf(TOKEN), amount: 1_000n, to: on(PAYEE) });
    const whole = read(payload);
    const hash = toHex(coSigningOf(payload).hash);
    const gist = (bytes: Uint8Array): string => toHex(coSigningOf(bytes).hash) + toHex(readOrder(bytes).outerBytes);
    const original = gist(payload);
    let refused = 0;
    // Each third bit: all eight of a byte come up, and a busy machine keeps time.
    for (let bit = 0; bit < payload.length * 8; bit += 3) {
      const flipped = Uint8Array.from(payload, (byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
      const found = read(flipped);
      if ('refused' in found) {
        refused += 1;
        expect(found.refused).toMatch(/^PAYLOAD_UNDECODABLE/);
        continue;
      }
      expect(found, `bit ${bit}`).not.toEqual(whole);
      expect(gist(flipped), `bit ${bit}`).not.toBe(original);
      // Under the digest that was decided about nothing else is read at all.
      expect(() => codec.decode({ ...build(), payload: flipped })).toThrow(/PAYLOAD_UNDECODABLE/);
    }
    expect(refused).toBeGreaterThan(payload.length);
    expect(hash).toHaveLength(64);
  });

  it.each([
    ['a delegated call', [...plain.slice(0, 3), 1, ...plain.slice(4)]],
    ['an operation that is none', [...plain.slice(0, 3), 2, ...plain.slice(4)]],
    ['gas of its own', [...plain.slice(0, 4), 1n, ...plain.slice(5)]],
    ['base gas', [...plain.slice(0, 5), 1n, ...plain.slice(6)]],
    ['a gas price', [...plain.slice(0, 6), 1n, ...plain.slice(7)]],
    ['a gas token', [...plain.slice(0, 7), TOKEN, ...plain.slice(8)]],
    ['a receiver of refunds', [...plain.slice(0, 8), PAYEE, ...plain.slice(9)]],
    ['signatures already', [...plain.slice(0, 9), `0x${'11'.repeat(130)}`]],
  ])('is refused with %s', (_, args) => {
    const payload = writeOrder(4n, outerWith(safeData('execTransaction', args)));
    expect(read(payload)).toMatchObject({ refused: expect.stringMatching(/^PAYLOAD_UNDECODABLE/) });
    expect(() => coSigningOf(payload)).toThrow(/PAYLOAD_UNDECODABLE/);
    // The same without the order around it, as a guarded signer may be handed it.
    const bare = read(outerWith(safeData('execTransaction', args)));
    expect(bare).toMatchObject({ isKnown: false, said: expect.stringContaining('"kind":"unknown"') });
  });

  it('is refused with value, an access list, other methods, other encodings and trailing bytes', () => {
    const data = safeData('execTransaction', plain);
    const { fields } = readOrder(build().payload).outer;
    const listed = encodeRlp([...fields.slice(0, 8), [[bytes(PAYEE), []]]], 2);
    const offset = data.length - 2;
    const encodings: readonly Uint8Array[] = [
      outerWith(data, { value: 1n }),
      listed,
      outerWith(concatHex([data, '0x00'])),
      outerWith(concatHex([data, `0x${'0'.repeat(64)}`])),
      outerWith('0x'),
      outerWith('0x6a7612'),
      outerWith(safeData('approveHash', [`0x${'11'.repeat(32)}`])),
      outerWith(encodeFunctionData({ abi: parseAbi(['function transfer(address,uint256)']), functionName: 'transfer', args: [PAYEE, 5n] })),
      // A dirty bit above the payee's address.
      outerWith(`0x${data.slice(2, 10)}01${data.slice(12)}` as Hex),
    ];
    expect(offset).toBeGreaterThan(0);
    for (const outer of encodings) {
      expect(read(writeOrder(4n, outer))).toMatchObject({ refused: expect.stringMatching(/^PAYLOAD_UNDECODABLE/) });
      const bare = read(outer);
      if (!('refused' in bare)) expect(bare.isKnown).toBe(false);
    }
    const { outerBytes } = readOrder(build().payload);
    for (const odd of [
      encodeRlp([integerBytes(4n), outerBytes, integerBytes(0n)], ORDER_BYTE),
      encodeRlp([outerBytes], ORDER_BYTE),
      encodeRlp([Uint8Array.of(0, 4), outerBytes], ORDER_BYTE),
      encodeRlp([integerBytes(2n ** 64n), outerBytes], ORDER_BYTE),
      encodeRlp([integerBytes(4n), []], ORDER_BYTE),
      encodeRlp(outerBytes, ORDER_BYTE),
      Uint8Array.from([...writeOrder(4n, outerBytes), 0]),
      Uint8Array.of(ORDER_BYTE),
      new Uint8Array([ORDER_BYTE, ...new Uint8Array(140_000)]),
    ])
      expect(read(odd)).toMatchObject({ refused: expect.stringMatching(/^PAYLOAD_UNDECODABLE/) });
  });

  it('is unknown where it is another Safe’s, and refused where the record is none', () => {
    const { payload } = build();
    const elsewhere = { ...smart, account: on('0x5afe5afe5afe5afe5afe5afe5afe5afe5afe5aff') };
    expect(read(payload, elsewhere)).toMatchObject({ isKnown: false });
    const broken: readonly SmartAccount['terms'][] = [
      {},
      { owners: owners.join(','), threshold: '0' },
      { owners: owners.join(','), threshold: '4' },
      { owners: owners.join(','), threshold: '2.0' },
      { owners: [...owners].reverse().join(','), threshold: '2' },
      { owners: [owners[0], owners[0], owners[1]].join(','), threshold: '2' },
      { owners: [...owners, sender.address].sort().join(','), threshold: '2' },
      { owners: [...owners, SAFE_ADDRESS].sort().join(','), threshold: '2' },
      { owners: `0x${'0'.repeat(39)}1,${owners.join(',')}`, threshold: '2' },
    ];
    for (const terms of broken) {
      expect(read(payload, { ...smart, terms }), JSON.stringify(terms)).toMatchObject({ isKnown: false });
      expect(() => codec.build(pay, { ...context, smart: { ...smart, terms } })).toThrow(/REQUEST_INVALID/);
    }
  });

  it('shows what changes the Safe itself as power over it, and never as understood', () => {
    const changes: readonly (readonly [string, readonly unknown[]])[] = [
      ['addOwnerWithThreshold', [PAYEE, 1n]],
      ['removeOwner', [PAYEE, PAYEE, 1n]],
      ['swapOwner', [PAYEE, PAYEE, PAYEE]],
      ['changeThreshold', [1n]],
      ['enableModule', [PAYEE]],
      ['setGuard', [PAYEE]],
      ['setModuleGuard', [PAYEE]],
      ['setFallbackHandler', [PAYEE]],
    ];
    for (const [name, args] of changes) {
      const { effects, complete } = codec.decode(build(calling(SAFE_ADDRESS, safeData(name, args))));
      expect(complete, name).toBe(false);
      expect(
        effects.map(({ kind }) => kind),
        name,
      ).toEqual(expect.arrayContaining(['control', 'unknown']));
    }
  });

  it('is of one call, and has a number only where the chain was asked', () => {
    const call: Call = { to: on(PAYEE), value: 1n, data: new Uint8Array(0) };
    expect(() => build({ kind: 'calls', calls: [call, call] })).toThrow(/REQUEST_INVALID/);
    for (const orderBase of [undefined, '', '-8', '1e3', '0x1', '9007199254740992', '-0', ' 1']) {
      const { orderBase: _, ...params } = fee.params;
      const said = orderBase === undefined ? params : { ...params, orderBase };
      expect(() => codec.build(pay, { ...context, fee: { ...fee, params: said } }), String(orderBase)).toThrow(/REQUEST_INVALID/);
    }
    expect(orderNonceAt({ orderBase: '-7' }, 7n)).toBe(0n);
  });

  it('must say the number that its quote says', () => {
    const order = build();
    expect(() => codec.decode({ ...order, fee: { ...order.fee, params: { ...order.fee.params, orderBase: '-2' } } })).toThrow(
      /fee mismatch/,
    );
  });
});
