import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEvmAdapter, evm } from '../../src/adapters/evm/index.ts';
import type { ChainAdapter, SmartAccount } from '../../src/core/index.ts';
import { isCastellanError } from '../../src/core/index.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';
import { CHAIN, type DelegationScene, ETH, owner, sender, sponsor, startDelegationScene } from './delegation-fixture.ts';

let scene: DelegationScene;
beforeAll(async () => {
  scene = await startDelegationScene();
});
afterAll(() => scene.close());

const make = (adapter: ChainAdapter, salt: string, signal?: AbortSignal): Promise<SmartAccount> =>
  (adapter.accounts as NonNullable<ChainAdapter['accounts']>).create(
    'delegation',
    { chain: CHAIN, sender: sender.wallet, owner, limits: { daily: ETH }, salt },
    signal,
  );
async function errorOf(running: Promise<unknown>): Promise<unknown> {
  try {
    await running;
  } catch (error) {
    return isCastellanError(error) ? [error.code, error.details['reason'] ?? null, error.retryable] : error;
  }
  return 'nothing thrown';
}

describe('whoever pays for accounts', () => {
  it('pays for many at once, from several processes', async () => {
    const adapters = [1, 2].map(() => scene.connect({ sponsor, delegation: scene.framework.contracts }));
    const made = await Promise.all(adapters.flatMap((adapter, who) => [0, 1, 2].map((index) => make(adapter, `many-${who}-${index}`))));
    expect(new Set(made.map(({ account }) => account)).size).toBe(6);
  });

  it('without money: said, and nothing is made', async () => {
    const held = await scene.coins(sponsor.address);
    await scene.anvil.rpc('anvil_setBalance', [sponsor.address, '0x0']);
    expect(await errorOf(make(scene.adapter, 'poor'))).toEqual(['CHAIN_REJECTED', 'sponsor_rejected', false]);
    await scene.anvil.rpc('anvil_setBalance', [sponsor.address, `0x${held.toString(16)}`]);
    expect(await make(scene.adapter, 'poor')).toMatchObject({ kind: 'delegation' });
  });

  it('on a chain that stands still: the caller may stop waiting, and finds the account later', async () => {
    await scene.anvil.rpc('evm_setAutomine', [false]);
    const stop = new AbortController();
    const making = errorOf(make(scene.adapter, 'still', stop.signal));
    for (let look = 0; look < 500; look += 1) {
      const pending = (await scene.anvil.rpc('eth_getTransactionCount', [sponsor.address, 'pending'])) as string;
      if (pending !== (await scene.anvil.rpc('eth_getTransactionCount', [sponsor.address, 'latest']))) break;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    stop.abort();
    const [code] = (await making) as readonly unknown[];
    expect(['TIMEOUT', 'CHAIN_UNAVAILABLE']).toContain(code);
    await scene.anvil.rpc('evm_setAutomine', [true]);
    await scene.anvil.rpc('evm_mine', []);
    const nobody = scene.connect({ delegation: scene.framework.contracts });
    expect(await make(nobody, 'still')).toMatchObject({ kind: 'delegation' });
  });
});

describe('the configuration of accounts', () => {
  const chain = { chain: CHAIN, rpcUrl: 'http://127.0.0.1:9', confirmations: 1 };
  const host = { clock: createManualClock(), random: createSeededRandom(1) };
  function fields(accounts: unknown): string {
    try {
      createEvmAdapter({ chains: [chain], clock: host.clock, accounts: accounts as never });
    } catch (error) {
      if (!isCastellanError(error) || error.code !== 'CONFIG_INVALID') throw error;
      return (error.details['fields'] as readonly string[]).join('\n');
    }
    return '';
  }

  it('names every wrong field', () => {
    const { contracts } = scene.framework;
    expect(fields({ sponsor, delegation: contracts })).toBe('');
    expect(fields({ sponsor: {} })).toContain('accounts.sponsor:');
    expect(fields({ sponsor: { address: 'me', signTransaction: () => '' } })).toContain('accounts.sponsor:');
    expect(fields({ sponser: sponsor })).toContain('accounts.sponser');
    expect(fields({ delegation: { ...contracts, manager: '0x12' } })).toContain('accounts.delegation.manager:');
    expect(fields({ delegation: { ...contracts, else: contracts.manager } })).toContain('accounts.delegation.else');
    expect(fields({ delegation: { manager: contracts.manager } })).toContain('accounts.delegation.factory:');
    expect(fields({ safe: { singleton: 7 } })).toMatch(/accounts\.safe\.singleton:[\s\S]*accounts\.safe\.proxyFactory:/);
  });

  it('goes with one chain as with several', async () => {
    for (const factory of [evm({ ...chain, accounts: { sponsor } }), evm({ chains: [chain], accounts: { sponsor } }), evm(chain)]) {
      const adapter = factory.create(host);
      expect(adapter.accounts?.kinds).toContain('delegation');
      await adapter.node(adapter.chains[0] as never).close();
    }
    expect(() => evm({ ...chain, accounts: { sponsor: 'me' as never } }).create(host)).toThrow(/accounts\.sponsor/);
  });
});
