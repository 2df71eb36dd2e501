import { type Address, beginCell, type Cell, internal, SendMode, toNano } from '@ton/core';
import { keyPairFromSeed } from '@ton/crypto';
import type { SandboxContract, TreasuryContract } from '@ton/sandbox';
import { WalletContractV5R1 } from '@ton/ton';
import { beforeAll, describe, expect, it } from 'vitest';
import type { JettonMinter, JettonWalletName } from '../fixtures/ton-contracts.ts';
import {
  counter,
  drainingExtension,
  eater,
  fakeJettonWallet,
  jettonMinter,
  jettonWalletAddress,
  refuser,
  TON_CONTRACTS,
  thief,
  tonContracts,
} from '../fixtures/ton-contracts.ts';
import {
  burnBody,
  changeAdminBody,
  increaseBody,
  internalTransferBody,
  jettonTransferBody,
  mintBody,
  OPS,
  provideWalletAddressBody,
  textPayload,
} from '../fixtures/ton-messages.ts';
import { type Bench, openBench } from './sandbox.ts';

type User = SandboxContract<TreasuryContract>;

let bench: Bench;
let admin: User;
let ann: User;
let ben: User;
let count = 0;

const attached = toNano('0.05');
const opOf = (body: Cell) => (body.bits.length < 32 ? null : body.beginParse().preloadUint(32));
const tokens = (minter: JettonMinter, owner: Address) => bench.numberOf(jettonWalletAddress(minter, owner), 'get_wallet_data');
const supply = (minter: JettonMinter) => bench.numberOf(minter.address, 'get_jetton_data');

/** A minter of its own for each test, with 1000 tokens at Ann's. */
async function minted(wallet?: JettonWalletName): Promise<{ readonly minter: JettonMinter; readonly purse: Address }> {
  count += 1;
  const minter = await jettonMinter({ admin: admin.address, content: `https://jetton.example/${count}`, ...(wallet ? { wallet } : {}) });
  await bench.send(admin, minter, toNano('0.2'), mintBody({ to: ann.address, amount: 1000n }));
  return { minter, purse: jettonWalletAddress(minter, ann.address) };
}

beforeAll(async () => {
  bench = await openBench();
  [admin, ann, ben] = await Promise.all([bench.user('admin'), bench.user('ann'), bench.user('ben')]);
});

describe('the jetton', () => {
  it('mints for its admin alone, and counts what it minted', async () => {
    const { minter } = await minted();
    expect([await tokens(minter, ann.address), await supply(minter)]).toEqual([1000n, 1000n]);
    const stranger = await bench.send(ben, minter.address, toNano('0.2'), mintBody({ to: ben.address, amount: 5n }));
    expect(stranger.exit).toBe(73);
    expect(await supply(minter)).toBe(1000n);
    expect((await bench.send(admin, minter.address, attached, changeAdminBody(ben.address))).exit).toBe(0);
    expect((await bench.send(ben, minter.address, toNano('0.2'), mintBody({ to: ben.address, amount: 5n }))).exit).toBe(0);
    expect([await tokens(minter, ben.address), await supply(minter)]).toEqual([5n, 1005n]);
  });

  it('transfers, tells the receiver, and sends the excess money back', async () => {
    const { minter, purse } = await minted();
    const before = await bench.balance(ann.address);
    const order = jettonTransferBody({ amount: 100n, to: ben.address, responseTo: ann.address, queryId: 7n });
    const sent = await bench.send(ann, purse, attached, order);
    expect([await tokens(minter, ann.address), await tokens(minter, ben.address)]).toEqual([900n, 100n]);
    expect(sent.bodiesTo(ben.address).map(opOf)).toEqual([OPS.transferNotification]);
    expect(sent.bodiesTo(ann.address).map(opOf)).toEqual([OPS.excesses]);
    expect(before - (await bench.balance(ann.address))).toBeLessThan(toNano('0.03'));
  });

  it('keeps the forward payload as it is, inline or in a ref', async () => {
    const { purse } = await minted();
    for (const inline of [true, false]) {
      const forwardPayload = textPayload('order 7');
      const order = jettonTransferBody({ amount: 1n, to: ben.address, forwardAmount: 10n, forwardPayload, inline });
      const [notice] = (await bench.send(ann, purse, attached, order)).bodiesTo(ben.address);
      const slice = notice?.beginParse();
      expect([slice?.loadUint(32), slice?.loadUint(64), slice?.loadCoins()]).toEqual([OPS.transferNotification, 0, 1n]);
      expect(slice?.loadAddress().equals(ann.address)).toBe(true);
      expect(slice?.loadBit()).toBe(!inline);
      expect((inline ? slice?.asCell() : slice?.loadRef())?.equals(forwardPayload)).toBe(true);
    }
  });

  it('tells which wallet is whose, by method, by message, and by arithmetic', async () => {
    const { minter, purse } = await minted();
    const asked = [{ type: 'slice' as const, cell: beginCell().storeAddress(ann.address).endCell() }];
    const { stackReader } = await bench.blockchain.runGetMethod(minter.address, 'get_wallet_address', asked);
    expect(stackReader.readAddress().equals(purse)).toBe(true);
    const [answer] = (await bench.send(ben, minter.address, attached, provideWalletAddressBody(ann.address, true))).bodiesTo(ben.address);
    const slice = answer?.beginParse();
    expect([slice?.loadUint(32), slice?.skip(64).loadAddress().equals(purse)]).toEqual([OPS.takeWalletAddress, true]);
    expect(slice?.loadRef().beginParse().loadAddress().equals(ann.address)).toBe(true);
    const data = (await bench.blockchain.runGetMethod(purse, 'get_wallet_data')).stackReader;
    expect([data.readBigNumber(), data.readAddress().equals(ann.address), data.readAddress().equals(minter.address)]).toEqual([
      1000n,
      true,
      true,
    ]);
    expect(data.readCell().equals(minter.walletCode)).toBe(true);
  });

  it('burns', async () => {
    const { minter, purse } = await minted();
    const sent = await bench.send(ann, purse, attached, burnBody({ amount: 300n, responseTo: ann.address }));
    expect(sent.bodiesTo(minter.address).map(opOf)).toEqual([OPS.burnNotification]);
    expect([await tokens(minter, ann.address), await supply(minter)]).toEqual([700n, 700n]);
  });

  it('refuses strangers, overdrafts, orders with too little money, and tokens from nowhere', async () => {
    const { minter, purse } = await minted();
    const order = (amount: bigint, forwardAmount = 1n) =>
      jettonTransferBody({ amount, to: ben.address, responseTo: ben.address, forwardAmount });
    expect((await bench.send(ben, purse, attached, order(1n))).exit).toBe(705);
    expect((await bench.send(ann, purse, attached, order(1001n))).exit).toBe(706);
    expect((await bench.send(ann, purse, toNano('0.01'), order(1n))).exit).toBe(709);
    expect((await bench.send(ann, purse, attached, order(1n, attached))).exit).toBe(709);
    const forged = internalTransferBody({ amount: 10n, from: ben.address });
    expect((await bench.send(ben, purse, attached, forged)).exit).toBe(707);
    const head = beginCell().storeUint(OPS.transfer, 32).storeUint(0, 64).storeCoins(1).storeAddress(ben.address).storeAddress(null);
    expect((await bench.send(ann, purse, attached, head.storeMaybeRef(null).storeCoins(1).endCell())).exit).toBe(708);
    expect((await bench.send(ann, purse, attached, beginCell().storeUint(0x12345678, 32).endCell())).exit).toBe(0xffff);
    const claim = beginCell()
      .storeUint(OPS.burnNotification, 32)
      .storeUint(0, 64)
      .storeCoins(9)
      .storeAddress(ben.address)
      .storeAddress(null);
    expect((await bench.send(ben, minter.address, attached, claim.endCell())).exit).toBe(74);
    expect([await tokens(minter, ann.address), await supply(minter)]).toEqual([1000n, 1000n]);
  });

  it('gets to the end with the least money that it accepts, and leaves the floor with the new wallet', async () => {
    const { minter, purse } = await minted();
    const order = jettonTransferBody({ amount: 1n, to: ben.address, responseTo: ann.address });
    let [refused, accepted] = [toNano('0.001'), attached];
    const start = bench.blockchain.snapshot();
    while (accepted - refused > 1000n) {
      const middle = (refused + accepted) / 2n;
      if ((await bench.send(ann, purse, middle, order)).exit === 0) accepted = middle;
      else refused = middle;
      await bench.blockchain.loadFrom(start);
    }
    await bench.send(ann, purse, accepted, order);
    expect(await tokens(minter, ben.address)).toBe(1n);
    expect(await bench.balance(jettonWalletAddress(minter, ben.address))).toBeGreaterThanOrEqual(toNano('0.005'));
    expect(accepted).toBeLessThan(toNano('0.03'));
  });

  it('gives tokens back that come back', async () => {
    const { minter, purse } = await minted();
    const wall = await refuser();
    const closed = { ...wall, init: { ...wall.init, data: beginCell().storeBit(true).storeUint(0, 32).endCell() } };
    const order = jettonTransferBody({ amount: 100n, to: ben.address, responseTo: ann.address });
    await bench.send(ann, purse, attached, order);
    await bench.replace(jettonWalletAddress(minter, ben.address), closed);
    const bounced = await bench.send(ann, purse, attached, order);
    expect(bounced.trace.some(({ inMessage }) => inMessage?.info.type === 'internal' && inMessage.info.bounced)).toBe(true);
    expect(await tokens(minter, ann.address)).toBe(900n);
    expect((await bench.send(admin, minter.address, toNano('0.2'), mintBody({ to: ben.address, amount: 50n }))).exit).toBe(0);
    expect(await supply(minter)).toBe(1000n);
    await bench.replace(minter.address, closed);
    await bench.send(ann, purse, attached, burnBody({ amount: 100n }));
    expect(await tokens(minter, ann.address)).toBe(900n);
  });
});

describe('the hostile contracts', () => {
  const order = () => jettonTransferBody({ amount: 100n, to: ben.address, responseTo: ann.address });

  it('a fake wallet claims all, moves nothing, and keeps the money', async () => {
    const { minter, purse } = await minted();
    const fake = await fakeJettonWallet({ victim: ann.address, minter, balance: 1_000_000n });
    await bench.send(ben, fake, toNano('0.01'));
    const claim = (await bench.blockchain.runGetMethod(fake.address, 'get_wallet_data')).stackReader;
    expect([claim.readBigNumber(), claim.readAddress().equals(ann.address), claim.readAddress().equals(minter.address)]).toEqual([
      1_000_000n,
      true,
      true,
    ]);
    expect(claim.readCell().equals(minter.walletCode)).toBe(true);
    expect(fake.address.equals(purse)).toBe(false);
    const before = await bench.balance(fake.address);
    expect((await bench.send(ann, fake.address, toNano('1'), order())).exit).toBe(0);
    expect((await bench.balance(fake.address)) - before).toBeGreaterThan(toNano('0.99'));
    expect(await tokens(minter, ann.address)).toBe(1000n);
  });

  it.each([
    // [wallet, left with Ann, arrived at Ben's, with the minter]
    ['silent-jetton-wallet', 900n, null, null],
    ['half-jetton-wallet', 900n, 50n, 50n],
    ['greedy-jetton-wallet', 0n, 100n, 900n],
  ] as const)('a %s says yes and does something else', async (wallet, left, arrived, skimmed) => {
    const { minter, purse } = await minted(wallet);
    const sent = await bench.send(ann, purse, attached, order());
    expect(sent.exit).toBe(0);
    expect(await tokens(minter, ann.address)).toBe(left);
    if (arrived !== null) expect(await tokens(minter, ben.address)).toBe(arrived);
    else expect(sent.trace).toHaveLength(2);
    if (skimmed !== null) expect(await tokens(minter, minter.address)).toBe(skimmed);
  });

  it('a thief passes on all it gets; an eater keeps it; a refuser lets bounce what can bounce', async () => {
    const robber = await thief(ben.address);
    await bench.send(ann, robber, toNano('1'));
    const before = await bench.balance(ben.address);
    await bench.send(ann, robber.address, toNano('1'), beginCell().storeUint(0x99, 32).endCell());
    expect((await bench.balance(ben.address)) - before).toBeGreaterThan(toNano('0.99'));
    const glutton = await eater();
    await bench.send(ann, glutton, toNano('1'));
    await bench.send(ann, glutton.address, toNano('1'), beginCell().storeUint(0x99, 32).endCell());
    expect(await bench.balance(glutton.address)).toBeGreaterThan(toNano('1.99'));
    const wall = await refuser();
    await bench.send(ann, wall, toNano('0.01'));
    expect((await bench.send(ann, wall.address, toNano('1'))).exit).toBe(888);
    expect(await bench.balance(wall.address)).toBeLessThan(toNano('0.01'));
    await bench.send(ann, wall.address, toNano('1'), undefined, { bounce: false });
    expect(await bench.balance(wall.address)).toBeGreaterThan(toNano('0.99'));
  });

  it('a counter counts, and takes no other order', async () => {
    const tally = await counter();
    await bench.send(ann, tally, attached);
    await bench.send(ann, tally.address, attached, increaseBody(3));
    expect((await bench.send(ann, tally.address, attached, beginCell().storeUint(1, 32).endCell())).exit).not.toBe(0);
    expect(await bench.numberOf(tally.address, 'count')).toBe(3n);
  });

  it('an extension drains the wallet that installed it, and no other', async () => {
    const keys = keyPairFromSeed(Buffer.alloc(32, 7));
    const wallet = bench.blockchain.openContract(
      WalletContractV5R1.create({ publicKey: keys.publicKey, walletId: { networkGlobalId: -3 } }),
    );
    const leech = await drainingExtension(wallet.address, ben.address);
    await bench.send(ann, wallet.address, toNano('10'), undefined, { bounce: false });
    await bench.send(ann, leech, toNano('0.05'));
    expect(await bench.balance(wallet.address)).toBeGreaterThan(toNano('9'));
    const note = internal({ to: ann.address, value: 1n, bounce: false });
    await wallet.sendTransfer({ seqno: 0, secretKey: keys.secretKey, messages: [note], sendMode: SendMode.IGNORE_ERRORS });
    await bench.send(ann, leech.address, toNano('0.05'));
    expect(await bench.balance(wallet.address)).toBeGreaterThan(toNano('9'));
    await wallet.sendAddExtension({ seqno: 1, secretKey: keys.secretKey, extensionAddress: leech.address });
    const before = await bench.balance(ben.address);
    await bench.send(ann, leech.address, toNano('0.05'));
    expect(await bench.balance(wallet.address)).toBeLessThan(toNano('0.01'));
    expect((await bench.balance(ben.address)) - before).toBeGreaterThan(toNano('9'));
  });
});

it('compiles every contract that it names', async () => {
  expect(Object.keys(await tonContracts())).toEqual([...TON_CONTRACTS]);
});
