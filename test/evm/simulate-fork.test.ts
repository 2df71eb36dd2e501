import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEvmAdapter } from '../../src/adapters/evm/index.ts';
import { launchFork, systemClock, systemNet } from '../../src/adapters/host/index.ts';
import type { Fork, ForkOptions } from '../../src/core/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { type Deployed, deploy } from '../fixtures/evm-contracts.ts';
import { assetOf, CHAIN, connect, signer } from './chain-fixture.ts';
import { type FaultyEndpoint, faultyEndpoint } from './endpoint-fixture.ts';

const [alice, bob] = [signer(1), signer(2)];
let anvil: Anvil;
let poor: FaultyEndpoint;
let token: Deployed;
let closed = 0;
const begun: ForkOptions[] = [];
/** The real launcher, watched. */
async function fork(options: ForkOptions): Promise<Fork> {
  begun.push(options);
  const started = await launchFork(options);
  return {
    ...started,
    async stop() {
      closed += 1;
      await started.stop();
    },
  };
}
const nodeWith = (simulation: { anvil: true | string }) => {
  const tokens = [{ symbol: 'USD', address: token.address, decimals: 6 }];
  const chains = [{ chain: CHAIN, rpcUrl: poor.rpcUrl, confirmations: 1, tokens, simulation, timeoutMs: 10_000 }];
  return createEvmAdapter({ chains, clock: systemClock(), net: systemNet(), fork }).node(CHAIN);
};

beforeAll(async () => {
  anvil = await startAnvil();
  // A node that serves state and nothing else.
  poor = await faultyEndpoint(async ({ id, method, params }) => {
    if (method === 'eth_simulateV1' || method.startsWith('debug_'))
      return { body: JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32601, message: 'the method does not exist' } }) };
    return anvil.rpc(method, params);
  });
  token = await deploy(anvil, 'PlainToken', ['USD', 6]);
  await token.send('mint', [alice.address, 1_000n]);
});
afterAll(async () => {
  await poor?.[Symbol.asyncDispose]();
  await anvil?.stop();
});

describe('a chain whose nodes simulate nothing', () => {
  it('is simulated on a local fork, one for each block, and none is left behind', async () => {
    const rich = connect(anvil, { tokens: [{ symbol: 'USD', address: token.address, decimals: 6 }] });
    const node = nodeWith({ anvil: true });
    const pay = (amount: bigint) => rich.build(alice, { kind: 'transfer', asset: assetOf(token.address), amount, to: bob.wallet });
    const tx = await pay(7n);
    const [own, forked] = [await rich.node.simulate(tx, {}), await node.simulate(tx, {})];
    expect(forked).toMatchObject({ success: true, effects: own.effects, block: own.block, code: own.code });
    expect((await node.simulate(await pay(2_000n), {})).wouldRevert).toBe(true);
    expect(begun).toHaveLength(1);
    await anvil.rpc('evm_mine');
    expect((await node.simulate(tx, {})).success).toBe(true);
    expect([begun.length, closed]).toEqual([2, 1]);
    await Promise.all([node.close(), rich.node.close()]);
    expect(closed).toBe(2);
  });

  it('is denied where there is none', async () => {
    const plain = connect(poor);
    const rich = connect(anvil);
    const tx = await rich.build(alice, { kind: 'transfer', asset: assetOf(token.address), amount: 1n, to: bob.wallet });
    expect((await plain.node.simulate(tx, {})).errors).toEqual(['simulation_unavailable']);
    const node = nodeWith({ anvil: '/nowhere/anvil' });
    await expect(node.simulate(tx, {})).rejects.toMatchObject({ code: 'CHAIN_UNAVAILABLE' });
    await Promise.all([node.close(), rich.node.close(), plain.node.close()]);
    const chains = [{ chain: CHAIN, rpcUrl: poor.rpcUrl, confirmations: 1, simulation: { anvil: true as const } }];
    expect(() => createEvmAdapter({ chains, clock: systemClock() })).toThrow(/nothing here can begin one/);
  });
});
