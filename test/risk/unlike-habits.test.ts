import { describe, expect, it } from 'vitest';
import type { Effect, Json } from '../../src/core/index.ts';
import { actionsOf, assessRisk, excerptProfile, type Profile, readExcerpt } from '../../src/risk/index.ts';
import { unlikeHabits } from '../../src/risk/unlike-habits.ts';
import { account, allowance, dueAfter, ETH, habitual, input, outflow, USDC, WALLET } from './fixtures.ts';

const nowMs = dueAfter();
const decimals = () => 6;
const actions = (effects: readonly Effect[]) => actionsOf({ effects, wallet: WALLET, atMs: nowMs, decimals });
const call = (selector: string, value: bigint): Effect => ({
  ...{ leaf: '0', source: 'bytes', kind: 'call', contract: account(7), selector },
  ...{ method: null, args: null, value, asset: ETH },
});

describe('the actions of a transaction', () => {
  it('are its payments, each by how it is made', () => {
    expect(actions([outflow(account(7), 5n)])).toMatchObject([
      { kind: 'coin', party: account(7), amount: 5n, decimals: 6, direction: 'out' },
    ]);
    expect(actions([outflow(account(7), 5n, USDC)])).toMatchObject([{ kind: 'token', asset: USDC }]);
    expect(actions([outflow(account(7), 5n), call('0xa9059cbb', 5n)])).toMatchObject([{ kind: 'call', method: '0xa9059cbb', amount: 5n }]);
    expect(actions([call('0xa9059cbb', 0n)])).toMatchObject([{ kind: 'call', party: account(7), amount: 0n }]);
  });

  it('are its allowances, with their size, and what comes in', () => {
    expect(actions([allowance(account(8), 'unlimited')])).toMatchObject([
      { kind: 'allowance', party: account(8), allowance: 2n ** 256n - 1n, amount: 0n },
    ]);
    const operator: Effect = {
      leaf: '0',
      source: 'bytes',
      kind: 'operator',
      owner: WALLET,
      operator: account(8),
      collection: account(9),
      approved: true,
    };
    expect(actions([operator])).toMatchObject([{ kind: 'allowance_all', asset: account(9) }]);
    expect(actions([{ ...operator, approved: false }])).toMatchObject([{ kind: 'allowance', allowance: 0n }]);
    const inflow: Effect = {
      leaf: '1',
      source: 'bytes',
      kind: 'inflow',
      account: WALLET,
      counterparty: account(3),
      asset: ETH,
      amount: 9n,
    };
    expect(actions([inflow])).toMatchObject([{ direction: 'in', party: account(3) }]);
  });

  it('leave out what others do, what nobody receives, and what only a simulation shows', () => {
    expect(
      actions([
        { ...outflow(account(7), 5n), account: account(6) } as Effect,
        outflow(null, 5n),
        { ...outflow(account(7), 5n), source: 'simulation' } as Effect,
        { ...allowance(account(8), 1n), owner: account(6) } as Effect,
        { leaf: '0', source: 'bytes', kind: 'fee', account: WALLET, asset: ETH, max: 1n },
      ]),
    ).toEqual([]);
    expect(actions([{ leaf: '0', source: 'bytes', kind: 'unknown', contract: account(7), selector: null, detail: '' }])).toMatchObject([
      { kind: 'call', asset: ETH },
    ]);
  });
});

describe('a transaction unlike the habits', () => {
  const drain = Array.from({ length: 3 }, (_, n) => outflow(account(50 + n), 900_000_000n));
  const usual = [outflow(account(1), 1_234_567n)];
  const score = (effects: readonly Effect[], profile: Profile | undefined = habitual()) =>
    assessRisk(input({ effects, profile, nowMs, decimals }));

  it('scores by its most unlike action, wherever that stands', () => {
    const odds = (effects: readonly Effect[]) => unlikeHabits(habitual(), actions(effects))?.odds ?? Number.NaN;
    expect(odds(drain)).toBeGreaterThan(odds(usual));
    expect(odds([...usual, ...usual, ...drain])).toBe(odds(drain));
    expect(odds([...drain, ...usual])).toBe(odds(drain));
  });

  it('adds a factor that says what is unlike, and none to what is usual', () => {
    const factor = (effects: readonly Effect[]) => score(effects).factors.find(({ id }) => id === 'unlike_habits');
    expect(factor(usual)?.points ?? 0).toBeLessThan(25);
    expect(factor(drain)).toMatchObject({ component: 'behavioral', reason: 'unlike_habits' });
    expect(factor(drain)?.points).toBeGreaterThan(25);
    expect(factor(drain)?.detail).toMatch(/^Of 1,000 good actions .+ as unlike their wallet's habits: .+\.$/);
  });

  it('says nothing while fewer than twenty actions are known, or nothing goes out', () => {
    for (const count of [0, 19]) expect(unlikeHabits(habitual(count), actions(drain))).toBeUndefined();
    expect(unlikeHabits(habitual(20), actions(drain))).toBeDefined();
    expect(unlikeHabits(undefined, actions(drain))).toBeUndefined();
    expect(unlikeHabits(habitual(), [])).toBeUndefined();
  });

  it('comes to the same by what a decision keeps of the profile', () => {
    for (const effects of [usual, drain, [...usual, ...drain]]) {
      const profile = habitual();
      const kept = readExcerpt(JSON.parse(JSON.stringify(excerptProfile(profile, [account(1), account(50)], actions(effects)))) as Json);
      expect(kept).toBeDefined();
      expect(score(effects, kept)).toEqual(score(effects, profile));
    }
  });

  it('is none where the policy names whom it is with, of those that are kept as well', () => {
    const profile = habitual();
    const named = (risk: Profile) => assessRisk(input({ effects: drain, profile: risk, nowMs, decimals, allowListed: () => true }));
    const kept = readExcerpt(excerptProfile(profile, [account(50)], actions(drain))) as Profile;
    for (const one of [profile, kept]) expect(named(one).factors.map(({ id }) => id)).not.toContain('unlike_habits');
    expect(score(drain, kept).factors.map(({ id }) => id)).toContain('unlike_habits');
  });

  it('is not taught by what is cold: the excerpt of a young profile has no figures, and a forged one is no excerpt', () => {
    const young = excerptProfile(habitual(5), [], actions(drain)) as Record<string, Json>;
    expect(young).not.toHaveProperty('figures');
    for (const figures of [[['x', 'AAAA']], [[7, '']], [['x']], 'AAAA', 7, null])
      expect(readExcerpt({ ...young, figures })).toBeUndefined();
  });
});
