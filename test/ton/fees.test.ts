import { createPrivateKey, sign } from 'node:crypto';
import { Address, beginCell, Cell, comment, loadMessage, toNano } from '@ton/core';
import { Blockchain, type BlockchainTransaction } from '@ton/sandbox';
import { beforeAll, describe, expect, it } from 'vitest';
import { addressOf } from '../../src/adapters/ton/address.ts';
import { DEFAULT_GAS_PRICES, feeOf } from '../../src/adapters/ton/fees.ts';
import { walletAccount } from '../../src/adapters/ton/wallet-contract.ts';
import { type AccountId, nativeAssetId, type UnsignedTransaction } from '../../src/core/index.ts';
import { BOB, buildOf, codec, MAINNET, PUBLIC_KEY, SEED, TESTNET, WALLET } from './codec-fixture.ts';
import { bytesOf } from './order-fixture.ts';

const secret = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), SEED]),
  format: 'der',
  type: 'pkcs8',
});
let chain: Blockchain;

async function fund(wallet: AccountId): Promise<void> {
  const bank = await chain.treasury('bank');
  await bank.send({ to: addressOf(wallet, TESTNET), value: toNano(1000), bounce: false });
}

/** Runs an order on a real machine; what it cost the wallet beyond what it sent, and the gas it took. */
async function run(tx: UnsignedTransaction): Promise<{ cost: bigint; gas: bigint; sent: number }> {
  const signed = codec.assemble(tx, new Uint8Array(sign(null, codec.signingHash(tx.payload), secret)));
  const address = addressOf(tx.wallet, TESTNET);
  const before = (await chain.getContract(address)).balance;
  const root = Cell.fromBoc(Buffer.from(signed.raw))[0] ?? Cell.EMPTY;
  const [own] = (await chain.sendMessage(loadMessage(root.beginParse()))).transactions as [BlockchainTransaction];
  const value = [...own.outMessages.values()].reduce((sum, { info }) => sum + (info.type === 'internal' ? info.value.coins : 0n), 0n);
  const phase = own.description.type === 'generic' && own.description.computePhase.type === 'vm' ? own.description.computePhase : undefined;
  expect(phase?.exitCode).toBe(0);
  return { cost: before - (await chain.getContract(address)).balance - value, gas: phase?.gasUsed ?? 0n, sent: own.outMessagesCount };
}

beforeAll(async () => {
  chain = await Blockchain.create();
  chain.now = 1_700_000_000;
  chain.verbosity = { print: false, blockchainLogs: false, vmLogs: 'none', debugLogs: false };
});

describe('what an order really costs stays under the ceiling', () => {
  it.each([
    ['v5r1', [1, 40]],
    ['v4r2', [1, 4]],
    ['v3r2', [1, 4]],
  ] as const)('%s: the first order and a later one, with and without long texts', async (version, counts) => {
    const wallet = walletAccount(version, PUBLIC_KEY, TESTNET);
    await fund(wallet);
    let slot = 0;
    for (const count of counts) {
      for (const body of [Cell.EMPTY, comment('x'.repeat(500))]) {
        const data = body === Cell.EMPTY ? new Uint8Array(0) : bytesOf(body);
        const calls = Array.from({ length: count }, (_, index) => ({ to: BOB, value: 10n ** 6n + BigInt(index), data }));
        const tx = buildOf({ kind: 'calls', calls }, { wallet, slot });
        const { cost, gas, sent } = await run(tx);
        expect(sent).toBe(count);
        expect(cost).toBeLessThan(tx.fee.ceiling);
        // Rent that may be owed is counted, and here none is.
        expect(cost * 6n).toBeGreaterThan(tx.fee.ceiling - BigInt(tx.fee.params['storage'] ?? 0));
        expect(gas).toBeLessThan(6_000n + 1_000n * BigInt(count));
        slot += 1;
      }
    }
  });

  it('changes of the wallet', async () => {
    let slot = Number((await chain.runGetMethod(addressOf(WALLET, TESTNET), 'seqno')).stackReader.readBigNumber());
    for (const count of [1, 3, 30]) {
      let tail = Cell.EMPTY;
      for (let index = count; index > 0; index -= 1) {
        const action = beginCell()
          .storeUint(2, 8)
          .storeAddress(new Address(0, Buffer.alloc(32, index + 7 * count)));
        tail = (index === count ? action : action.storeRef(tail)).endCell();
      }
      const order = beginCell().storeUint(0x7369676e, 32).storeUint(0x7ffffffd, 32).storeUint(1_800_000_000, 32).storeUint(slot, 32);
      const tx = codec.adopt(bytesOf(order.storeUint(0b01, 2).storeSlice(tail.beginParse()).endCell()), TESTNET, WALLET, PUBLIC_KEY);
      expect((await run(tx)).cost).toBeLessThan(tx.fee.ceiling);
      slot += 1;
    }
  });
});

describe('the ceiling', () => {
  it('is the same whatever slot, validity and version', () => {
    const action = { kind: 'calls', calls: [{ to: BOB, value: 5n, data: new Uint8Array(0) }] } as const;
    const first = buildOf(action).fee;
    expect(buildOf(action, { slot: 0 }).fee).toEqual(first);
    expect(buildOf(action, { slot: 2 ** 32 - 1, validUntilMs: 1_000 }).fee).toEqual(first);
    expect(buildOf(action, { wallet: walletAccount('v3r2', PUBLIC_KEY, TESTNET) }).fee).toEqual(first);
  });

  it('belongs to wallet, chain and prices, and a caller’s copy changes nothing', () => {
    const order = { sends: [], extended: [] };
    const first = feeOf(order, TESTNET, WALLET, DEFAULT_GAS_PRICES);
    const { ceiling } = first;
    Object.assign(first, { ceiling: 1n });
    Object.assign(first.params, { gas: '0' });
    const again = feeOf(order, TESTNET, WALLET, DEFAULT_GAS_PRICES);
    expect(again.ceiling).toBe(ceiling);
    expect(again.params['gas']).not.toBe('0');
    expect(feeOf(order, TESTNET, WALLET, { ...DEFAULT_GAS_PRICES, gas: 1n }).ceiling).toBeLessThan(ceiling);
    expect(feeOf(order, MAINNET, WALLET, DEFAULT_GAS_PRICES).asset).toBe(nativeAssetId(MAINNET));
    expect(feeOf(order, TESTNET, WALLET, DEFAULT_GAS_PRICES)).toEqual(again);
    // What was taken in is decoded against the content, whatever became of the fee that was handed out.
    const payload = buildOf({ kind: 'calls', calls: [{ to: BOB, value: 5n, data: new Uint8Array(0) }] }).payload;
    const taken = codec.adopt(payload, TESTNET, WALLET, PUBLIC_KEY);
    Object.assign(taken.fee, { ceiling: 1n });
    expect(() => codec.decode(taken)).toThrow(expect.objectContaining({ details: expect.objectContaining({ reason: 'fee_mismatch' }) }));
  });

  it('rises with each price', () => {
    const { ceiling } = feeOf({ sends: [], extended: [] }, TESTNET, WALLET, DEFAULT_GAS_PRICES);
    for (const name of ['gas', 'lump', 'bit', 'cell'] as const) {
      const dearer = { ...DEFAULT_GAS_PRICES, [name]: DEFAULT_GAS_PRICES[name] * 2n };
      expect(feeOf({ sends: [], extended: [] }, TESTNET, WALLET, dearer).ceiling).toBeGreaterThan(ceiling);
    }
  });
});
