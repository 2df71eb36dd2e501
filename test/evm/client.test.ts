import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemNet } from '../../src/adapters/host/index.ts';
import { isCastellanError } from '../../src/core/index.ts';
import type { Anvil } from '../../src/testing/anvil.ts';
import { startAnvil } from '../../src/testing/anvil.ts';
import { loopback } from '../host/loopback.ts';
import { connect, NATIVE, on, signer } from './chain-fixture.ts';
import { faultyEndpoint, lyingEndpoint } from './endpoint-fixture.ts';

const alice = signer(1);
let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(() => anvil.stop());

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

/** Serves our chain id, then fails. */
const thenFailing = (answer: Parameters<typeof faultyEndpoint>[0]) =>
  faultyEndpoint((question, response) => (question.method === 'eth_chainId' ? '0x7a69' : answer(question, response)));

describe.each([
  ['the host’s network', { net: systemNet() }],
  ['a fetch of the owner’s', { fetch }],
])('an endpoint that fails, over %s', (_network, network) => {
  const cases: readonly (readonly [string, Parameters<typeof faultyEndpoint>[0], string])[] = [
    ['hangs', () => undefined, 'TIMEOUT'],
    [
      'talks for ever, a byte at a time',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const drip = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(drip));
        return undefined;
      },
      'TIMEOUT',
    ],
    ['speaks no JSON', () => ({ body: '<html>gateway</html>' }), 'CHAIN_RESPONSE_INVALID not_json'],
    [
      'answers too much',
      () => ({ body: JSON.stringify({ jsonrpc: '2.0', id: 1, result: 'x'.repeat(9 * 1024 * 1024) }) }),
      'CHAIN_RESPONSE_INVALID too_large',
    ],
    [
      'answers too much without saying so',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        for (let part = 0; part < 10; part += 1) response.write(' '.repeat(1024 * 1024));
        response.end();
        return undefined;
      },
      'CHAIN_RESPONSE_INVALID too_large',
    ],
    [
      'answers another question',
      () => ({ body: JSON.stringify({ jsonrpc: '2.0', id: 999, result: '0x1' }) }),
      'CHAIN_RESPONSE_INVALID malformed',
    ],
    ['answers nothing', ({ id }) => ({ body: JSON.stringify({ jsonrpc: '2.0', id }) }), 'CHAIN_RESPONSE_INVALID malformed'],
    ['answers a list', () => ({ body: '[]' }), 'CHAIN_RESPONSE_INVALID malformed'],
    ['answers null', () => ({ body: 'null' }), 'CHAIN_RESPONSE_INVALID malformed'],
    ['counts in decimals', () => 12, 'CHAIN_RESPONSE_INVALID malformed'],
    ['pads its numbers', () => '0x0012', 'CHAIN_RESPONSE_INVALID malformed'],
    ['counts beyond reason', () => `0x${'f'.repeat(64)}`, 'CHAIN_RESPONSE_INVALID malformed'],
    [
      'is overloaded',
      (_, response) => {
        response.writeHead(503);
        response.end('busy');
        return undefined;
      },
      'CHAIN_UNAVAILABLE',
    ],
    [
      'sends us elsewhere',
      (_, response) => {
        response.writeHead(307, { location: anvil.rpcUrl });
        response.end();
        return undefined;
      },
      'CHAIN_UNAVAILABLE',
    ],
    [
      'hangs up',
      (_, response) => {
        response.destroy();
        return undefined;
      },
      'CHAIN_UNAVAILABLE',
    ],
  ];
  it.each(cases)('%s', async (_name, answer, expected) => {
    await using endpoint = await thenFailing(answer);
    const { node } = connect(endpoint, { timeoutMs: expected === 'TIMEOUT' ? 150 : 5_000 }, network);
    const started = performance.now();
    expect(await failure(node.sequence(alice.wallet))).toBe(expected);
    if (expected === 'TIMEOUT') expect(performance.now() - started).toBeLessThan(1_500);
    expect(endpoint.asked.length).toBeLessThanOrEqual(4);
    await node.close();
  });

  it('is left for the next one, whose answer counts', async () => {
    for (const [name, answer] of cases) {
      if (/^(?:pads|counts|answers too)/.test(name)) continue;
      await using endpoint = await thenFailing(answer);
      const { node } = connect(endpoint, { timeoutMs: 500, rpcUrl: [endpoint.rpcUrl, anvil.rpcUrl] }, network);
      expect(await node.sequence(alice.wallet)).toEqual({ next: 0, chainTimeMs: null });
      await node.close();
    }
  });

  it('cannot be reached at all', async () => {
    const { node } = connect({ rpcUrl: 'http://127.0.0.1:9' }, {}, network);
    expect(await failure(node.head())).toBe('CHAIN_UNAVAILABLE');
    await node.close();
  });

  it('shows a certificate that nobody trusts, which is told by name, and never learns what was asked', async () => {
    let asked = 0;
    await using server = await loopback(
      (_, response) => {
        asked += 1;
        response.end('{}');
      },
      { secure: true },
    );
    const { node } = connect({ rpcUrl: server.url.replace('https://', 'https://key:secret@') }, {}, network);
    const error = await node.head().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'CHAIN_UNAVAILABLE', details: { endpoint: 0, network: 'DEPTH_ZERO_SELF_SIGNED_CERT' } });
    expect(JSON.stringify(error)).not.toMatch(/secret|127\.0\.0\.1/);
    expect(asked).toBe(0);
    await node.close();
  });
});

describe('an endpoint of another chain', () => {
  it('is found out before anything that it says counts', async () => {
    await using liar = await lyingEndpoint(anvil.rpcUrl, ({ method }) => (method === 'eth_chainId' ? '0x1' : undefined));
    const { node } = connect(liar);
    expect(await failure(node.verifyChain())).toBe('CHAIN_RESPONSE_INVALID chain_id_mismatch');
    expect(await failure(node.sequence(alice.wallet))).toBe('CHAIN_RESPONSE_INVALID chain_id_mismatch');
    expect(liar.asked.every((method) => method === 'eth_chainId')).toBe(true);
    await node.close();
  });

  it('as the second of two is never asked for more', async () => {
    await using liar = await lyingEndpoint(anvil.rpcUrl, ({ method }) => (method === 'eth_chainId' ? '0x1' : undefined));
    const { node } = connect(liar, { rpcUrl: [liar.rpcUrl, anvil.rpcUrl] });
    expect(await node.sequence(alice.wallet)).toEqual({ next: 0, chainTimeMs: null });
    expect(new Set(liar.asked)).toEqual(new Set(['eth_chainId']));
    await node.close();
  });

  it('that changes its mind is noticed by the next check', async () => {
    let chainId = '0x7a69';
    await using fickle = await lyingEndpoint(anvil.rpcUrl, ({ method }) => (method === 'eth_chainId' ? chainId : undefined));
    const { node } = connect(fickle);
    await node.verifyChain();
    chainId = '0x1';
    expect(await failure(node.verifyChain())).toBe('CHAIN_RESPONSE_INVALID chain_id_mismatch');
    expect(await failure(node.head())).toBe('CHAIN_RESPONSE_INVALID chain_id_mismatch');
    await node.close();
  });
});

describe('answers are answers', () => {
  it('a revert is not asked again elsewhere', async () => {
    await using reverting = await thenFailing(({ id }) => ({
      body: JSON.stringify({ jsonrpc: '2.0', id, error: { code: 3, message: 'execution reverted' } }),
    }));
    const { node } = connect(reverting, { rpcUrl: [reverting.rpcUrl, anvil.rpcUrl] });
    expect(await failure(node.sequence(alice.wallet))).toBe('CHAIN_REJECTED');
    expect(reverting.asked).toEqual(['eth_chainId', 'eth_getTransactionCount']);
    await node.close();
  });

  it('a node without simulation gives no weaker report', async () => {
    await using old = await lyingEndpoint(anvil.rpcUrl, () => undefined);
    await using without = await faultyEndpoint(async (question) => {
      if (question.method === 'eth_simulateV1')
        return { body: JSON.stringify({ jsonrpc: '2.0', id: question.id, error: { code: -32601, message: 'Method not found' } }) };
      const response = await fetch(old.rpcUrl, {
        method: 'POST',
        body: JSON.stringify({ jsonrpc: '2.0', ...question }),
        headers: { 'content-type': 'application/json' },
      });
      return { body: await response.text() };
    });
    const chain = connect(without);
    const tx = await chain.build(alice, { kind: 'transfer', asset: NATIVE, amount: 1n, to: on(signer(2).address) });
    expect(await chain.node.simulate(tx, {})).toMatchObject({
      success: false,
      coverageLevel: 'basic',
      errors: ['simulation_unavailable'],
      effects: [],
    });
    await chain.node.close();
  });

  it('a call given up by its caller, and one after closing', async () => {
    await using endpoint = await thenFailing(() => undefined);
    const { node } = connect(endpoint, { timeoutMs: 5_000 });
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 30);
    const started = performance.now();
    expect(await failure(node.sequence(alice.wallet, abort.signal))).toBe('TIMEOUT');
    const hanging = failure(node.sequence(alice.wallet));
    setTimeout(() => void node.close(), 30);
    expect(await hanging).toBe('SHUTTING_DOWN');
    expect(await failure(node.head())).toBe('SHUTTING_DOWN');
    expect(performance.now() - started).toBeLessThan(1_500);
  });
});

describe('fees', () => {
  const action = { kind: 'transfer', asset: NATIVE, amount: 1n, to: on(signer(2).address) } as const;

  it('are bounded by what the bytes can cost, under the ceiling or not at all', async () => {
    const { node } = connect(anvil);
    const free = await node.quote(action, alice.wallet, {});
    expect(free.ceiling).toBe(BigInt(free.params['gas'] as string) * BigInt(free.params['maxFeePerGas'] as string));
    expect(free.params['gas']).toBe('25200');
    expect(free.params['estimated']).toBeUndefined();
    const tight = await node.quote(action, alice.wallet, { ceiling: (free.ceiling * 2n) / 3n });
    expect(tight.ceiling).toBeLessThanOrEqual((free.ceiling * 2n) / 3n);
    await expect(node.quote(action, alice.wallet, { ceiling: free.ceiling / 3n })).rejects.toMatchObject({
      code: 'CHAIN_REJECTED',
      details: { reason: 'fee_exceeds_ceiling' },
    });
    await node.close();
  });

  it('of a call that reverts are a default, so that simulation can say why', async () => {
    const { node } = connect(anvil);
    const call = {
      kind: 'calls',
      calls: [{ to: on('0x0000000000000000000000000000000000000002'), value: 10n ** 30n, data: new Uint8Array(4) }],
    } as const;
    await using strict = await faultyEndpoint(async (question) => {
      if (question.method === 'eth_estimateGas')
        return { body: JSON.stringify({ jsonrpc: '2.0', id: question.id, error: { code: 3, message: 'execution reverted' } }) };
      const response = await fetch(anvil.rpcUrl, {
        method: 'POST',
        body: JSON.stringify({ jsonrpc: '2.0', ...question }),
        headers: { 'content-type': 'application/json' },
      });
      return { body: await response.text() };
    });
    const reverting = connect(strict);
    const fee = await reverting.node.quote(call, alice.wallet, {});
    expect(fee.params).toMatchObject({ gas: '500000', estimated: 'false' });
    await node.close();
    await reverting.node.close();
  });
});
