import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../../src/authz/index.ts';
import { createNames } from '../../../src/authz/policy/language/names.ts';
import { type AssetId, isCastellanError, type Token } from '../../../src/core/index.ts';
import { account, BASE, BOB, CHAIN, ETH, TOKENS, USDC } from '../fixture.ts';

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

  it('leave nothing in the place of what cannot be read', () => {
    const names = createNames(TOKENS, ['nowhere!', CHAIN]);
    expect(names.chains).toEqual([CHAIN]);
    expect(names.problems).toEqual([expect.stringMatching(/^allowedChains\[0\]: /)]);
    expect([names.assets('eip155:1/nothing', 'a'), names.asset('eip155:1/nothing', 'b')]).toEqual([[], undefined]);
    expect([names.account('eip155:1:0x12', 'c'), names.account('0x12', 'd', CHAIN), names.account('0x12', 'e')]).toEqual([[], [], []]);
    // A name of a chain has its place at the beginning.
    expect(names.account(`(${BOB}`, 'f')).toEqual([]);
    expect(names.problems.map((problem) => problem.split(':')[0])).toEqual(['allowedChains[0]', 'a', 'b', 'c', 'd', 'e', 'f']);
    expect(names.problems.slice(5)).toEqual(['e: no account of a known chain', 'f: no account of a known chain']);
  });

  it('of accounts that a text may name are read without a problem', () => {
    const names = createNames(TOKENS, undefined);
    const elsewhere = BOB.replace(CHAIN, 'eip155:137');
    expect([BOB, elsewhere, 'eip155:137:0x12', '0x12'].map((text) => names.accountsNamed(text))).toEqual([[BOB], [elsewhere], [], []]);
    expect(names.problems).toEqual([]);
  });

  it('of one asset are told in short where they mean none, or several', () => {
    const long = 'L'.repeat(50);
    const names = createNames([...TOKENS, { ...POL, symbol: long }, { ...TON, symbol: long }], undefined);
    expect([names.asset(long, 'p'), names.asset('?'.repeat(50), 'p'), names.asset('USDC', 'p')]).toEqual([undefined, undefined, USDC]);
    expect(names.problems).toEqual([
      `p: ${'L'.repeat(32)} is on several chains, name the asset id`,
      `p: no token on the list is called ${'?'.repeat(32)}`,
    ]);
    const again: Token = { asset: `eip155:1/erc20:0x${'bb'.repeat(20)}` as AssetId, symbol: long, decimals: 6 };
    const twice = createNames([again, { ...again, asset: ETH }], undefined);
    expect(twice.assets(long, 'p')).toHaveLength(2);
    expect(twice.problems).toEqual([`p: several tokens of one chain are called ${'L'.repeat(32)}, name the asset id`]);
  });
});
