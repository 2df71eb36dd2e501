import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AssetId } from '../../src/core/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { type Deployed, deploy } from '../fixtures/evm-contracts.ts';
import { assetOf, connect, NATIVE, on, signer } from './chain-fixture.ts';
import { faultyEndpoint, lyingEndpoint, type Question } from './endpoint-fixture.ts';

const TEN_ETHER = 10n ** 19n;
let anvil: Anvil;
let usd: Deployed;
let eur: Deployed;
let reverter: Deployed;
let node: ReturnType<typeof connect>['node'];
const { wallet: holder, address } = signer(5);
const nobody = on(`0x${'9'.repeat(40)}`);

beforeAll(async () => {
  anvil = await startAnvil();
  usd = await deploy(anvil, 'PlainToken', ['USD', 6]);
  eur = await deploy(anvil, 'PlainToken', ['EUR', 6]);
  reverter = await deploy(anvil, 'Reverter');
  await usd.send('mint', [address, 2n ** 200n + 7n]);
  await anvil.rpc('anvil_setBalance', [address, `0x${TEN_ETHER.toString(16)}`]);
  ({ node } = connect(anvil));
});
afterAll(async () => {
  await node?.close();
  await anvil?.stop();
});

const balances = (assets: readonly AssetId[], account = holder) => (node.balances as NonNullable<typeof node.balances>)(account, assets);
/** What a node behind a lying endpoint tells. */
async function through(change: (question: Question, result: unknown) => unknown, assets = [assetOf(usd.address)]) {
  await using endpoint = await lyingEndpoint(anvil.rpcUrl, change);
  const { node: misled } = connect(endpoint);
  try {
    return await (misled.balances as NonNullable<typeof misled.balances>)(holder, assets);
  } finally {
    await misled.close();
  }
}

describe('balances on an EVM chain', () => {
  it('are the coin, zero or not, and each token of which there is something', async () => {
    const [dollars, euros] = [assetOf(usd.address), assetOf(eur.address)];
    expect(await balances([euros, dollars, NATIVE, dollars])).toEqual([
      { asset: NATIVE, amount: TEN_ETHER },
      { asset: dollars, amount: 2n ** 200n + 7n },
    ]);
    expect(await balances([])).toEqual([{ asset: NATIVE, amount: TEN_ETHER }]);
    expect(await balances([dollars, euros], nobody)).toEqual([{ asset: NATIVE, amount: 0n }]);
  });

  it('are not told where a token tells none: a contract that is gone or fails is not zero', async () => {
    const gone = assetOf(`0x${'7'.repeat(40)}`);
    for (const asset of [gone, assetOf(reverter.address), assetOf(address)])
      await expect(balances([assetOf(usd.address), asset]), asset).rejects.toMatchObject({
        code: 'CHAIN_REJECTED',
        details: { reason: 'token_unreadable', asset },
      });
  });

  it('are of one block, whatever happens meanwhile', async () => {
    const snapshot = await anvil.rpc('evm_snapshot');
    let moved = 0;
    const move = async (block: unknown): Promise<unknown> => {
      await usd.send('mint', [address, 1n]);
      await anvil.rpc('anvil_setBalance', [address, '0x1']);
      await anvil.rpc('anvil_mine', ['0x1']);
      return block;
    };
    const found = await through(({ method }, result) => {
      if (method !== 'eth_getBlockByNumber' || moved > 0) return undefined;
      moved += 1;
      return move(result);
    });
    expect(moved).toBe(1);
    expect(found).toEqual([
      { asset: NATIVE, amount: TEN_ETHER },
      { asset: assetOf(usd.address), amount: 2n ** 200n + 7n },
    ]);
    expect((await balances([assetOf(usd.address)])).map(({ amount }) => amount)).toEqual([1n, 2n ** 200n + 8n]);
    await anvil.rpc('evm_revert', [snapshot]);
  });

  it('are not told of a block that the chain has taken back', async () => {
    const gone = `0x${'ab'.repeat(32)}`;
    const misled = through(({ method }, block) => (method === 'eth_getBlockByNumber' ? { ...(block as object), hash: gone } : undefined));
    await expect(misled).rejects.toMatchObject({ code: 'CHAIN_REJECTED' });
  });

  it('are not told where an answer is none', async () => {
    for (const [method, answer] of [
      ['eth_getBalance', '0x'],
      ['eth_getBalance', '0x-1'],
      ['eth_getBalance', 7],
      ['eth_getBalance', null],
      ['eth_getBalance', `0x1${'0'.repeat(64)}`],
      ['eth_call', null],
      ['eth_call', {}],
      ['eth_call', '0xzz'],
    ] as const)
      await expect(
        through((question) =>
          question.method === method ? { body: JSON.stringify({ jsonrpc: '2.0', id: question.id, result: answer }) } : undefined,
        ),
        `${method} ${JSON.stringify(answer)}`,
      ).rejects.toMatchObject({ code: 'CHAIN_RESPONSE_INVALID' });
    for (const answer of ['0x', `0x${'00'.repeat(31)}`, `0x${'00'.repeat(33)}`, `0x${'00'.repeat(64)}`])
      await expect(
        through(({ method }) => (method === 'eth_call' ? answer : undefined)),
        answer,
      ).rejects.toMatchObject({ code: 'CHAIN_REJECTED', details: { reason: 'token_unreadable' } });
  });

  it('are not told where nobody answers, and not looked for on another chain', async () => {
    await using silent = await faultyEndpoint(() => undefined);
    for (const [rpcUrl, code] of [
      ['http://127.0.0.1:9', 'CHAIN_UNAVAILABLE'],
      [silent.rpcUrl, 'TIMEOUT'],
    ] as const) {
      const { node: away } = connect({ rpcUrl }, { timeoutMs: 100 });
      await expect(away.balances?.(holder, [])).rejects.toMatchObject({ code });
      await away.close();
    }
    await using counted = await lyingEndpoint(anvil.rpcUrl, () => undefined);
    const { node: elsewhere } = connect(counted);
    const strange = 'eip155:1/slip44:60' as AssetId;
    for (const [account, assets] of [
      ['eip155:1:0x1111111111111111111111111111111111111111', []],
      [holder, [strange]],
      [holder, [`eip155:1/erc20:${usd.address}`]],
      [holder, Array.from({ length: 1_001 }, (_, n) => assetOf(`0x${n.toString(16).padStart(40, '0')}`))],
    ] as const)
      await expect(elsewhere.balances?.(account as never, assets as never)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    expect(counted.asked).toEqual([]);
    await elsewhere.close();
    const stopped = new AbortController();
    stopped.abort();
    await expect(node.balances?.(holder, [], stopped.signal)).rejects.toMatchObject({ code: 'TIMEOUT', details: { aborted: true } });
  });
});
