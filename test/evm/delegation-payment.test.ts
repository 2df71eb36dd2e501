import { encodeFunctionData, parseAbi } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Action, Effect, SignedTransaction, SmartAccount } from '../../src/core/index.ts';
import { bytes } from './chain-fixture.ts';
import {
  addressIn,
  coin,
  DAY,
  type DelegationScene,
  ETH,
  NATIVE,
  on,
  redeem,
  sender,
  shop,
  startDelegationScene,
  stranger,
} from './delegation-fixture.ts';

let scene: DelegationScene;
let smart: SmartAccount;
beforeAll(async () => {
  scene = await startDelegationScene();
  smart = await scene.account({
    daily: 2n * ETH,
    perTransaction: ETH,
    tokens: { [scene.asset]: { daily: 100n } },
    allowedDestinations: [shop.wallet, sender.wallet],
  });
});
afterAll(() => scene.close());

const tokens = (amount: bigint): Action => ({ kind: 'transfer', asset: scene.asset, amount, to: shop.wallet });
const own = (effects: readonly Effect[]) => effects.filter((effect) => 'account' in effect && effect.account === smart.account);
async function settled(signed: SignedTransaction) {
  expect(await scene.node.broadcast(signed)).toMatchObject({ status: 'accepted', hash: signed.hash });
  const status = await scene.node.settle(signed, { timeoutMs: 5_000 });
  if (status.status !== 'final') throw new Error(status.status);
  return status.receipt;
}
async function inFreshPeriod(): Promise<void> {
  await scene.wait(DAY);
}

describe('a payment of a delegation account', () => {
  it('moves the account’s coins, costs the sender its fee, and says both', async () => {
    await inFreshPeriod();
    const [held, gas] = [await scene.coins(addressIn(smart.account)), await scene.coins(sender.address)];
    const tx = await scene.prepare(smart, coin(ETH));
    const report = await scene.node.simulate(tx, {});
    expect(report).toMatchObject({ success: true, coverageLevel: 'deep', errors: [], warnings: [] });
    const outflow = { kind: 'outflow', account: smart.account, counterparty: shop.wallet, asset: NATIVE, amount: ETH, leaf: '0' };
    expect(own(report.effects)).toEqual([{ ...outflow, source: 'simulation' }]);
    expect(own(scene.adapter.codec.decode(tx).effects)).toEqual([{ ...outflow, source: 'bytes' }]);

    const receipt = await settled(await scene.sign(tx));
    expect(receipt.success).toBe(true);
    // The transfer inside writes no log: it is charged by the bytes.
    expect(receipt.effects).toEqual([
      { kind: 'fee', account: sender.wallet, asset: NATIVE, max: receipt.feePaid, leaf: '0', source: 'chain' },
      { ...outflow, source: 'chain' },
    ]);
    expect(await scene.coins(addressIn(smart.account))).toBe(held - ETH);
    expect(await scene.coins(sender.address)).toBe(gas - receipt.feePaid);
    expect(BigInt(receipt.gasUsed)).toBeLessThan(300_000n);
  });

  it('moves its tokens, several calls in one transaction', async () => {
    await inFreshPeriod();
    const transfer = encodeFunctionData({ abi: parseAbi(['function transfer(address,uint256)']), args: [shop.address, 60n] });
    const calls = [
      { to: on(scene.token.address), value: 0n, data: bytes(transfer) },
      { to: shop.wallet, value: 5n, data: new Uint8Array(0) },
    ];
    const tx = await scene.prepare(smart, { kind: 'calls', calls });
    const decoded = own(scene.adapter.codec.decode(tx).effects).map((effect) => ({ ...effect, leaf: '0', source: 'x' }));
    expect(decoded).toHaveLength(2);
    const report = await scene.node.simulate(tx, {});
    expect(report).toMatchObject({ success: true, coverageLevel: 'deep' });
    const receipt = await settled(await scene.sign(tx));
    for (const effects of [report.effects, receipt.effects]) {
      const told = own(effects).map((effect) => ({ ...effect, leaf: '0', source: 'x' }));
      expect(told).toHaveLength(2);
      expect(told).toEqual(expect.arrayContaining(decoded));
    }
    expect(await scene.tokens(addressIn(smart.account))).toBe(940n);
  });

  it('to the sender itself is measured without the fee', async () => {
    await inFreshPeriod();
    const tx = await scene.prepare(smart, coin(7n, sender));
    const report = await scene.node.simulate(tx, {});
    expect(report).toMatchObject({ success: true, warnings: [] });
    expect(report.effects).toContainEqual({
      kind: 'inflow',
      account: sender.wallet,
      counterparty: smart.account,
      asset: NATIVE,
      amount: 7n,
      leaf: '0',
      source: 'simulation',
    });
  });

  it('over what is left of the period is shown to revert before it is signed, and reverts', async () => {
    await inFreshPeriod();
    await settled(await scene.pay(smart, tokens(60n)));
    const tx = await scene.prepare(smart, tokens(41n));
    expect(tx.fee.params['estimated']).toBe('false');
    const report = await scene.node.simulate(tx, {});
    expect(report).toMatchObject({ success: false, wouldRevert: true });
    expect(report.errors.join()).toContain('ERC20PeriodTransferEnforcer:transfer-amount-exceeded');
    const [held, receipt] = [await scene.tokens(addressIn(smart.account)), await settled(await scene.sign(tx))];
    expect(receipt).toMatchObject({ success: false });
    expect(receipt.effects.map(({ kind }) => kind)).toEqual(['fee']);
    expect(await scene.tokens(addressIn(smart.account))).toBe(held);
  });
});

describe('the dry run names who is short', () => {
  it('of coins: the account', async () => {
    await inFreshPeriod();
    const poor = await scene.account({ daily: ETH }, 'poor');
    await scene.anvil.rpc('anvil_setBalance', [addressIn(poor.account), '0x1']);
    const report = await scene.node.simulate(await scene.prepare(poor, coin(2n)), {});
    expect(report).toMatchObject({ success: false, wouldRevert: true });
    expect(report.errors).toContain('insufficient_funds');
  });

  it('of the fee: the sender, however rich the account', async () => {
    await inFreshPeriod();
    const tx = await scene.prepare(smart, coin(1n));
    const gas = await scene.coins(sender.address);
    await scene.anvil.rpc('anvil_setBalance', [sender.address, '0x1']);
    const report = await scene.node.simulate(tx, {});
    await scene.anvil.rpc('anvil_setBalance', [sender.address, `0x${gas.toString(16)}`]);
    expect(report.success).toBe(false);
    expect(report.errors).toEqual(['sender_insufficient_funds']);
    expect((await scene.node.simulate(tx, {})).errors).toEqual([]);
  });

  it('and nobody where an account without any coins pays tokens', async () => {
    await inFreshPeriod();
    const held = await scene.coins(addressIn(smart.account));
    await scene.anvil.rpc('anvil_setBalance', [addressIn(smart.account), '0x0']);
    const tx = await scene.prepare(smart, tokens(3n));
    expect(await scene.node.simulate(tx, {})).toMatchObject({ success: true, errors: [] });
    expect(await settled(await scene.sign(tx))).toMatchObject({ success: true });
    await scene.anvil.rpc('anvil_setBalance', [addressIn(smart.account), `0x${held.toString(16)}`]);
  });

  it('and a place in the sender’s sequence that is used up', async () => {
    await inFreshPeriod();
    const tx = await scene.prepare(smart, coin(1n));
    await settled(await scene.pay(smart, coin(1n)));
    expect((await scene.node.simulate(tx, {})).errors).toContain('slot_behind');
  });
});

describe('a payment whose place another transaction took', () => {
  it('is replaced, by the sender’s sequence and not the account’s', async () => {
    await inFreshPeriod();
    const ours = await scene.pay(smart, coin(1n));
    expect(await scene.node.status(ours)).toEqual({ status: 'pending' });
    const theirs = await scene.pay(smart, coin(2n));
    expect(theirs.slot).toBe(ours.slot);
    await settled(theirs);
    expect(await scene.node.status(ours)).toEqual({ status: 'replaced', by: theirs.hash });
  });
});

describe('what its chain does not know how to read', () => {
  it('is told as unknown in the receipt too', async () => {
    await inFreshPeriod();
    // Another account of the same sender, whose payment is settled as ours.
    const second = await scene.account({ daily: ETH }, 'second');
    const signed = await scene.pay(second, coin(1n, stranger));
    const receipt = await settled({ ...signed, wallet: smart.account, smart });
    expect(receipt.effects.map(({ kind }) => kind)).toEqual(['fee', 'unknown']);
    expect(redeem(second, 0, { to: shop.address })).toMatch(/^0x/);
  });
});
