import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEvmAdapter, type EvmChainOptions, evm } from '../../src/adapters/evm/index.ts';
import { systemClock } from '../../src/adapters/host/index.ts';
import { type ChainId, isCastellanError } from '../../src/core/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { openBench } from '../e2e/bench.ts';
import { CHAIN, connect, NATIVE, on, signer } from './chain-fixture.ts';
import { type FaultyEndpoint, faultyEndpoint, lyingEndpoint, type Question } from './endpoint-fixture.ts';

const alice = signer(1);
const action = { kind: 'transfer', asset: NATIVE, amount: 5n, to: on(signer(2).address) } as const;
let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
  await anvil.rpc('anvil_mine', ['0x5']);
});
afterAll(() => anvil.stop());

type Change = (question: Question, result: unknown) => unknown;
const honest: Change = () => undefined;
const only =
  (wanted: string, value: (result: unknown, question: Question) => unknown): Change =>
  (question, result) =>
    question.method === wanted ? value(result, question) : undefined;
/** Hangs up on these methods. */
const out = (...methods: readonly string[]) =>
  faultyEndpoint(async (question, response) => {
    if (methods.length === 0 || methods.includes(question.method)) return void response.destroy();
    const body = JSON.stringify({ jsonrpc: '2.0', ...question });
    const answer = await fetch(anvil.rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    return { body: await answer.text() };
  });

async function failure(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (!isCastellanError(error)) throw error;
    expect(JSON.stringify(error)).not.toContain('127.0.0.1');
    return [error.code, error.details['reason']].filter((part) => part !== undefined).join(' ');
  }
  return 'no failure';
}

/** A node over these endpoints. */
async function over(changes: readonly (Change | 'out')[], options: Partial<EvmChainOptions> = {}) {
  const endpoints: FaultyEndpoint[] = [];
  for (const change of changes) endpoints.push(change === 'out' ? await out() : await lyingEndpoint(anvil.rpcUrl, change));
  const chain = connect(anvil, { rpcUrl: endpoints.map(({ rpcUrl }) => rpcUrl), ...options });
  return {
    ...chain,
    endpoints,
    async [Symbol.asyncDispose]() {
      await chain.node.close();
      for (const endpoint of endpoints) await endpoint[Symbol.asyncDispose]();
    },
  };
}

describe('several endpoints that must agree', () => {
  const nonce = (value: string) => only('eth_getTransactionCount', () => value);
  it.each<readonly [string, readonly (Change | 'out')[], 'all' | number | undefined, string]>([
    ['three that agree', [honest, honest, honest], undefined, 'no failure'],
    ['one of three lies', [honest, nonce('0x9'), honest], undefined, 'CHAIN_RESPONSE_INVALID nodes_disagree'],
    [
      'one of three lies, and two would do: it is not outvoted either',
      [honest, nonce('0x9'), honest],
      2,
      'CHAIN_RESPONSE_INVALID nodes_disagree',
    ],
    ['two lie together, the third is out', [nonce('0x9'), nonce('0x9'), 'out'], undefined, 'CHAIN_UNAVAILABLE quorum_missing'],
    ['two lie apart, the third is out, and two would do', [nonce('0x8'), nonce('0x9'), 'out'], 2, 'CHAIN_RESPONSE_INVALID nodes_disagree'],
    ['one of three is out', [honest, 'out', honest], undefined, 'CHAIN_UNAVAILABLE quorum_missing'],
    ['one of three is out, and two will do', [honest, 'out', honest], 2, 'no failure'],
    ['two of three are out, and two would do', [honest, 'out', 'out'], 2, 'CHAIN_UNAVAILABLE quorum_missing'],
    ['the first of three is out, and one will do', ['out', honest, 'out'], 1, 'no failure'],
    ['the first of two is out', ['out', honest], undefined, 'no failure'],
    ['one of two lies, and both must agree', [honest, nonce('0x9')], 'all', 'CHAIN_RESPONSE_INVALID nodes_disagree'],
    ['all are out', ['out', 'out', 'out'], undefined, 'CHAIN_UNAVAILABLE'],
  ])('%s', async (_name, changes, quorum, expected) => {
    await using chain = await over(changes, quorum === undefined ? {} : { quorum });
    expect(await failure(chain.node.sequence(alice.wallet))).toBe(expected);
  });

  it('one that is a block late is no liar: all are asked about the block that all have', async () => {
    const late = only('eth_getBlockByNumber', (result, { params }) =>
      params[0] === 'latest' ? anvil.rpc('eth_getBlockByNumber', ['0x3', false]) : result,
    );
    await using chain = await over([honest, late, honest]);
    expect(await chain.node.head()).toMatchObject({ number: '3' });
    expect(await chain.node.sequence(alice.wallet)).toMatchObject({ next: 0 });
    // Where two will do, the late one is not waited for.
    await using two = await over([honest, late, honest], { quorum: 2 });
    expect(Number((await two.node.head()).number)).toBeGreaterThan(3);
  });

  it('one that stands still for long is not followed into the past, nor one that is far ahead into the future', async () => {
    const head = (number: string, later: number) =>
      only('eth_getBlockByNumber', (result, { params }) => {
        if (params[0] !== 'latest') return undefined;
        const { timestamp } = result as { readonly timestamp: string };
        return { ...(result as object), number, timestamp: `0x${(Number(timestamp) + later).toString(16)}` };
      });
    await using ahead = await over([honest, head('0x99', 3_600), honest]);
    expect(await failure(ahead.node.head())).toBe('CHAIN_RESPONSE_INVALID head_behind');
  });

  it('programs that word the same facts differently agree, and only what was compared is used', async () => {
    const wordy: Change = ({ method }, result) => {
      if (method === 'eth_getBlockByNumber') {
        const { miner, ...block } = result as { readonly miner: string };
        return { totalDifficulty: '0x0', size: '0x1', ...block, miner: miner.toUpperCase().replace('0X', '0x') };
      }
      return method === 'eth_feeHistory' ? { ...(result as object), gasUsedRatio: [0.123] } : undefined;
    };
    await using chain = await over([wordy, honest, honest]);
    const tx = await chain.build(alice, action);
    expect(await chain.node.simulate(tx, {})).toMatchObject({ success: true });
  });

  it('an estimate of gas may differ a little, and the highest counts; one that is far off ends it', async () => {
    const estimate = (value: string) => only('eth_estimateGas', () => value);
    await using near = await over([estimate('0x5300'), honest, honest]);
    expect((await near.node.quote(action, alice.wallet, {})).params['gas']).toBe(String(Math.ceil((0x5300 * 6) / 5)));
    await using far = await over([estimate('0x53000'), honest, honest]);
    expect(await failure(far.node.quote(action, alice.wallet, {}))).toBe('CHAIN_RESPONSE_INVALID nodes_disagree');
  });
});

describe('a payment through several endpoints', () => {
  it('is handed to each of them, and final only where all show the same receipt in the same block', async () => {
    let known = false;
    const forgetful = only('eth_getTransactionReceipt', () => (known ? undefined : null));
    await using chain = await over([honest, forgetful, honest]);
    const signed = await chain.buildAndSign(alice, action);
    expect((await chain.node.broadcast(signed)).status).toBe('accepted');
    for (const { asked } of chain.endpoints) expect(asked).toContain('eth_sendRawTransaction');
    // A node that does not know of it yet contradicts nobody, and confirms nothing.
    expect(await failure(chain.node.status(signed))).toBe('CHAIN_UNAVAILABLE quorum_missing');
    expect(await chain.node.settle(signed, { timeoutMs: 30 })).toEqual({ status: 'pending' });
    known = true;
    expect(await chain.node.settle(signed, { timeoutMs: 5_000 })).toMatchObject({ status: 'final', receipt: { success: true } });
    const forge = only('eth_getTransactionReceipt', (result) => ({ ...(result as object), blockHash: `0x${'ab'.repeat(32)}` }));
    await using lied = await over([honest, honest, forge]);
    expect(await failure(lied.node.status(signed))).toBe('CHAIN_RESPONSE_INVALID nodes_disagree');
  });

  it('through one endpoint takes not one question more than it did: the chain’s id at first, and then the read alone', async () => {
    await using chain = await over([honest]);
    for (let round = 0; round < 2; round += 1) await chain.node.sequence(alice.wallet);
    expect(chain.endpoints[0]?.asked).toEqual(['eth_chainId', 'eth_getTransactionCount', 'eth_getTransactionCount']);
  });
});

describe('configuration and health', () => {
  const failing = (options: Partial<EvmChainOptions>): unknown => {
    try {
      connect(anvil, options);
    } catch (error) {
      if (isCastellanError(error)) return error.details['fields'];
      throw error;
    }
    return 'no failure';
  };
  it.each<readonly [Partial<EvmChainOptions>, RegExp]>([
    [{ quorum: 2 }, /quorum.*larger/],
    [{ quorum: 0 }, /quorum/],
    [{ quorum: 'most' as 'all' }, /quorum/],
    [{ rpcUrl: ['http://a.example', 'http://A.example/'] }, /rpcUrl.*twice/],
    [{ maxHeadAgeMs: 10 }, /maxHeadAgeMs/],
  ])('%j is refused', (options, expected) => {
    expect(String(failing(options))).toMatch(expected);
  });

  it('the newest block may not be too old: as configured, and by default on chains that never pause', async () => {
    const old = only('eth_getBlockByNumber', (result) => ({ ...(result as object), timestamp: '0x65000000' }));
    for (const [options, chainId, expected] of [
      [{}, '0x7a69', 'no failure'],
      [{ maxHeadAgeMs: 60_000 }, '0x7a69', 'CHAIN_RESPONSE_INVALID head_stale'],
      [{ chain: 'eip155:1' }, '0x1', 'CHAIN_RESPONSE_INVALID head_stale'],
      [{ chain: 'eip155:1', maxHeadAgeMs: 86_400_000 }, '0x1', 'CHAIN_RESPONSE_INVALID head_stale'],
    ] as const) {
      await using endpoint = await lyingEndpoint(anvil.rpcUrl, (question, result) =>
        question.method === 'eth_chainId' ? chainId : old(question, result),
      );
      const chains = [{ chain: CHAIN, rpcUrl: endpoint.rpcUrl, confirmations: 1, ...options }];
      const adapter = createEvmAdapter({ chains, clock: systemClock() });
      const node = adapter.node(adapter.chains[0] as ChainId);
      expect(await failure(node.head())).toBe(expected);
      await node.close();
    }
  });

  it('health says whose word each chain stands on, and who rests', async () => {
    await using alone = await openBench(anvil);
    expect((await alone.security.getHealth()).chains).toEqual([
      expect.objectContaining({ reachable: true, trust: 'single_node', nodes: { configured: 1, quorum: 1, resting: [] } }),
    ]);
    await using scene = await over([honest, honest, 'out']);
    const rpcUrl = scene.endpoints.map((endpoint) => endpoint.rpcUrl);
    await using three = await openBench(anvil, { chains: [evm({ chains: [{ chain: CHAIN, rpcUrl, confirmations: 1, quorum: 2 }] })] });
    for (let look = 0; look < 2; look += 1) await three.security.getHealth();
    const health = await three.security.getHealth();
    expect(health.status).toBe('degraded');
    expect(health.chains).toEqual([expect.objectContaining({ trust: 'quorum', nodes: { configured: 3, quorum: 2, resting: [2] } })]);
  });
});
