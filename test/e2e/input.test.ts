import { encodeFunctionData, erc20Abi, serializeTransaction } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Agent, AgentRequest } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { bytes as hexBytes } from '../evm/chain-fixture.ts';
import { type Bench, BOB, balanceOf, CAROL, FREE, openBench, sentBy, stranger } from './bench.ts';

let anvil: Anvil;
let bench: Bench;
let a1: Agent;
const pay = { to: BOB, amount: '0.001', asset: 'ETH' };
const TOKEN = '0x00000000000000000000000000000000000000aa';

beforeAll(async () => {
  anvil = await startAnvil();
  bench = await openBench(anvil, { agents: { a1: FREE }, tokens: [{ symbol: 'TOK', address: TOKEN, decimals: 6 }] });
  a1 = bench.security.agent('a1');
});
afterAll(async () => {
  await bench.security.shutdown();
  await anvil.stop();
});

async function malformed(request: unknown, code = 'request_malformed'): Promise<void> {
  const result = await a1.execute(request as AgentRequest);
  expect([result.status, result.reasons[0]?.code], JSON.stringify(result.reasons)).toEqual(['policy_rejected', code]);
  expect(result.decision.verdict).toBe('denied');
  expect(await a1.explain(result.decision.id), 'recorded').toBeDefined();
}

describe('amounts', () => {
  it('are exact decimal text of the asset, and nothing else', async () => {
    const before = await sentBy(anvil, bench.wallet);
    const wrong = [
      'abc',
      '',
      '-1',
      '+1',
      '1e3',
      '0x10',
      ' 1',
      '1 ',
      '1.',
      '.5',
      '01',
      '0',
      '0.0',
      '1_000',
      '1,5',
      '１',
      '٣',
      '1\u0000',
      '∞',
      'NaN',
      'Infinity',
      '9'.repeat(90),
      `0.${'0'.repeat(18)}1`,
      'unlimited',
      '1\n',
    ];
    for (const amount of wrong) await malformed({ ...pay, amount });
    for (const amount of [1, 0.1, Number.NaN, 1n, true, null, [], ['1'], {}, { toString: () => '1' }, new String('1'), Symbol('1')])
      await malformed({ ...pay, amount });
    expect(await sentBy(anvil, bench.wallet)).toBe(before);
  });
});

describe('shapes', () => {
  it('what is no plain object, cannot be read, or is too large, is a recorded denial', async () => {
    const cyclic: Record<string, unknown> = { ...pay };
    cyclic['context'] = cyclic;
    const thrower = new Proxy(pay, {
      get: () => {
        throw new Error('boom');
      },
      ownKeys: () => {
        throw new Error('boom');
      },
    });
    const revoked = Proxy.revocable({ ...pay }, {});
    revoked.revoke();
    const huge = 'x'.repeat(10_000_000);
    const odd = [
      null,
      undefined,
      1,
      'pay',
      [],
      [pay],
      () => pay,
      new Map(Object.entries(pay)),
      cyclic,
      thrower,
      revoked.proxy,
      new Date(0),
    ];
    for (const request of odd) await malformed(request);
    for (const field of ['to', 'amount', 'asset', 'data', 'transaction', 'id', 'wallet', 'chain'])
      await malformed({ ...pay, [field]: huge });
    await malformed({ ...pay, context: { intent: huge } });
    await malformed({ ...pay, [huge]: 1 });
    await malformed({ ...pay, context: { intent: '\ud800' } });
    await malformed({ ...pay, '\udfff': 1 });
    await malformed({ ...pay, transaction: new Uint8Array(2_000_000) });
    await malformed({ transaction: Object.create(Uint8Array.prototype) });
    await malformed({ calls: Array.from({ length: 65 }, () => ({ to: BOB })) });
    await malformed({ ...pay, id: 'a/b' });
    await malformed({ ...pay, id: 'a b' });
  });

  it('getters that answer differently each time are read once', async () => {
    const target = stranger();
    let reads = 0;
    const shifty = {
      ...pay,
      get to() {
        reads += 1;
        return reads === 1 ? target : CAROL;
      },
    };
    const carol = await balanceOf(anvil, CAROL);
    const result = await a1.execute(shifty);
    expect(result.status, JSON.stringify(result.reasons)).toBe('success');
    expect(await balanceOf(anvil, target)).toBe(10n ** 15n);
    expect(await balanceOf(anvil, CAROL)).toBe(carol);
    let asked = 0;
    const renamed = {
      ...pay,
      get id() {
        asked += 1;
        return `id-${asked}`;
      },
    };
    expect((await a1.execute(renamed)).requestId).toBe('id-1');
  });

  it('an object changed after the call changes nothing', async () => {
    const target = stranger();
    const request = { ...pay, to: target, context: { intent: 'pay' } };
    const running = a1.execute(request);
    Object.assign(request, { to: CAROL, amount: '0.9' });
    expect((await running).status).toBe('success');
    expect(await balanceOf(anvil, target)).toBe(10n ** 15n);
  });

  it('a byte buffer changed after the call changes nothing', async () => {
    const [target, thief] = [stranger(), stranger()];
    const unsigned = (to: string) =>
      hexBytes(
        serializeTransaction({
          type: 'eip1559',
          chainId: 31337,
          nonce: 0,
          gas: 21_000n,
          to: to as `0x${string}`,
          value: 10n ** 15n,
          maxFeePerGas: 10n ** 10n,
          maxPriorityFeePerGas: 1n,
        }),
      );
    const buffer = unsigned(target);
    const running = a1.execute({ id: 'buffer', transaction: buffer });
    buffer.set(unsigned(thief));
    const result = await running;
    expect(result.status, JSON.stringify(result.reasons)).toBe('success');
    expect([await balanceOf(anvil, target), await balanceOf(anvil, thief)]).toEqual([10n ** 15n, 0n]);
    expect((await a1.execute({ id: 'buffer', transaction: buffer })).reasons[0]?.code).toBe('request_id_reused');
  });
});

describe('conflicts within a request', () => {
  it('are refused and never resolved by guessing', async () => {
    await malformed({ ...pay, destination: CAROL });
    await malformed({ ...pay, currency: 'TOK' });
    await malformed({ ...pay, value: '0.5' });
    await malformed({ ...pay, spender: CAROL });
    await malformed({ ...pay, data: '0x', spender: CAROL });
    await malformed({ spender: BOB, amount: '1', asset: 'TOK', from: CAROL });
    await malformed({ to: BOB, data: '0x', from: CAROL });
    await malformed({ calls: [{ to: BOB }], value: '0.5' });
    await malformed({ calls: [{ to: BOB }], transaction: '0x02' });
    await malformed({ calls: [] });
    await malformed({ to: BOB, amount: '1' });
    await malformed({ amount: '1', asset: 'ETH' });
    await malformed({ ...pay, asset: 'eth' }, 'asset_unknown');
    await malformed({ ...pay, asset: 'ＥＴＨ' }, 'asset_unknown');
    await malformed({ ...pay, asset: 'eip155:1/slip44:60' }, 'chain_not_allowed');
    await malformed({ ...pay, to: BOB.toLowerCase().replace('0x7', '0x8').toUpperCase() });
    await malformed({ ...pay, to: 'vitalik.eth' }, 'name_unresolved');
    await malformed({ ...pay, to: `eip155:1:${BOB}` });
    await malformed({ ...pay, notAfter: 1 });
    expect((await a1.execute({ ...pay, destination: BOB.toLowerCase(), currency: 'eip155:31337/slip44:60' })).status).toBe('success');
  });

  it('words that do not fit the bytes are denied', async () => {
    const data = encodeFunctionData({ abi: erc20Abi, functionName: 'transfer', args: [CAROL, 5n] });
    const said = await a1.execute({ to: TOKEN, data, asset: 'TOK', amount: '0.000001', type: 'transfer' });
    expect(said.decision.verdict).toBe('denied');
    const typed = await a1.execute({ ...pay, type: 'staking' });
    expect([typed.decision.verdict, typed.reasons[0]?.code]).toEqual(['denied', 'capability_mismatch']);
  });
});
