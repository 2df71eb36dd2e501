import { type Builder, beginCell, Cell, comment } from '@ton/core';
import { describe, expect, it } from 'vitest';
import { walletAccount } from '../../src/adapters/ton/wallet-contract.ts';
import type { AccountId } from '../../src/core/index.ts';
import { address, effectsOf } from './body-fixture.ts';
import { codec, NATIVE, POOL, PUBLIC_KEY, TESTNET } from './codec-fixture.ts';
import { bytesOf, kinds } from './order-fixture.ts';

const W4 = walletAccount('v4r2', PUBLIC_KEY, TESTNET);
const TON = 10n ** 9n;

/** An order of a V4R2 wallet: its operation, and what follows. */
function order(op: number, write: (to: Builder) => Builder): Uint8Array {
  return bytesOf(write(beginCell().storeUint(698_983_191, 32).storeUint(1_800_000_000, 32).storeUint(7, 32).storeUint(op, 8)).endCell());
}

const known =
  (workchain = 0): ((to: Builder) => Builder) =>
  (to) =>
    to.storeInt(workchain, 8).storeBuffer(address(POOL).hash).storeCoins(TON).storeUint(9, 64);
const init = beginCell().storeUint(0b00110, 5).storeRef(comment('code')).storeRef(comment('data')).endCell();
const plugin = `${TESTNET}:0:${init.hash().toString('hex')}` as AccountId;
const decode = (bytes: Uint8Array) =>
  codec.decode({ ...codec.adopt(bytes, TESTNET, W4, PUBLIC_KEY), facts: [{ account: plugin, state: 'empty', holds: null }] });
const reasonOf = (bytes: Uint8Array): unknown => {
  try {
    return codec.adopt(bytes, TESTNET, W4, PUBLIC_KEY);
  } catch (error) {
    return (error as { details: { reason: string } }).details.reason;
  }
};

describe('plugins of a V4R2 wallet', () => {
  it.each([
    [2, POOL, 'added'],
    [3, null, 'removed'],
  ])('operation %i', (op, to, said) => {
    const found = decode(order(op, known()));
    expect(kinds(found)).toEqual(['fee', 'control', 'message', 'outflow', 'inflow']);
    expect(effectsOf(found, 'control')).toEqual([{ kind: 'control', account: W4, aspect: 'module', to, leaf: '0', source: 'bytes' }]);
    expect(effectsOf(found, 'message')[0]?.text).toBe(`plugin 0:${'c0'.repeat(32)} is ${said}`);
    expect(effectsOf(found, 'outflow')[0]).toMatchObject({ account: W4, counterparty: POOL, asset: NATIVE, amount: TON });
    expect(found.calls).toEqual([]);
  });

  it('one that is deployed on the way', () => {
    const found = decode(order(1, (to) => to.storeInt(0, 8).storeCoins(TON).storeRef(init).storeRef(comment('hello'))));
    expect(effectsOf(found, 'control')[0]).toMatchObject({ aspect: 'module', to: plugin });
    expect(effectsOf(found, 'deploy')[0]).toMatchObject({ account: plugin });
    expect(effectsOf(found, 'outflow')[0]).toMatchObject({ counterparty: plugin, amount: TON });
    // The contract sends it so that it bounces, whatever is there.
    expect(effectsOf(found, 'hazard')).toEqual([]);
  });

  it('costs more than a payment, and is no call that could be built again', () => {
    const bytes = order(2, known());
    const plain = order(0, (to) => to.storeUint(3, 8).storeRef(beginCell().endCell()));
    expect(reasonOf(plain)).toBe('cell_underflow');
    expect(codec.adopt(bytes, TESTNET, W4, PUBLIC_KEY).fee.ceiling).toBeGreaterThan(10_000_000n);
    expect(() => codec.parse(bytes, TESTNET, W4)).toThrow(expect.objectContaining({ details: { reason: 'plugin_operation' } }));
  });

  it.each([
    ['an operation that is none', order(4, known()), 'plugin_operation'],
    ['more than belongs to it', order(2, (to) => known()(to).storeBit(0)), 'plugin_operation'],
    ['another workchain', order(3, known(5)), 'address_invalid'],
    ['cut short', order(2, (to) => to.storeInt(0, 8)), 'cell_underflow'],
    ['a plugin without a state', order(1, (to) => to.storeInt(0, 8).storeCoins(1)), 'cell_underflow'],
    [
      'a state with more in it',
      order(1, (to) => to.storeInt(0, 8).storeCoins(1).storeRef(comment('x')).storeRef(Cell.EMPTY)),
      'trailing_data',
    ],
    ['trailing bits', order(1, (to) => to.storeInt(0, 8).storeCoins(1).storeRef(init).storeRef(Cell.EMPTY).storeBit(1)), 'trailing_data'],
  ])('%s is refused', (_, bytes, reason) => expect(reasonOf(bytes)).toBe(reason));

  it('a signature makes it the very message that the chain takes', () => {
    const tx = codec.adopt(order(3, known(-1)), TESTNET, W4, PUBLIC_KEY);
    expect(Buffer.from(codec.signingHash(tx.payload))).toEqual(Cell.fromBoc(Buffer.from(tx.payload))[0]?.hash());
  });
});
