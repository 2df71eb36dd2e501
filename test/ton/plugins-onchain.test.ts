import { beginCell } from '@ton/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readHead } from '../../src/adapters/ton/block.ts';
import { runGetMethod } from '../../src/adapters/ton/get-method.ts';
import type { AccountId } from '../../src/core/ids.ts';
import { bytesOf } from './order-fixture.ts';
import { CHAIN, openScene, type SimulationScene, toAddress } from './simulation-scene.ts';

const COIN = 1_000_000_000n;
const PLUGIN = `${CHAIN}:0:${'c7'.repeat(32)}` as AccountId;

let scene: SimulationScene;
beforeAll(async () => {
  scene = await openScene({ version: 'v4r2' });
});
afterAll(() => scene[Symbol.asyncDispose]());

/** Orders the wallet to take a plugin in (2) or to let it go (3), as the real contract reads it. */
async function order(op: number): Promise<void> {
  const { timestampMs } = await readHead(scene.client);
  const cell = beginCell()
    .storeUint(698_983_191, 32)
    .storeUint(Math.floor(timestampMs / 1_000) + 60, 32)
    .storeUint(await scene.slot(), 32)
    .storeUint(op, 8)
    .storeInt(0, 8)
    .storeBuffer(toAddress(PLUGIN).hash)
    .storeCoins(COIN)
    .storeUint(1, 64)
    .endCell();
  const tx = scene.adopt(bytesOf(cell));
  const [, control, , outflow] = scene.decode(tx).effects;
  expect(control).toMatchObject({ kind: 'control', account: scene.wallet, aspect: 'module' });
  expect(outflow).toMatchObject({ kind: 'outflow', counterparty: PLUGIN, amount: COIN });
  await scene.send(tx);
}

async function isInstalled(): Promise<boolean> {
  const { seqno } = await readHead(scene.client);
  const args = [{ int: 0n }, { int: BigInt(`0x${toAddress(PLUGIN).hash.toString('hex')}`) }];
  const { stack } = await runGetMethod(scene.client, scene.wallet, 'is_plugin_installed', args, seqno);
  return stack[0]?.type === 'int' && stack[0].value !== 0n;
}

it('the published contract does with a plugin’s order what we read in it', async () => {
  expect(await isInstalled()).toBe(false);
  await order(2);
  expect(await isInstalled()).toBe(true);
  await order(3);
  expect(await isInstalled()).toBe(false);
});
