import { describe, expect, it } from 'vitest';
import { readOptions } from '../../../src/adapters/evm/config.ts';
import { PROTOCOLS, protocolMethods } from '../../../src/adapters/evm/protocols/index.ts';
import { type ChainId, isCastellanError } from '../../../src/core/index.ts';
import { createManualClock } from '../../../src/testing/manual-clock.ts';
import { EVE, USDC } from './protocol-fixture.ts';

const fieldsOf = (protocols: readonly object[], chains: readonly string[] = ['eip155:1']): string => {
  const made = chains.map((chain) => ({ chain, rpcUrl: 'http://127.0.0.1:1', confirmations: 1 }));
  try {
    readOptions({ chains: made, clock: createManualClock(), protocols: protocols as never });
  } catch (error) {
    if (isCastellanError(error) && error.code === 'CONFIG_INVALID') return error.message;
    throw error;
  }
  return '';
};

describe('the registry', () => {
  it('knows methods at each of its canonical deployments, under the name of the protocol', () => {
    for (const number of [1, 10, 137, 8_453, 42_161]) {
      const methods = protocolMethods(`eip155:${number}` as ChainId, []);
      expect(methods.size).toBeGreaterThan(9);
      for (const [address, entries] of methods) {
        expect(address).toMatch(/^0x[0-9a-f]{40}$/);
        expect(entries.length, address).toBeGreaterThan(0);
        for (const { protocol, capability } of entries)
          expect([PROTOCOLS.has(protocol ?? ''), capability !== undefined], address).toEqual([true, true]);
      }
    }
    expect(protocolMethods('eip155:31337' as ChainId, []).size).toBe(0);
  });

  it('has one method for each selector of a deployment', () => {
    for (const [address, entries] of protocolMethods('eip155:1' as ChainId, [])) {
      const selectors = entries.map(({ signature }) => signature.selector);
      expect(new Set(selectors).size, address).toBe(selectors.length);
    }
  });

  it('lets the configuration say what an address is, whatever is known of it', () => {
    const address = '0x7a250d5630b4cf539739df2c5dacb4c659f2488d';
    const chain = 'eip155:1' as ChainId;
    const names = (entries: ReturnType<typeof protocolMethods>) => new Set(entries.get(address)?.map(({ protocol }) => protocol));
    expect(names(protocolMethods(chain, []))).toEqual(new Set(['uniswap-v2']));
    expect(names(protocolMethods(chain, [{ protocol: 'nft-mint', chain, address }]))).toEqual(new Set(['nft-mint']));
    expect(names(protocolMethods(chain, [{ protocol: 'nft-mint', chain: 'eip155:10' as ChainId, address }]))).toEqual(
      new Set(['uniswap-v2']),
    );
  });

  it('takes registered deployments of the configured chains, and names every wrong one', () => {
    expect(fieldsOf([{ protocol: 'uniswap-v2', address: EVE }])).toBe('');
    expect(fieldsOf([{ protocol: 'erc4626', address: EVE, asset: USDC, chain: 'eip155:1' }])).toBe('');
    expect(fieldsOf([{ protocol: 'erc4626', address: EVE }])).toContain('the asset of the vault');
    const wrong = fieldsOf([
      { protocol: 'uniswap', address: EVE },
      { protocol: 'uniswap-v2', address: '0x12' },
      { protocol: 'uniswap-v2', address: EVE, chain: 'eip155:10' },
      { protocol: 'uniswap-v2', address: EVE, chain: 'nowhere' },
    ]);
    for (const index of [0, 1, 2, 3]) expect(wrong).toContain(`protocols[${index}]`);
    expect(fieldsOf([{ protocol: 'uniswap-v2', address: EVE }], ['eip155:1', 'eip155:10'])).toContain('Name one of the configured chains');
  });
});
