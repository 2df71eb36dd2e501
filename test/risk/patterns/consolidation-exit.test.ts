import { describe, expect, it } from 'vitest';
import type { AssetId, Effect } from '../../../src/core/index.ts';
import { actionsOf, type Profile, trainHabits } from '../../../src/risk/index.ts';
import { account, DAY, ETH, HOUR, outflow, USDC, WALLET } from '../fixtures.ts';
import { inflow, matchOf, nowMs, warm } from './match.ts';

const token = (n: number) => `eip155:1/erc20:${account(n).slice(-42)}` as AssetId;
const POOL = 60;
const trade = (sold: AssetId, bought: AssetId, amount = 50_000_000n): readonly Effect[] => [
  outflow(account(POOL), 1_000n, sold),
  inflow(POOL, bought, amount),
];
const learnt = (profile: Profile, effects: readonly Effect[], atMs: number) =>
  trainHabits(profile, actionsOf({ effects, wallet: WALLET, atMs, decimals: () => 18 }));
/** So many tokens were turned into the coin, an hour apart, the last one an hour ago. */
const turned = (count: number, untilMs = nowMs - HOUR) =>
  Array.from({ length: count }).reduce<Profile>((profile, _, n) => learnt(profile, trade(token(300 + n), ETH), untilMs - n * HOUR), warm);
const exit = (amount = 90_000_000n) => [outflow(account(77), amount)];

describe('consolidation_exit', () => {
  it('escalates where several assets became one, and more of it than ever goes to somebody new', () => {
    expect(matchOf('consolidation_exit', { effects: exit(), profile: turned(3) })).toMatchObject({
      recommendedAction: 'escalate',
      reason: 'risk_high',
      evidence: { destination: account(77), assetsTurned: 3 },
    });
  });

  it('needs two assets, and both of them within a day', () => {
    expect(matchOf('consolidation_exit', { effects: exit(), profile: turned(2) })).toBeDefined();
    expect(matchOf('consolidation_exit', { effects: exit(), profile: turned(1) })).toBeUndefined();
    expect(matchOf('consolidation_exit', { effects: exit(), profile: turned(3, nowMs - DAY - 1_000) })).toBeUndefined();
  });

  it('counts what one transaction turns and sends away at once', () => {
    const effects = [...trade(token(300), USDC), ...trade(token(301), USDC), outflow(account(77), 99_000_000n, USDC)];
    expect(matchOf('consolidation_exit', { effects })).toMatchObject({ evidence: { asset: USDC, assetsTurned: 2 } });
    expect(matchOf('consolidation_exit', { effects: effects.slice(2) })).toBeUndefined();
  });

  it('goes by the limit where the amount is no record, and takes what cannot be valued for large', () => {
    const small = { effects: exit(1_500_000n), profile: turned(3) };
    expect(matchOf('consolidation_exit', { ...small, amountsInUnit: { outflow: 50n, perTransaction: 100n } })).toBeDefined();
    expect(matchOf('consolidation_exit', { ...small, amountsInUnit: { outflow: 49n, perTransaction: 100n } })).toBeUndefined();
    expect(matchOf('consolidation_exit', { ...small, amountsInUnit: { outflow: null, perTransaction: null } })).toBeDefined();
  });

  it('leaves alone known accounts, those that the policy names, and payments that are no trades', () => {
    expect(matchOf('consolidation_exit', { effects: [outflow(account(1), 90_000_000n)], profile: turned(3) })).toBeUndefined();
    expect(matchOf('consolidation_exit', { effects: exit(), profile: turned(3), allowListed: () => true })).toBeUndefined();
    const apart = Array.from({ length: 3 }).reduce<Profile>((profile, _, n) => {
      const [sold, bought] = trade(token(300 + n), ETH) as [Effect, Effect];
      return learnt(learnt(profile, [sold], nowMs - 2 * HOUR), [bought], nowMs - HOUR);
    }, warm);
    expect(matchOf('consolidation_exit', { effects: exit(), profile: apart })).toBeUndefined();
    expect(matchOf('consolidation_exit', { effects: exit(), profile: undefined })).toBeUndefined();
  });
});
