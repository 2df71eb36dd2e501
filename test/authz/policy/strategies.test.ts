import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../../src/authz/index.ts';
import { type AssetId, isCastellanError } from '../../../src/core/index.ts';
import { account, BASE, ETH, OPEN, TOKENS } from '../fixture.ts';

const problemsOf = (permissions: object): unknown => {
  try {
    compilePolicy(permissions, TOKENS, BASE);
    return [];
  } catch (error) {
    return isCastellanError(error) ? error.details['problems'] : error;
  }
};

describe('a strategy', () => {
  const NFT = `eip155:1/erc721:0x${'bc'.repeat(20)}/7` as AssetId;
  const POOL = account('d6');
  const strategies = (...given: readonly object[]) => compilePolicy({ ...OPEN, strategies: given }, TOKENS, BASE).strategies;

  it('is checked by what its words mean', () => {
    const words: Readonly<Record<string, readonly string[]>> = {
      transfers: ['transfer', 'send', 'pay', 'payment', 'transfers'],
      approvals: ['approve', 'approval', 'approvals'],
      trading: ['swap', 'trade', 'buy', 'sell', 'trading'],
      staking: ['stake', 'unstake', 'staking'],
      governance: ['vote', 'governance'],
      nft: ['nft', 'mint'],
      contracts: ['call', 'contract_call', 'contracts'],
    };
    for (const [capability, list] of Object.entries(words))
      for (const word of list)
        expect(strategies({ id: 's', operations: [word] }).get('s')?.capabilities, word).toEqual(new Set([capability]));
    expect(strategies({ id: 's', operations: [] }).get('s')?.capabilities).toEqual(new Set());
  });

  it('bounds nothing that it does not say', () => {
    expect(strategies({ id: 's' }).get('s')).toStrictEqual({
      id: 's',
      capabilities: null,
      assets: null,
      protocols: null,
      protocolNames: new Set(),
      maxAmountPerTrade: null,
      daily: null,
      maxSlippage: null,
    });
  });

  it('bounds what it says, in the unit of the limits', () => {
    const given = {
      id: 's',
      operations: ['swap'],
      assets: ['ETH', NFT],
      protocols: [POOL, 'uniswap-v3'],
      maxAmountPerTrade: '0.5',
      maxDailyVolume: 2,
      maxSlippage: 0.01,
    };
    expect(strategies(given).get('s')).toStrictEqual({
      id: 's',
      capabilities: new Set(['trading']),
      assets: new Set([ETH, NFT]),
      protocols: new Set([POOL]),
      protocolNames: new Set(['uniswap-v3']),
      maxAmountPerTrade: 5n * 10n ** 17n,
      daily: {
        unit: ETH,
        windows: [
          {
            windowMs: 86_400_000,
            limit: (2n * 10n ** 18n).toString(),
            rule: 'strategy:s',
            warn: { at: (16n * 10n ** 17n).toString(), percent: 80, crosses: false },
          },
        ],
      },
      maxSlippage: 10_000n,
    });
  });

  it('is refused by the place of what is wrong with it', () => {
    const wrong = (...given: readonly object[]) => problemsOf({ ...OPEN, strategies: given });
    expect(wrong({ id: 's', operations: ['fly', 'constructor', 'swap'] })).toEqual([
      'strategies.s.operations: fly is no operation',
      'strategies.s.operations: constructor is no operation',
    ]);
    expect(wrong({ id: 's', assets: ['ETH', 'NOPE'] })).toEqual(['strategies.s.assets[1]: no token on the list is called NOPE']);
    expect(wrong({ id: 's', protocols: ['uniswap-v3', '0xZZ'] })).toEqual(['strategies.s.protocols[1]: no account of a known chain']);
    expect(wrong({ id: 's', maxAmountPerTrade: '0.0000000000000000001' })).toEqual([
      'strategies.s.maxAmountPerTrade: more decimals than the unit has',
    ]);
    expect(wrong({ id: 's', maxDailyVolume: '0.0000000000000000001' })).toEqual([
      'strategies.s.maxDailyVolume: more decimals than the unit has',
    ]);
    expect(wrong({ id: 's' }, { id: 's' })).toEqual(['strategies: s is registered twice']);
    const base = { ...BASE, strategies: [{ id: 's' }, { id: '', colour: 1 }] as never };
    expect(() => compilePolicy({ ...OPEN, strategies: [{ id: 's' }] }, TOKENS, base)).toThrow(/base\.strategies: .*s is registered twice/);
  });
});
