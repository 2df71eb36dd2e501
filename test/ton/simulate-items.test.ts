import { beginCell, type Cell } from '@ton/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { collectibleAsset } from '../../src/core/asset.ts';
import type { AccountId } from '../../src/core/ids.ts';
import { tonContract, tonFixture } from '../fixtures/ton-contracts.ts';
import { CHAIN, call, excessFor, flows, openScene, type SimulationScene, toAddress } from './simulation-scene.ts';

const COIN = 1_000_000_000n;
const BUYER = `${CHAIN}:0:${'b7'.repeat(32)}` as AccountId;

let scene: SimulationScene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

/** An item, and the order that gives it to the buyer. */
async function item(owner: AccountId, stuck: boolean): Promise<{ readonly account: AccountId; readonly order: Cell }> {
  const data = beginCell().storeAddress(toAddress(owner)).storeBit(stuck).endCell();
  const account = await scene.deploy(tonFixture(await tonContract('nft-item'), data));
  const order = beginCell()
    .storeUint(0x5fcc3d14, 32)
    .storeUint(0, 64)
    .storeAddress(toAddress(BUYER))
    .storeAddress(toAddress(scene.wallet))
    .storeBit(false)
    .storeCoins(0)
    .storeBit(false)
    .endCell();
  return { account, order };
}

it('an item that changes hands is seen to leave, for the one whom the bytes name', async () => {
  const { account, order } = await item(scene.wallet, false);
  const { report, decoded } = await scene.judge({ kind: 'calls', calls: [call(account, COIN / 10n, order)] });
  const asset = collectibleAsset(CHAIN, 'nft', account);
  expect([report.success, report.errors]).toEqual([true, []]);
  expect(flows(report.effects, 'outflow', scene.wallet, asset)).toEqual([[BUYER, 1n]]);
  expect(flows(report.effects, 'inflow', BUYER, asset)).toEqual([[scene.wallet, 1n]]);
  expect(excessFor(scene.wallet, decoded.effects, report).unintended).toEqual([]);
});

it('one that stays where it is, or that is not ours to give, is no success', async () => {
  for (const [owner, stuck] of [
    [scene.wallet, true],
    [BUYER, false],
  ] as const) {
    const { account, order } = await item(owner, stuck);
    const { report } = await scene.judge({ kind: 'calls', calls: [call(account, COIN / 10n, order)] });
    expect(report.success).toBe(false);
    expect(report.errors.join()).toMatch(stuck ? /recipient_not_credited/ : /bounced|exit_code/);
  }
});

it('what the bytes do not tell of is seen, too', async () => {
  const { account, order } = await item(scene.wallet, false);
  const tx = await scene.build({ kind: 'calls', calls: [call(account, COIN / 10n, order)] });
  const report = await scene.simulate(tx);
  const hidden = scene.decode(tx).effects.filter((effect) => !('asset' in effect) || !effect.asset.includes('/nft:'));
  expect(excessFor(scene.wallet, hidden, report).unintended).toEqual([
    `${collectibleAsset(CHAIN, 'nft', account)} leaves that the bytes do not show`,
  ]);
});
