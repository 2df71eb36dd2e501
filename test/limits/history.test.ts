import { describe, expect, it } from 'vitest';
import { explore } from '../../scripts/scorecard/limits-exhaustive.ts';
import { type Act, isLinearizable, type Recorded } from '../../scripts/scorecard/limits-history.ts';

const reserve = (id: string, amount: bigint): Act => ({ op: 'reserve', id, amount });
const seen = (act: Act, fromNs: number, untilNs: number, answer: Recorded['answer']): Recorded => ({
  act,
  fromNs: BigInt(fromNs),
  untilNs: BigInt(untilNs),
  answer,
});

describe('a recorded history', () => {
  it('is linearizable where some order of what overlapped explains it', () => {
    expect(
      isLinearizable([seen(reserve('a', 5n), 0, 9, false), seen(reserve('b', 5n), 1, 8, true), seen(reserve('c', 5n), 2, 7, true)]),
    ).toBe(false);
    expect(
      isLinearizable([seen(reserve('a', 5n), 0, 9, false), seen(reserve('b', 4n), 1, 8, true), seen(reserve('c', 5n), 2, 7, true)]),
    ).toBe(true);
    expect(isLinearizable([seen({ op: 'look' }, 0, 9, 4n), seen(reserve('b', 4n), 1, 8, true)])).toBe(true);
    expect(isLinearizable([seen({ op: 'look' }, 0, 9, 0n), seen(reserve('b', 4n), 1, 8, true)])).toBe(true);
  });

  it('is linearizable where another order of the same acts leaves another amount', () => {
    const acts = [seen(reserve('a', 4n), 0, 9, true), seen({ op: 'expire', id: 'a' }, 1, 9, true), seen(reserve('a', 2n), 2, 9, true)];
    for (const used of [2n, 4n]) expect(isLinearizable([...acts, seen({ op: 'look' }, 10, 11, used)]), String(used)).toBe(true);
    expect(isLinearizable([...acts, seen({ op: 'look' }, 10, 11, 6n)])).toBe(false);
  });

  it('is not where two took the same room, or somebody saw less than was acknowledged', () => {
    expect(isLinearizable([seen(reserve('a', 5n), 0, 9, true), seen(reserve('b', 5n), 1, 8, true)])).toBe(false);
    expect(isLinearizable([seen(reserve('b', 4n), 0, 1, true), seen({ op: 'look' }, 2, 3, 0n)])).toBe(false);
    expect(
      isLinearizable([
        seen(reserve('a', 4n), 0, 1, true),
        seen({ op: 'redeem', id: 'a', by: 'p' }, 2, 3, true),
        seen({ op: 'expire', id: 'a' }, 4, 5, true),
      ]),
    ).toBe(false);
    const both = [seen({ op: 'redeem', id: 'a', by: 'p' }, 2, 5, true), seen({ op: 'redeem', id: 'a', by: 'q' }, 3, 4, true)];
    expect(isLinearizable([seen(reserve('a', 4n), 0, 1, true), ...both])).toBe(false);
  });
});

describe('two reservations and three processes', () => {
  it('reach no state in which the kernel differs from the model', () => {
    const { states, faults } = explore(2);
    expect(faults).toEqual([]);
    expect(states).toBeGreaterThan(300);
  });
});
