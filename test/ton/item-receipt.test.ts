import { Address, beginCell } from '@ton/core';
import { expect, it } from 'vitest';
import { writeBoc } from '../../src/adapters/ton/boc.ts';
import { collectibleAsset } from '../../src/core/index.ts';
import { startTonDevChain } from '../../src/testing/index.ts';
import { tonContract, tonFixture } from '../fixtures/ton-contracts.ts';
import { deployTon, rawWallet } from '../fixtures/ton-deploy.ts';
import { CHAIN, connect, idOf, rawOf } from './node-scene.ts';

const COIN = 1_000_000_000n;

it('an item that was given away stands in the receipt: it counts against a limit of pieces', async () => {
  const chain = await startTonDevChain();
  const bank = await rawWallet(chain, 'bank', 100n * COIN);
  const { node, owner, order } = connect(chain.url);
  try {
    const alice = owner('alice');
    const aliceAddress = Address.parseRaw(rawOf(alice.wallet));
    await chain.fund(rawOf(alice.wallet), 5n * COIN);
    const item = tonFixture(await tonContract('nft-item'), beginCell().storeAddress(aliceAddress).storeBit(false).endCell());
    await deployTon(bank, [item]);
    const body = beginCell()
      .storeUint(0x5fcc3d14, 32)
      .storeUint(0, 64)
      .storeAddress(bank.address)
      .storeAddress(aliceAddress)
      .storeBit(false)
      .storeCoins(0)
      .storeBit(false)
      .endCell();
    const account = idOf(item.address);
    const signed = await order(alice, { kind: 'calls', calls: [{ to: account, value: COIN / 10n, data: writeBoc(body) }] });
    await node.broadcast(signed);
    await chain.mine();
    const settled = await node.settle(signed, { timeoutMs: 10_000 });
    if (settled.status !== 'final') throw new Error(settled.status);
    expect(settled.receipt.success).toBe(true);
    expect(settled.receipt.effects).toContainEqual(
      expect.objectContaining({
        kind: 'outflow',
        account: alice.wallet,
        counterparty: idOf(bank.address),
        asset: collectibleAsset(CHAIN, 'nft', account),
        amount: 1n,
      }),
    );
  } finally {
    await node.close();
    await chain.close();
  }
});
