import { describe, expect, it } from 'vitest';
import { assessRisk, emptyProfile, trainProfile } from '../../src/risk/index.ts';
import { account, DAY, habitual, input, MONDAY, outflow, payment } from './fixtures.ts';

const next = (n: number) => payment({ atMs: MONDAY + (200 + n) * DAY, account: account(500 + n), amount: 77n, unitAmount: 77n });

describe('training', () => {
  it('gives the same profile each time it is asked with the same, and leaves that as it was', () => {
    const before = habitual(60);
    const written = JSON.stringify(before);
    const answers = () => JSON.stringify(assessRisk(input({ profile: before, effects: [outflow(account(500), 77n)] })));
    const said = answers();
    const first = trainProfile(before, next(0));
    const again = trainProfile(before, next(0));
    expect(JSON.stringify(again)).toBe(JSON.stringify(first));
    expect(JSON.stringify(before)).toBe(written);
    expect(answers()).toBe(said);
  });

  it('goes two ways from one profile, and neither sees the other', () => {
    const before = habitual(60);
    const apart = [1, 2].map((n) => JSON.stringify(trainProfile(JSON.parse(JSON.stringify(before)), next(n))));
    const [left, right] = [1, 2].map((n) => trainProfile(before, next(n)));
    expect([JSON.stringify(left), JSON.stringify(right)]).toEqual(apart);
    // The first is learnt into further while the second stands.
    const further = trainProfile(left as typeof before, next(3));
    expect(JSON.stringify(right)).toBe(apart[1]);
    expect(JSON.stringify(further)).not.toBe(apart[0]);
  });

  it('begins anew for every agent', () => {
    const one = trainProfile(emptyProfile(), next(1));
    const written = JSON.stringify(emptyProfile());
    trainProfile(one, next(2));
    expect(JSON.stringify(emptyProfile())).toBe(written);
    expect(JSON.stringify(trainProfile(emptyProfile(), next(1)))).toBe(JSON.stringify(one));
  });
});
