import { describe, expect, it } from 'vitest';
import { emptyHabits, keepHabits } from '../../src/risk/habits/habits.ts';
import { learnAction } from '../../src/risk/habits/learn-action.ts';
import type { WalletAction } from '../../src/risk/habits/wallet-action.ts';
import { assessRisk, emptyProfile, type Profile, trainHabits, trainProfile } from '../../src/risk/index.ts';
import { account, DAY, habitual, input, MONDAY, outflow, payment } from './fixtures.ts';

const next = (n: number, to = n) =>
  payment({ atMs: MONDAY + (200 + n) * DAY, account: account(500 + to), amount: 77n + BigInt(n), unitAmount: 77n + BigInt(n) });
const coming = (n: number): WalletAction => ({
  ...{ atMs: MONDAY + n * DAY, direction: 'in', kind: 'coin', party: account(900 + n), asset: payment().asset },
  ...{ amount: 5n, decimals: 18 },
});
/** The same payments, each learnt by a profile that comes from a store. */
const throughText = (count: number, before: Profile): Profile =>
  Array.from({ length: count }).reduce<Profile>(
    (profile, _, n) => trainProfile(JSON.parse(JSON.stringify(profile)) as Profile, next(n)),
    before,
  );
const text = (profile: Profile): string => JSON.stringify(profile);

describe('the text of a profile that is written when it is read', () => {
  it('is what it is where it is written after every payment, for each profile on the way, read in any order', () => {
    const way: Profile[] = [habitual(30)];
    for (let n = 0; n < 100; n += 1) way.push(trainProfile(way[n] as Profile, next(n)));
    for (const n of [100, 1, 33, 34, 99, 0, 65, 66, 50]) expect(text(way[n] as Profile), `${n}`).toBe(text(throughText(n, habitual(30))));
  });

  it('is the same after everything that can be learnt, and after two ways from one profile that nobody had read', () => {
    const before = trainHabits(trainProfile(emptyProfile(), next(1)), [coming(1), coming(2)]);
    const [left, right] = [trainProfile(before, next(2)), trainHabits(before, [coming(3)])];
    const anew = trainHabits(trainProfile(emptyProfile(), next(1)), [coming(1), coming(2)]);
    expect(text(right)).toBe(text(trainHabits(JSON.parse(text(anew)) as Profile, [coming(3)])));
    expect(text(left)).toBe(text(trainProfile(JSON.parse(text(anew)) as Profile, next(2))));
    expect(text(before)).toBe(text(anew));
  });

  it('is a field like another: for copies, clones and whoever lists what there is', () => {
    const { habits } = trainProfile(emptyProfile(), next(1));
    expect(Object.keys(habits ?? {})).toEqual(['v', 'chains', 'bytes']);
    expect(structuredClone(habits)).toEqual({ ...habits });
    expect(typeof { ...habits }.bytes).toBe('string');
  });

  it('does not follow what a caller does to a list of actions afterwards', () => {
    const actions = [coming(1), coming(2)];
    const before = trainHabits(emptyProfile(), actions);
    trainHabits(before, [coming(3)]);
    actions.length = 0;
    expect(text(before)).toBe(text(trainHabits(emptyProfile(), [coming(1), coming(2)])));
  });
});

describe('habits that are looked at through the same views', () => {
  it('never mix: agents in turns come to what each comes to alone', () => {
    const alone = [1, 2, 3].map((agent) =>
      Array.from({ length: 60 }).reduce<Profile>((it, _, n) => trainProfile(it, next(n, agent * n)), emptyProfile()),
    );
    let inTurns = [1, 2, 3].map(() => emptyProfile());
    for (let n = 0; n < 60; n += 1)
      inTurns = inTurns.map((profile, at) => {
        for (const other of inTurns) assessRisk(input({ profile: other, effects: [outflow(account(501), 77n)] }));
        return trainProfile(profile, next(n, (at + 1) * n));
      });
    expect(inTurns.map(text)).toEqual(alone.map(text));
    const said = (profile: Profile) => JSON.stringify(assessRisk(input({ profile, effects: [outflow(account(501), 77n)] })));
    expect(inTurns.map(said)).toEqual(alone.map((profile) => said(JSON.parse(text(profile)) as Profile)));
  });

  it('keep nothing of an action that could not be learnt', () => {
    const habits = emptyHabits();
    for (let n = 0; n < 5; n += 1) learnAction(habits, coming(n));
    const before = JSON.stringify(keepHabits(habits));
    expect(() => learnAction(habits, { ...coming(9), direction: 'out', asset: undefined as never })).toThrow();
    expect(JSON.stringify(keepHabits(habits))).toBe(before);
    expect(habits.state.bytes).toEqual(habits.bytes);
  });
});
