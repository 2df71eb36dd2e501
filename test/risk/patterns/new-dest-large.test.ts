import { describe, expect, it } from 'vitest';
import type { Effect } from '../../../src/core/index.ts';
import type { RiskInput } from '../../../src/risk/index.ts';
import { account, DAY, HOUR, outflow } from '../fixtures.ts';
import { matchOf, nowMs, paid, warm } from './match.ts';

/** Far above what this wallet pays its friends; new accounts have had as much so often. */
const LARGE = 60_000_000n;
const paying = (news: number) => {
  let profile = warm;
  for (let n = 0; n < news; n += 1) {
    const atMs = nowMs + n * 2 * DAY;
    profile = paid(profile, () => 1_000 + n, [LARGE], HOUR, atMs);
    profile = paid(
      profile,
      (friend) => friend,
      Array.from({ length: 8 }, (_, friend) => 1_100_003n + BigInt(friend) * 99_991n),
      HOUR,
      atMs + DAY,
    );
  }
  return profile;
};
const run = (profile: RiskInput['profile'], amount = LARGE, change: Partial<RiskInput> = {}) =>
  matchOf('new_dest_large', {
    ...{ profile, nowMs: nowMs + 100 * DAY + HOUR, effects: [outflow(account(77), amount)] },
    ...{ amountsInUnit: { outflow: amount, perTransaction: null } },
    ...change,
  });

describe('new_dest_large for a wallet that pays new accounts as a habit', () => {
  it('is silent at what new accounts usually get, from twenty of them on', () => {
    // The ten friends were new once: they count among the twenty.
    expect(run(paying(9))).toMatchObject({ recommendedAction: 'escalate' });
    expect(run(paying(10))).toBeUndefined();
    expect(run(paying(30))).toBeUndefined();
  });

  it('fires above that: at the next half octave', () => {
    const profile = paying(30);
    expect(run(profile, LARGE * 2n)).toMatchObject({ recommendedAction: 'escalate', reason: 'new_destination_large' });
    expect(run(profile, LARGE * 50n)).toBeDefined();
  });

  it('holds the limit as ever, and an amount that cannot be valued for large', () => {
    const profile = paying(30);
    expect(run(profile, LARGE, { amountsInUnit: { outflow: LARGE, perTransaction: LARGE * 2n } })).toBeDefined();
    expect(run(profile, LARGE, { amountsInUnit: { outflow: LARGE, perTransaction: LARGE * 2n + 1n } })).toBeUndefined();
    expect(run(profile, LARGE, { amountsInUnit: { outflow: null, perTransaction: null } })).toBeDefined();
  });

  it('adds up what one transaction splits, and excuses no account but those that it asked about', () => {
    const profile = paying(30);
    const parts = [outflow(account(77), LARGE), outflow(account(77), LARGE), outflow(account(77), LARGE)];
    expect(run(profile, LARGE * 3n, { effects: parts })).toBeDefined();
    expect(run(profile, LARGE, { effects: [outflow(account(77), LARGE), outflow(null, 5n)] })).toBeDefined();
    // Only a simulation shows it, or it is another's money that the call moves: the habits were not asked.
    const more = [
      { ...outflow(account(77), LARGE * 9n), source: 'simulation' },
      { ...outflow(account(77), 5n), account: account(5) },
      { ...outflow(account(78), 5n), source: 'simulation' },
    ] as Effect[];
    for (const effect of more) expect(run(profile, LARGE, { effects: [outflow(account(77), LARGE), effect] })).toBeDefined();
    const same = { ...outflow(account(77), LARGE), source: 'simulation' } as Effect;
    expect(run(profile, LARGE, { effects: [outflow(account(77), LARGE), same] })).toBeUndefined();
  });
});
