import { encodeDeployData, getContractAddress, serializeTransaction } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { excessOf } from '../../src/authz/index.ts';
import { sha256Hex } from '../../src/core/digest.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { compileContract, type Deployed, deploy, type FixtureName } from '../fixtures/evm-contracts.ts';
import { assetOf, bytes, CHAIN, connect, NATIVE, on, signer } from './chain-fixture.ts';
import { faultyEndpoint } from './endpoint-fixture.ts';

const alice = signer(1);
const thief = signer(2);
let anvil: Anvil;
let token: Deployed;
let chain: ReturnType<typeof connect>;

beforeAll(async () => {
  anvil = await startAnvil();
  token = await deploy(anvil, 'PlainToken', ['USD', 6]);
  await token.send('mint', [alice.address, 1_000n]);
  chain = connect(anvil, {
    tokens: [{ symbol: 'USD', address: token.address, decimals: 6 }],
  });
});
afterAll(async () => {
  await chain?.node.close();
  await anvil?.stop();
});

const initCode = (name: FixtureName, args: readonly unknown[]) => encodeDeployData({ ...compileContract(name), args: [...args] } as never);

/** A creation from alice's next place, and where it goes. */
async function creation(name: FixtureName, args: readonly unknown[], value = 0n) {
  const { next: nonce } = await chain.node.sequence(alice.wallet);
  const data = initCode(name, args);
  const fees = { gas: 800_000n, maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 1n };
  const raw = serializeTransaction({ type: 'eip1559', chainId: 31337, nonce, data, value, ...fees });
  const tx = chain.adapter.codec.adopt(bytes(raw), CHAIN, alice.wallet);
  return { tx, created: getContractAddress({ from: alice.address, nonce: BigInt(nonce) }).toLowerCase() as `0x${string}`, data };
}
const flows = (report: Awaited<ReturnType<typeof chain.node.simulate>>) =>
  report.effects.filter((effect) => effect.kind === 'outflow' && effect.account === alice.wallet);

describe('a contract creation on a node whose simulation takes calls alone', () => {
  it('is traced: what it costs, what it creates, and nothing else', async () => {
    const { tx, created, data } = await creation('Seedling', [7n], 5n);
    const { effects } = chain.adapter.codec.decode(tx);
    expect(effects).toContainEqual({
      kind: 'deploy',
      account: on(created),
      codeDigest: sha256Hex(bytes(data)),
      leaf: '0',
      source: 'bytes',
    });
    const report = await chain.node.simulate(tx, {});
    expect(report, JSON.stringify(report.errors)).toMatchObject({ success: true, wouldRevert: false });
    expect(flows(report)).toMatchObject([{ counterparty: on(created), asset: NATIVE, amount: 5n }]);
    expect(BigInt(report.gasEstimate)).toBeGreaterThan(50_000n);
    const { hash } = await chain.sign(alice, tx).then(async (signed) => ({ hash: (await chain.node.broadcast(signed)).hash }));
    await expect
      .poll(() => anvil.rpc('eth_getTransactionReceipt', [hash]), { timeout: 10_000, interval: 10 })
      .toMatchObject({ status: '0x1', contractAddress: created });
    const code = (await anvil.rpc('eth_getCode', [created, 'latest'])) as string;
    const deployed = { kind: 'deploy', account: on(created), codeDigest: sha256Hex(bytes(code)), leaf: '0', source: 'simulation' };
    expect(report.effects).toContainEqual(deployed);
    expect(excessOf(effects, report.effects, { wallet: alice.wallet, declared: { asset: null, amount: null, destination: null } })).toEqual(
      {
        effects: [],
        unintended: [],
      },
    );
  });

  it('that takes tokens from whoever deploys it is seen to', async () => {
    const { next } = await chain.node.sequence(alice.wallet);
    // The address of what is still to be created is known beforehand: it may have been given an allowance long ago.
    const created = getContractAddress({ from: alice.address, nonce: BigInt(next + 1) });
    await token.send('approve', [created, 10n ** 9n], { from: alice.address });
    const { tx } = await creation('Grabber', [token.address, thief.address]);
    const report = await chain.node.simulate(tx, {});
    expect(flows(report)).toMatchObject([{ counterparty: thief.wallet, asset: assetOf(token.address), amount: 1_000n }]);
    const known = { wallet: alice.wallet, declared: { asset: null, amount: null, destination: null } };
    expect(excessOf(chain.adapter.codec.decode(tx).effects, report.effects, known).unintended).not.toEqual([]);
  });

  it('that hands its coins on is seen to, by the one who gets them', async () => {
    const report = await chain.node.simulate((await creation('Grabber', [`0x${'00'.repeat(20)}`, thief.address], 9n)).tx, {});
    expect(report.success).toBe(true);
    expect(report.effects).toContainEqual(expect.objectContaining({ kind: 'inflow', account: thief.wallet, asset: NATIVE, amount: 9n }));
  });

  it('that fails says why', async () => {
    const report = await chain.node.simulate((await creation('Seedling', [100n])).tx, {});
    expect(report).toMatchObject({ success: false, wouldRevert: true, errors: [expect.stringContaining('too tall')] });
  });

  it('is not simulated where the node traces nothing either', async () => {
    await using poor = await faultyEndpoint(async ({ id, method, params }) => {
      if (method.startsWith('debug_') || method === 'eth_simulateV1')
        return { body: JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32601, message: 'the method does not exist' } }) };
      return anvil.rpc(method, params);
    });
    const plain = connect(poor);
    const report = await plain.node.simulate((await creation('Seedling', [7n])).tx, {});
    expect(report).toMatchObject({ success: false, errors: ['simulation_unavailable'] });
    await plain.node.close();
  });
});
