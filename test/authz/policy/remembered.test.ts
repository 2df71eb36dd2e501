import { describe, expect, it } from 'vitest';
import { Remembered } from '../../../src/authz/remembered.ts';

describe('what is remembered', () => {
  const counting = (most: number) => {
    const made: string[] = [];
    const remembered = new Remembered<string, string | undefined>(most);
    const of = (key: string, answer: string | undefined = key) =>
      remembered.of(key, () => {
        made.push(key);
        return answer;
      });
    return { made, of };
  };

  it('is made once a key, also where it is undefined', () => {
    const { made, of } = counting(2);
    expect([of('a'), of('a', 'other'), of('b')]).toEqual(['a', 'a', 'b']);
    expect(made).toEqual(['a', 'b']);
    const nothing = new Remembered<string, undefined>(1);
    let asked = 0;
    const ask = () => nothing.of('n', () => void (asked += 1));
    expect([ask(), ask(), asked]).toEqual([undefined, undefined, 1]);
  });

  it('is forgotten as a whole where one more comes than it holds', () => {
    const { made, of } = counting(2);
    for (const key of ['a', 'b', 'a', 'b', 'c', 'c', 'a', 'b']) of(key);
    expect(made).toEqual(['a', 'b', 'c', 'a', 'b']);
  });

  it('keeps nothing of what could not be made', () => {
    const remembered = new Remembered<string, number>(2);
    expect(() =>
      remembered.of('a', () => {
        throw new RangeError('none');
      }),
    ).toThrow(RangeError);
    expect(remembered.of('a', () => 1)).toBe(1);
  });
});
