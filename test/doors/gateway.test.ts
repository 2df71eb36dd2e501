import { request as httpRequest } from 'node:http';
import { JsonRpcProvider } from 'ethers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Gateway, openGateway, type UnauthorizedAttempt } from '../../src/integrations/gateway/index.ts';
import { createGuardedProvider } from '../../src/integrations/wallets/index.ts';
import { createManualClock } from '../../src/testing/index.ts';
import { type DoorScene, ETHER, openDoorScene, SHOP, STRANGER } from './scene.ts';

const TOKEN = `${'a'.repeat(20)}Token_of-agent-1`;
let scene: DoorScene;
let gateway: Gateway;
const seen: UnauthorizedAttempt[] = [];
const clock = createManualClock();

beforeAll(async () => {
  scene = await openDoorScene();
  const provider = createGuardedProvider({ agent: scene.security.agent('a1'), wallets: [scene.wallet], upstream: scene.anvil.rpcUrl });
  gateway = await openGateway({
    agents: { a1: { provider, token: TOKEN } },
    allowedOrigins: ['http://localhost:3000'],
    onUnauthorized: (attempt) => seen.push(attempt),
    clock,
  });
});
afterAll(async () => {
  await gateway.close();
  await scene[Symbol.asyncDispose]();
});

interface Reply {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** A request whose every header is ours to choose, `Host` too. */
function ask(path: string, body: string, headers: Readonly<Record<string, string>> = {}, method = 'POST'): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const given = { 'content-type': 'application/json', host: `127.0.0.1:${gateway.port}`, ...headers };
    const sent = httpRequest({ host: '127.0.0.1', port: gateway.port, path, method, headers: given }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
const rpc = (method: string, params: readonly unknown[] = [], id: unknown = 1) => JSON.stringify({ jsonrpc: '2.0', id, method, params });
const payment = (to: string, value: bigint) => ({ from: scene.wallet.address, to, value: `0x${value.toString(16)}` });

describe('the gateway', () => {
  it('is a node for ethers: it reads, pays what may be paid, and says no', async () => {
    const provider = new JsonRpcProvider(gateway.url('a1'));
    try {
      expect((await provider.getNetwork()).chainId).toBe(31337n);
      const signer = await provider.getSigner();
      const before = await scene.balance(SHOP);
      const sent = await signer.sendTransaction({ to: SHOP, value: ETHER / 4n });
      expect(await sent.wait()).toMatchObject({ status: 1 });
      expect((await scene.balance(SHOP)) - before).toBe(ETHER / 4n);
      await expect(signer.sendTransaction({ to: STRANGER, value: 1n, gasLimit: 21_000n })).rejects.toMatchObject({
        code: 'ACTION_REJECTED',
      });
    } finally {
      provider.destroy();
    }
  });

  it('takes what cast sends: legacy fields, hex quantities, its own ids', async () => {
    const before = await scene.nonce();
    const gasPrice = JSON.parse((await ask(`/${TOKEN}`, rpc('eth_gasPrice', [], 7))).body) as { readonly result: string };
    const send = { ...payment(SHOP, 5n), gasPrice: gasPrice.result, gas: '0x5208', nonce: `0x${before.toString(16)}`, chainId: '0x7a69' };
    const { status, body } = await ask(`/${TOKEN}`, rpc('eth_sendTransaction', [send], 'cast-1'));
    const told = JSON.parse(body) as { readonly id: string; readonly result?: string; readonly error?: unknown };
    expect([status, told.id, told.error]).toEqual([200, 'cast-1', undefined]);
    await scene.receipt(told.result);
    const receipt = JSON.parse((await ask(`/${TOKEN}`, rpc('eth_getTransactionReceipt', [told.result]))).body) as {
      readonly result: object;
    };
    expect(receipt.result).toMatchObject({ status: '0x1', type: '0x0' });
    expect(await scene.nonce()).toBe(before + 1);
  });

  it('answers batches in order, and errors with the gate’s own reason', async () => {
    const calls = [
      rpc('eth_chainId', [], 1),
      rpc('eth_sendTransaction', [payment(SHOP, 2n * ETHER)], 2),
      rpc('eth_sign', [STRANGER, '0x00'], 3),
      '7',
    ];
    const { body } = await ask('/', `[${calls.join()}]`, { authorization: `Bearer ${TOKEN}` });
    expect(JSON.parse(body)).toMatchObject([
      { id: 1, result: '0x7a69' },
      { id: 2, error: { code: 4001, data: { reason: 'per_transaction_limit', verdict: 'denied' } } },
      { id: 3, error: { code: 4200 } },
      { id: null, error: { code: -32600 } },
    ]);
  });

  it('does nothing for a call that wants no answer', async () => {
    const before = await scene.nonce();
    const { status, body } = await ask(
      `/${TOKEN}`,
      JSON.stringify({ jsonrpc: '2.0', method: 'eth_sendTransaction', params: [payment(SHOP, 1n)] }),
    );
    expect([status, body, await scene.nonce()]).toEqual([204, '', before]);
  });

  it.each([
    ['no JSON', '{', -32700],
    ['bytes that are no text', '\u0000', -32700],
    ['no call', '{}', -32600],
    ['another version', JSON.stringify({ jsonrpc: '1.0', id: 1, method: 'eth_chainId' }), -32600],
    ['an id that is none', JSON.stringify({ jsonrpc: '2.0', id: {}, method: 'eth_chainId' }), -32600],
    ['an empty batch', '[]', -32600],
    ['too large a batch', `[${Array.from({ length: 101 }, () => '1').join()}]`, -32600],
    ['parameters by name', JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: {} }), -32602],
  ])('says what is wrong with %s', async (_, body, code) => {
    expect(JSON.parse((await ask(`/${TOKEN}`, body)).body)).toMatchObject({ error: { code } });
  });

  it('refuses whatever a web page could send by itself', async () => {
    const call = rpc('eth_accounts');
    expect((await ask(`/${TOKEN}`, call, { host: `rebound.example:${gateway.port}` })).status).toBe(403);
    expect((await ask(`/${TOKEN}`, call, { host: '127.0.0.1' })).status).toBe(403);
    expect((await ask(`/${TOKEN}`, call, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await ask(`/${TOKEN}`, call, { origin: 'null' })).status).toBe(403);
    expect((await ask(`/${TOKEN}`, call, { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await ask(`/${TOKEN}`, '', {}, 'GET')).status).toBe(405);
    const allowed = await ask(`/${TOKEN}`, call, { origin: 'http://localhost:3000' });
    expect([allowed.status, allowed.headers['access-control-allow-origin']]).toEqual([200, 'http://localhost:3000']);
    expect((await ask(`/${TOKEN}`, '', { origin: 'http://localhost:3000' }, 'OPTIONS')).status).toBe(204);
    expect((await ask(`/${TOKEN}`, `"${'a'.repeat(1_100_000)}"`)).status).toBe(413);
  });

  it('lets nobody in without a token, tells of the first and the tenth attempt, and goes on serving who has one', async () => {
    clock.advance(61_000);
    seen.length = 0;
    const guesses = [
      '/',
      '/a',
      `/${TOKEN.slice(1)}`,
      `/${TOKEN}x`,
      '/%00',
      `/${TOKEN.toUpperCase()}`,
      `//${TOKEN}`,
      '/?token=x',
      `/x/${TOKEN}`,
      '/__proto__',
    ];
    const told = [];
    for (const path of guesses) told.push((await ask(path, rpc('eth_accounts'))).status);
    expect(told).toEqual(guesses.map(() => 401));
    expect((await ask('/guess', rpc('eth_accounts'))).status).toBe(429);
    expect((await ask('/', rpc('eth_accounts'), { authorization: `Basic ${TOKEN}` })).status).toBe(429);
    expect(seen.map(({ why, count }) => [why, count])).toEqual([
      ['token', 1],
      ['token', 10],
    ]);
    expect(JSON.parse((await ask(`/${TOKEN}`, rpc('eth_chainId'))).body)).toMatchObject({ result: '0x7a69' });
    clock.advance(61_000);
    expect((await ask('/guess', rpc('eth_accounts'))).status).toBe(401);
  });

  it('logs an attempt as an event that triggers can count', async () => {
    const events: unknown[] = [];
    const end = scene.security.onEvent((event) => events.push(event));
    await scene.security.noteUnauthorizedAttempt({ door: 'gateway', why: 'token', from: '127.0.0.1', count: 1 });
    await expect
      .poll(() => events)
      .toMatchObject([{ type: 'unauthorized_attempt', severity: 'warning', details: { door: 'gateway', count: 1 } }]);
    end();
    await expect(scene.security.noteUnauthorizedAttempt({ door: 'a\nb', why: '', from: '', count: 1 })).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
    });
  });

  it('is not opened with tokens that could be guessed or mixed up', async () => {
    const provider = { request: () => Promise.resolve(null) };
    for (const agents of [{ a1: { provider, token: 'short' } }, { a1: { provider, token: TOKEN }, a2: { provider, token: TOKEN } }])
      await expect(openGateway({ agents })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(openGateway({ agents: {}, port: gateway.port })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});
