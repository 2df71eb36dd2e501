import { describe, expect, it } from 'vitest';
import { isTightening } from '../../src/manager/policies/tightening.ts';
import { ether, fee, foreign, judgeOnce, OPEN, policyOf, send } from './fixture.ts';

const limits = { unit: 'ETH', perTransaction: 10, daily: 20, weekly: 100, monthly: 200 };
const shared = policyOf({ ...OPEN, limits, capLockMode: 'shared' });
const apart = policyOf({ ...OPEN, limits, capLockMode: 'per-agent' });
const accountsOf = async (policy: typeof shared, agentId: string) =>
  (await judgeOnce({ policy, effects: [fee(), send(ether('1'))], request: foreign({ type: 'transaction', agentId }) })).lines.map(
    ({ account }) => account,
  );

describe('capLockMode', () => {
  it('shared: agents take room on one account beside their own', async () => {
    const [one, two] = [await accountsOf(shared, 'a1'), await accountsOf(shared, 'a2')];
    const common = one.filter((account) => two.includes(account));
    expect(common).toHaveLength(1);
    expect(one.some((account) => account.startsWith('agent:a1|'))).toBe(true);
    expect(await accountsOf(apart, 'a1')).toEqual(one.filter((account) => !common.includes(account)));
  });

  it('bounds what the limits bound over time, by the same figures', () => {
    const windows = shared.caps.find(({ scope }) => scope === 'fleet')?.spec.windows ?? [];
    expect(windows.map(({ windowMs, limit }) => [windowMs, limit])).toEqual([
      [86_400_000, ether('20').toString()],
      [7 * 86_400_000, ether('100').toString()],
      [30 * 86_400_000, ether('200').toString()],
    ]);
    expect(apart.caps).toEqual([]);
  });

  it('is a tightening one way, and a matter of the owners the other', () => {
    expect(isTightening(apart, shared)).toBe(true);
    expect(isTightening(shared, apart)).toBe(false);
  });

  it('is refused beside limits of single assets, which are shared by caps', () => {
    expect(() => policyOf({ ...OPEN, limits: { ...limits, assets: { USDC: { daily: 5 } } }, capLockMode: 'shared' })).toThrow(
      /capLockMode/,
    );
  });
});
