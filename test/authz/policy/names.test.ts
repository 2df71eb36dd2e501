import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../../src/authz/index.ts';
import { type AssetId, isCastellanError, type Token } from '../../../src/core/index.ts';
import { account, BASE, BOB, ETH, TOKENS, USDC } from '../fixture.ts';

const compiled = (permissions: object, tokens: readonly Token[] = TOKENS, base = BASE) => compilePolicy(permissions, tokens, base);
const failed = (...given: Parameters<typeof compiled>) => {
  try {
    compiled(...given);
  } catch (error) {
    if (isCastellanError(error)) return error;
    throw error;
  }
  return undefined;
};
const problemsOf = (...given: Parameters<typeof compiled>): unknown => failed(...given)?.details['problems'] ?? [];
const POL: Token = { asset: 'eip155:137/slip44:966' as AssetId, symbol: 'POL', decimals: 18 };
const TON: Token = { asset: 'ton:-239/slip44:607' as AssetId, symbol: 'TON', decimals: 9 };

describe('names in a policy', () => {
  const twin: Token = { asset: `eip155:137/erc20:0x${'aa'.repeat(20)}` as AssetId, symbol: 'USDC', decimals: 6 };
  const unit = { limits: { unit: ETH } };
  const assetsOf = (permissions: object, tokens: readonly Token[]) =>
    compiled({ ...unit, ...permissions }, tokens).rules.find(({ id }) => id === 'tokens')?.when;

  it('mean a token on each chain that the policy allows', () => {
    const tokens = [...TOKENS, POL, twin];
    const value = (list: readonly AssetId[]) => [{ field: 'asset', operator: 'not_in', value: list }];
    expect(assetsOf({ allowedTokens: ['USDC'] }, tokens)).toEqual(value([USDC, twin.asset]));
    expect(assetsOf({ allowedTokens: ['USDC'], allowedChains: ['eip155:137'] }, tokens)).toEqual(value([twin.asset]));
    expect(assetsOf({ allowedTokens: ['USDC'], chains: ['eip155:1'] }, tokens)).toEqual(value([USDC]));
    expect(assetsOf({ allowedTokens: [twin.asset] }, TOKENS)).toEqual(value([twin.asset]));
  });

  it('mean an account on each chain, unless they name one', () => {
    const hex = BOB.slice(9);
    const named = (text: string, tokens: readonly Token[]) => [...compiled({ ...unit, allowedDestinations: [text] }, tokens).destinations];
    expect(named(hex, [...TOKENS, POL])).toEqual([BOB, `eip155:137:${hex}`]);
    expect(named(hex, [...TOKENS, TON])).toEqual([BOB]);
    expect(named(`eip155:10:${hex}`, TOKENS)).toEqual([`eip155:10:${hex}`]);
    expect(problemsOf({ allowedDestinations: [`eip155:1:${hex.slice(0, 9)}`] })).toEqual([
      expect.stringMatching(/^allowedDestinations\[0\]: /),
    ]);
  });

  it('that mean several things, or none, are refused', () => {
    const again: Token = { asset: `eip155:1/erc20:0x${'bb'.repeat(20)}` as AssetId, symbol: 'USDC', decimals: 6 };
    expect(problemsOf({ ...unit, allowedTokens: ['USDC'] }, [...TOKENS, again])).toEqual([
      'allowedTokens[0]: several tokens of one chain are called USDC, name the asset id',
    ]);
    expect(problemsOf({ limits: { unit: 'USDC' } }, [...TOKENS, POL, twin])).toEqual([
      'limits.unit: USDC is on several chains, name the asset id',
    ]);
    expect(problemsOf({ ...unit, allowedTokens: ['N'.repeat(50)] })).toEqual([
      `allowedTokens[0]: no token on the list is called ${'N'.repeat(32)}`,
    ]);
    expect(problemsOf({ ...unit, allowedTokens: ['eip155:1/nothing'] })).toEqual([expect.stringMatching(/^allowedTokens\[0\]: /)]);
    expect(problemsOf({ allowedContracts: [{ address: account('d6').slice(9), chain: 'nowhere!' }] })).toEqual([
      expect.stringMatching(/^allowedContracts\[0\]\.address: /),
    ]);
  });
});
