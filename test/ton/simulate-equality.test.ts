import { Address } from '@ton/core';
import { expect, it } from 'vitest';
import { runRandomPayments } from './random-payments.ts';
import { flows, idOf, openScene, TON } from './simulation-scene.ts';

it('simulates what the chain then does, to the nanoton but for what storage costs in between', async () => {
  const { cases, byKind, differences, mostUncounted } = await runRandomPayments(30, 'equality');
  expect(differences).toEqual([]);
  expect(cases).toBe(30);
  expect(Object.keys(byKind).sort()).toEqual(['batch', 'jetton', 'native']);
  expect(mostUncounted).toBeLessThan(1_000n);
}, 60_000);

it('knows that an account whose money storage ate up is not there any more', async () => {
  await using scene = await openScene({ seed: 21 });
  const address = new Address(0, Buffer.alloc(32, 77));
  for (const amount of [1n, 1n, 1_000_000_000n]) {
    const tx = await scene.build({ kind: 'transfer', asset: TON, amount, to: idOf(address) });
    const report = await scene.simulate(tx);
    const gained = flows(report.effects, 'inflow', idOf(address)).reduce((sum, [, gain]) => sum + gain, 0n);
    const shown = flows(report.effects, 'outflow', idOf(address)).reduce((sum, [, loss]) => sum - loss, gained);
    const before = await scene.chain.balance(address.toRawString());
    await scene.send(tx);
    expect((await scene.chain.balance(address.toRawString())) - before).toBe(shown);
    await scene.chain.increaseTime(40 * 86_400);
  }
}, 30_000);
