import { encodeDeployData, parseAbi } from 'viem';
import { mnemonicToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEvmAdapter, type EvmAccountsOptions } from '../../src/adapters/evm/index.ts';
import { systemClock } from '../../src/adapters/host/index.ts';
import type { SmartAccount, SmartAccountPlan } from '../../src/core/index.ts';
import { askSafe, receiptOf, SAFE, safeData } from '../fixtures/safe-contracts.ts';
import { CHAIN, on, signer } from './chain-fixture.ts';
import { createSafeBench, type SafeBench } from './safe-bench.ts';

let bench: SafeBench;
let plan: SmartAccountPlan;
beforeAll(async () => {
  bench = await createSafeBench();
  plan = { chain: CHAIN, sender: bench.sender.wallet, owners: bench.parties.map(({ wallet }) => wallet), threshold: 2, salt: 'a' };
});
afterAll(() => bench[Symbol.asyncDispose]());

const sponsor = mnemonicToAccount('test test test test test test test test test test test junk', { addressIndex: 9 });

/** Makes a Safe with an adapter of this configuration. */
async function create(
  changes: Partial<SmartAccountPlan> = {},
  accounts: EvmAccountsOptions = { sponsor, safe: bench.deployment },
): Promise<SmartAccount> {
  const adapter = createEvmAdapter({
    chains: [{ chain: CHAIN, rpcUrl: bench.anvil.rpcUrl, confirmations: 1, pollMs: 10, timeoutMs: 20_000 }],
    clock: systemClock(),
    accounts,
  });
  try {
    return (await adapter.accounts?.create('safe', { ...plan, ...changes })) as SmartAccount;
  } finally {
    await adapter.node(CHAIN).close();
  }
}

const addressOf = ({ account }: SmartAccount): string => account.slice(CHAIN.length + 1);
const sent = async (address: string): Promise<bigint> =>
  BigInt((await bench.anvil.rpc('eth_getTransactionCount', [address, 'pending'])) as string);

describe('making a Safe', () => {
  it('deploys what was planned, with nobody else in it, and the sponsor pays', async () => {
    const before = [await bench.balance(sponsor.address), await bench.balance(bench.sender.address)] as const;
    const smart = await create();
    expect(smart).toMatchObject({ kind: 'safe', sender: bench.sender.wallet, terms: { threshold: '2' } });
    const owners = bench.parties.map(({ address }) => address).sort();
    expect(smart.terms['owners']).toBe(owners.join(','));
    const safe = addressOf(smart);
    for (const { address } of bench.parties) expect(BigInt(await askSafe(bench.anvil, safe, 'isOwner', [address]))).toBe(1n);
    expect(BigInt(await askSafe(bench.anvil, safe, 'isOwner', [bench.sender.address]))).toBe(0n);
    expect(BigInt(await askSafe(bench.anvil, safe, 'isOwner', [sponsor.address]))).toBe(0n);
    expect(BigInt(await askSafe(bench.anvil, safe, 'getThreshold'))).toBe(2n);
    expect(BigInt((await bench.anvil.rpc('eth_getStorageAt', [safe, '0x0', 'latest'])) as string)).toBe(BigInt(bench.deployment.singleton));
    expect(await bench.balance(sponsor.address)).toBeLessThan(before[0]);
    expect(await bench.balance(bench.sender.address)).toBe(before[1]);
  });

  it('finds the same one by the same plan, and another by another', async () => {
    const first = await create({ salt: 'same' });
    const count = await sent(sponsor.address);
    expect(await create({ salt: 'same' })).toEqual(first);
    expect(await create({ salt: 'same', owners: [...(plan.owners ?? [])].reverse() })).toEqual(first);
    expect(await sent(sponsor.address)).toBe(count);
    const others = [
      await create({ salt: 'other' }),
      await create({ salt: 'same', sender: signer(6).wallet }),
      await create({ salt: 'same', threshold: 3 }),
      await create({ salt: 'same', owners: [...(plan.owners ?? []).slice(0, 2), bench.stranger.wallet] }),
    ];
    expect(new Set([first, ...others].map(addressOf)).size).toBe(5);
  });

  it('takes what somebody else deployed for it: nobody can put another one there', async () => {
    const smart = await create({ salt: 'front-run' });
    expect(await create({ salt: 'front-run' }, { safe: bench.deployment })).toEqual(smart);
    await expect(create({ salt: 'nobody pays' }, { safe: bench.deployment })).rejects.toMatchObject({ code: 'MODE_UNAVAILABLE' });
  });

  it('refuses one that its owners have changed meanwhile', async () => {
    const smart = await create({ salt: 'changed' });
    const safe = addressOf(smart);
    for (const change of [
      safeData('changeThreshold', [3n]),
      safeData('enableModule', [bench.stranger.address]),
      safeData('setFallbackHandler', [bench.deployment.proxyFactory]),
    ]) {
      const snapshot = await bench.anvil.rpc('evm_snapshot');
      // The Safe obeys itself.
      await bench.anvil.rpc('anvil_setBalance', [safe, '0xde0b6b3a7640000']);
      await bench.anvil.rpc('anvil_impersonateAccount', [safe]);
      const hash = await bench.anvil.rpc('eth_sendTransaction', [{ from: safe, to: safe, data: change }]);
      expect(await receiptOf(bench.anvil, hash)).toMatchObject({ status: '0x1' });
      await expect(create({ salt: 'changed' })).rejects.toMatchObject({ code: 'CHAIN_RESPONSE_INVALID' });
      await bench.anvil.rpc('evm_revert', [snapshot]);
    }
    expect(await create({ salt: 'changed' })).toEqual(smart);
  });

  it('is refused for plans that no such wallet can have', async () => {
    const [a, b, c] = plan.owners as readonly [never, never, never];
    const odd: readonly Partial<SmartAccountPlan>[] = [
      { owners: [] },
      { owners: [a] },
      { owners: [a, b], threshold: 1 },
      { owners: [a, b, c, bench.stranger.wallet] },
      { threshold: 0 },
      { threshold: 4 },
      { threshold: 2.5 },
      { owners: [a, a, b] },
      { owners: [a, b, plan.sender] },
      { owners: [a, b, on(`0x${'0'.repeat(39)}1`)] },
      { owners: [a, b, on(`0x${'0'.repeat(40)}`)] },
      { owners: [a, b, 'eip155:1:0x1111111111111111111111111111111111111111' as never] },
      { owners: [1, 2, 3, 4, 5, 6].map((index) => signer(index).wallet), threshold: 4, sender: signer(8).wallet },
      { salt: '' },
      { limits: { daily: 1n } },
      { owner: sponsor as never },
    ];
    const count = await sent(sponsor.address);
    for (const changes of odd)
      await expect(
        create(changes),
        JSON.stringify(changes, (_, value) => String(value)),
      ).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    expect(await sent(sponsor.address)).toBe(count);
  });

  it('is not available without contracts, where there are none, or where they are of another version', async () => {
    await expect(create({}, { sponsor })).rejects.toMatchObject({ code: 'MODE_UNAVAILABLE', details: { chain: CHAIN } });
    const empty = '0x00000000000000000000000000000000000e0000';
    for (const safe of [
      { ...bench.deployment, singleton: empty },
      { ...bench.deployment, proxyFactory: empty },
    ])
      await expect(create({}, { sponsor, safe })).rejects.toMatchObject({ code: 'MODE_UNAVAILABLE' });
    // The same code under another name of its version.
    const [from] = (await bench.anvil.rpc('eth_accounts')) as readonly string[];
    const renamed = encodeDeployData({
      abi: parseAbi(['constructor()']),
      bytecode: SAFE.bytecode.replace('312e352e30', '312e342e31') as `0x${string}`,
    });
    expect(renamed).not.toBe(SAFE.bytecode);
    const hash = await bench.anvil.rpc('eth_sendTransaction', [{ from, data: renamed }]);
    const { contractAddress } = await receiptOf(bench.anvil, hash);
    await expect(create({}, { sponsor, safe: { ...bench.deployment, singleton: contractAddress ?? '' } })).rejects.toMatchObject({
      code: 'MODE_UNAVAILABLE',
    });
  });
});
