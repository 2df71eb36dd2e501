import { describe, expect, it } from 'vitest';
import type { AssetId, Effect } from '../../../src/core/index.ts';
import type { TokenNames } from '../../../src/risk/index.ts';
import { account, outflow, USDC } from '../fixtures.ts';
import { isUnchecked, matchOf } from './match.ts';

const FAKE = `eip155:1/erc20:${account(400).slice(-42)}` as AssetId;
const decimals = (asset: string) => (asset === USDC ? 6 : undefined);
const calling = (symbol: string | undefined): TokenNames => ({
  symbolOf: (asset) => (asset === FAKE ? symbol : 'USDC'),
  listedAs: (name) => (name === 'USDC' ? [USDC] : []),
});
const moving = (asset: AssetId, tokenNames?: TokenNames) => ({ effects: [outflow(account(1), 5n, asset)], decimals, tokenNames });
const run = (symbol: string | undefined) => matchOf('fake_token', moving(FAKE, calling(symbol)));

describe('fake_token', () => {
  it('escalates a token under the symbol of a listed one, however that is dressed', () => {
    for (const symbol of ['USDC', 'usdc', ' USDC ', 'USDC', 'US​DC'])
      expect(run(symbol), symbol).toMatchObject({ recommendedAction: 'escalate', evidence: { token: FAKE, symbol: 'USDC', listed: USDC } });
    // Cyrillic letters that look Latin.
    expect(run('UЅDС')).toMatchObject({ recommendedAction: 'escalate' });
  });

  it('sees it in what comes in and in allowances, and what the bytes themselves tell', () => {
    const allowing: Effect = {
      ...{ leaf: '0', source: 'bytes', kind: 'allowance', owner: account(1), spender: account(2) },
      asset: FAKE,
      amount: 5n,
      expiresAtMs: null,
    };
    const coming = { ...outflow(account(1), 5n, FAKE), kind: 'inflow' } as Effect;
    for (const effect of [allowing, coming])
      expect(matchOf('fake_token', { effects: [effect], decimals, tokenNames: calling('USDC') })).toMatchObject({
        recommendedAction: 'escalate',
      });
    const hazard: Effect = {
      leaf: '0',
      source: 'bytes',
      kind: 'hazard',
      account: account(3),
      hazard: 'counterfeit_token',
      detail: 'no wallet of ours',
    };
    expect(matchOf('fake_token', { effects: [hazard] })).toMatchObject({ recommendedAction: 'escalate', evidence: { token: account(3) } });
  });

  it('leaves alone the listed token, other symbols, and the coin', () => {
    expect(matchOf('fake_token', moving(USDC, calling('USDC')))).toBeUndefined();
    expect(run('WIF')).toBeUndefined();
    expect(matchOf('fake_token', { decimals, tokenNames: calling('ETH') })).toBeUndefined();
    // Listed by name though nobody told its decimals.
    expect(matchOf('fake_token', { ...moving(USDC, calling('USDC')), decimals: undefined })).toBeUndefined();
  });

  it('raises a symbol that cannot be read, and says where nobody reads them', () => {
    expect(run(undefined)).toMatchObject({ recommendedAction: 'flag', evidence: { token: FAKE } });
    expect(isUnchecked('fake_token', moving(FAKE))).toBe(true);
    expect(isUnchecked('fake_token', moving(USDC))).toBe(false);
    expect(isUnchecked('fake_token', {})).toBe(false);
  });
});
