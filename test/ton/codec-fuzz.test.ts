import { beginCell, Cell } from '@ton/core';
import { describe, expect, it } from 'vitest';
import { addressOf } from '../../src/adapters/ton/address.ts';
import { readBoc, writeBoc } from '../../src/adapters/ton/boc.ts';
import { walletAccount } from '../../src/adapters/ton/wallet-contract.ts';
import { isCastellanError } from '../../src/core/index.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';
import { BOB, buildOf, codec, FACTS, JETTON_WALLET, NATIVE, NEW, POOL, PUBLIC_KEY, TESTNET, USD, WALLET } from './codec-fixture.ts';
import { bytesOf, listOf, messageCell, sendAction, w5 } from './order-fixture.ts';

const random = createSeededRandom('ton-codec');
const draw = (below: number): number => {
  const [a = 0, b = 0, c = 0] = random.bytes(3);
  return (a * 65_536 + b * 256 + c) % below;
};
const W4 = walletAccount('v4r2', PUBLIC_KEY, TESTNET);

/** A random tree of ordinary cells, some of them shared. */
function tree(budget: number, made: Cell[] = []): Cell {
  const cell = beginCell();
  for (let bits = draw(4) === 0 ? 0 : draw(300); bits > 0; bits -= 1) cell.storeBit(draw(2));
  for (let refs = budget > 0 ? draw(4) : 0; refs > 0; refs -= 1) {
    const shared = made[draw(made.length + 1)];
    cell.storeRef(shared ?? tree(budget - 1, made));
  }
  const done = cell.endCell();
  made.push(done);
  return done;
}

/** Whatever the codec takes is read wholly: built again from its calls it is the same, bit by bit. */
function check(payload: Uint8Array, wallet = WALLET): boolean {
  try {
    const adopted = codec.adopt(payload, TESTNET, wallet, PUBLIC_KEY);
    expect(Buffer.from(adopted.payload).equals(payload)).toBe(true);
    const decoded = codec.decode({ ...adopted, facts: FACTS });
    expect(decoded.complete).toBe(!decoded.effects.some(({ kind }) => kind === 'unknown'));
    const changes =
      decoded.effects.some(({ kind }) => kind === 'control') || decoded.effects.some((e) => e.kind === 'unknown' && e.contract === wallet);
    if (changes || decoded.calls.length === 0) return true;
    const validUntilMs = adopted.validUntilMs ?? 0;
    if (validUntilMs === 0) return true;
    const again = buildOf({ kind: 'calls', calls: decoded.calls }, { wallet, slot: adopted.slot, validUntilMs });
    expect(Buffer.from(again.payload).equals(payload)).toBe(true);
    return true;
  } catch (error) {
    if (!isCastellanError(error) || error.code !== 'PAYLOAD_UNDECODABLE') throw error;
    return false;
  }
}

const seeds = [
  buildOf({ kind: 'transfer', asset: NATIVE, amount: 5n, to: BOB, comment: 'x'.repeat(200) }).payload,
  buildOf({ kind: 'transfer', asset: USD, amount: 77n, to: BOB, comment: 'tea' }).payload,
  bytesOf(
    w5(listOf([sendAction(messageCell()), sendAction(messageCell({}, { init: { code: Cell.EMPTY } }), 130)]), {
      tail: beginCell().storeBit(1).storeUint(2, 8).storeAddress(addressOf(POOL, TESTNET)).endCell(),
    }),
  ),
];

/** One to three edits: a bit flipped, a byte replaced, inserted, removed, or the end cut off. */
function mutate(payload: Uint8Array): Uint8Array {
  const bytes = [...payload];
  for (let edits = 1 + draw(3); edits > 0; edits -= 1) {
    const at = draw(bytes.length);
    const kind = draw(8);
    if (kind < 4) bytes[at] = (bytes[at] as number) ^ (1 << draw(8));
    else if (kind === 4) bytes[at] = draw(256);
    else if (kind === 5) bytes.splice(at, 0, draw(256));
    else if (kind === 6) bytes.splice(at, 1);
    else bytes.length = at + 1;
  }
  return Uint8Array.from(bytes);
}

describe('random and mutated bytes', () => {
  it('mutated orders are refused, or read wholly', () => {
    let taken = 0;
    for (let round = 0; round < 3_000; round += 1) if (check(mutate(seeds[round % seeds.length] as Uint8Array))) taken += 1;
    expect(taken).toBeGreaterThan(100);
    expect(taken).toBeLessThan(2_900);
  });

  it('random bytes and random cells never crash it', () => {
    for (let round = 0; round < 500; round += 1) {
      check(random.bytes(draw(200)));
      check(Uint8Array.of(0xb5, 0xee, 0x9c, 0x72, 1, 1, ...random.bytes(draw(60))));
      check(bytesOf(tree(4)));
    }
  });

  it('random bodies, inits and modes in well-formed messages come back as they went', () => {
    const targets = [BOB, NEW, POOL, JETTON_WALLET];
    const ops = [0, 0x0f8a7ea5, 0x595f07bc, 0x2167da4b, draw(2 ** 24)];
    for (let round = 0; round < 400; round += 1) {
      const tail = tree(2);
      const op = beginCell().storeUint(ops[draw(ops.length)] as number, 32);
      const body = draw(3) === 0 ? tail : tail.refs.length < 4 ? op.storeSlice(tail.beginParse()).endCell() : op.endCell();
      const init = draw(4) === 0 ? { init: { code: tree(1), data: tree(1) } } : {};
      const dest = addressOf(targets[draw(targets.length)] as typeof BOB, TESTNET);
      const message = messageCell({ dest, bounce: draw(2) === 0, value: { coins: BigInt(draw(2 ** 24)) } }, { body, ...init });
      const actions = Array.from({ length: 1 + draw(3) }, () => sendAction(message, 2 | draw(256)));
      expect(check(bytesOf(w5(listOf(actions))))).toBe(true);
      const plain = beginCell().storeUint(698_983_191, 32).storeUint(1_800_000_000, 32).storeUint(round, 32).storeUint(0, 8);
      expect(check(bytesOf(plain.storeUint(draw(256), 8).storeRef(message).endCell()), W4)).toBe(true);
    }
  });
});

it('bags of cells are written as the official library writes them', () => {
  for (let round = 0; round < 300; round += 1) {
    const root = tree(5);
    const written = writeBoc(root);
    expect(Buffer.from(written).equals(bytesOf(root))).toBe(true);
    expect(readBoc(written).equals(root)).toBe(true);
  }
  let wide = Cell.EMPTY;
  for (let index = 0; index < 400; index += 1) wide = beginCell().storeUint(index, 900).storeRef(wide).endCell();
  expect(Buffer.from(writeBoc(wide)).equals(bytesOf(wide))).toBe(true);
});
