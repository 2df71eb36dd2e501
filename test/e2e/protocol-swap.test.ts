import { encodeAbiParameters, keccak256 } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evm } from '../../src/adapters/evm/index.ts';
import type { AgentRequest } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { type Deployed, deploy } from '../fixtures/evm-contracts.ts';
import { type Bench, CAROL, CHAIN, FREE, openBench } from './bench.ts';

let anvil: Anvil;
let usd: Deployed;
let other: Deployed;
let router: Deployed;
let bench: Bench;

const word = (value: bigint): string => `0x${value.toString(16).padStart(64, '0')}`;
const held = async (token: Deployed, account: string): Promise<bigint> =>
  BigInt((await anvil.rpc('eth_call', [{ to: token.address, data: token.data('balanceOf', [account]) }, 'latest'])) as string);

/** `allowance[owner][spender]` of PlainToken, as if given long ago. */
async function allow(token: Deployed, owner: string, spender: string, amount: bigint): Promise<void> {
  const types = [{ type: 'address' }, { type: 'uint256' }] as const;
  const outer = keccak256(encodeAbiParameters(types, [owner as `0x${string}`, 4n]));
  const slot = keccak256(encodeAbiParameters([{ type: 'address' }, { type: 'bytes32' }], [spender as `0x${string}`, outer]));
  await anvil.rpc('anvil_setStorageAt', [token.address, slot, word(amount)]);
}

beforeAll(async () => {
  anvil = await startAnvil();
  usd = await deploy(anvil, 'PlainToken', ['USD', 6]);
  other = await deploy(anvil, 'PlainToken', ['OTHER', 18]);
  router = await deploy(anvil, 'PoolRouter');
  const pool = (await anvil.rpc('eth_call', [{ to: router.address, data: router.data('pool') }, 'latest'])) as string;
  await other.send('mint', [`0x${pool.slice(26)}`, 1_000_000n]);
  const tokens = [
    { symbol: 'USD', address: usd.address, decimals: 6 },
    { symbol: 'OTHER', address: other.address, decimals: 18 },
  ];
  const chain = { chain: CHAIN, rpcUrl: anvil.rpcUrl, confirmations: 1, pollMs: 10, tokens };
  const limits = { ...FREE.limits, assets: { USD: { daily: '0.001' }, OTHER: { daily: 1 } } };
  bench = await openBench(anvil, {
    chains: [evm({ ...chain, protocols: [{ protocol: 'uniswap-v2', address: router.address }] })],
    agents: { a1: { ...FREE, allowedProtocols: ['uniswap-v2'], limits } },
  });
  await usd.send('mint', [bench.wallet.address, 10_000n]);
  await allow(usd, bench.wallet.address, router.address, 10_000n);
});
afterAll(async () => {
  await bench?.security.shutdown(2_000);
  await anvil?.stop();
});

interface Terms {
  readonly amount: bigint;
  readonly least: bigint;
  readonly to: string;
  readonly type: string;
}

function swap(over: Partial<Terms> = {}): AgentRequest {
  const { amount, least, to, type }: Terms = { amount: 100n, least: 50n, to: bench.wallet.address, type: 'swap', ...over };
  const path = [usd.address, other.address];
  return { type, to: router.address, data: router.data('swapExactTokensForTokens', [amount, least, path, to, 2n ** 40n]) };
}

describe('a swap on a protocol that is allowed by name', () => {
  it('goes through, though the pool and not the router takes the tokens', async () => {
    const result = await bench.security.agent('a1').execute(swap());
    expect([result.status, result.reasons]).toEqual(['success', []]);
    expect([await held(usd, bench.wallet.address), await held(other, bench.wallet.address)]).toEqual([9_900n, 50n]);
  });

  it.each<[string, Partial<Terms>, string]>([
    ['pays somebody else', { to: CAROL }, 'capability_mismatch'],
    ['promises nothing', { least: 0n }, 'slippage_not_declared'],
    ['is called a payment', { type: 'transfer' }, 'capability_mismatch'],
    ['takes more than the asset’s limit', { amount: 2_000n, least: 1_000n }, 'per_transaction_limit'],
  ])('is denied where it %s', async (_, over, code) => {
    const result = await bench.security.agent('a1').execute(swap(over));
    expect(result.status).toBe('policy_rejected');
    expect(result.reasons.map((reason) => reason.code)).toContain(code);
  });

  it('fails where the promise cannot be kept', async () => {
    const result = await bench.security.agent('a1').execute(swap({ least: 51n }));
    expect(result.status).toBe('simulation_failed');
    expect(await held(usd, bench.wallet.address)).toBe(9_900n);
  });

  it('counts what left against the limits of its asset', async () => {
    const first = await bench.security.agent('a1').execute(swap({ amount: 800n, least: 400n }));
    const second = await bench.security.agent('a1').execute(swap({ amount: 200n, least: 100n }));
    expect([first.status, second.status, second.reasons[0]?.code]).toEqual(['success', 'policy_rejected', 'window_limit']);
  });
});
