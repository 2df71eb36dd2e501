import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packFigures, readFigures, unpackFigures } from '../../../src/risk/habits/figures.ts';
import { GAUGES } from '../../../src/risk/habits/gauges/index.ts';
import { emptyHabits, type Habits } from '../../../src/risk/habits/habits.ts';
import { learnAction } from '../../../src/risk/habits/learn-action.ts';
import { aboutGauge, whatIsUnlike } from '../../../src/risk/model/explain.ts';
import { partsOfOdds, scoreHabits } from '../../../src/risk/model/habit-model.ts';
import { HABIT_MODEL } from '../../../src/risk/model/habit-model-data.ts';
import { packTrees, unpackTrees } from '../../../src/risk/model/packed-trees.ts';
import { flatten, meanScore, scoreFlatTrees } from '../../../src/risk/model/trees.ts';
import { address, payment } from '../habits/actions.ts';

const trees = unpackTrees(HABIT_MODEL.trees);
const asked = new Set(trees.gauges);
/** Figures as they are read: to eight binary digits. */
function toEightDigits(figures: readonly number[]): Float32Array {
  const singles = Float32Array.from(figures);
  const bits = new Uint32Array(singles.buffer);
  for (const [at, word] of bits.entries()) bits[at] = word & 0xffff_0000;
  return singles;
}
const anyFigures = fc
  .array(fc.oneof(fc.constantFrom(-99, -1, 0, 1, 2, 20), fc.double({ min: -200, max: 1_000, noNaN: true })), {
    minLength: GAUGES.length,
    maxLength: GAUGES.length,
  })
  .map(toEightDigits);

function usual(count = 200): Habits {
  const habits = emptyHabits();
  for (let n = 0; n < count; n += 1) learnAction(habits, payment(n));
  return habits;
}

describe('figures', () => {
  it('are to eight binary digits, so that the text gives all of them back', () => {
    const habits = usual();
    for (const amount of [1n, 10n ** 18n, 123_456_789n * 10n ** 12n, 2n ** 255n]) {
      const figures = readFigures(habits, payment(201, { amount, party: address(77) }));
      expect(unpackFigures(packFigures(figures))).toEqual(figures);
      for (const [at, { name }] of GAUGES.entries()) expect(Number.isFinite(figures[at]), name).toBe(true);
    }
  });

  it('are refused as text of another length, with other characters, or of what is no number', () => {
    const text = packFigures(readFigures(usual(), payment(201)));
    const broken = Buffer.from(text, 'base64');
    broken.writeUInt16BE(0x7f80, 10);
    for (const wrong of [undefined, 7, '', text.slice(4), `${text}AAAA`, `****${text.slice(4)}`, broken.toString('base64')])
      expect(unpackFigures(wrong)).toBeUndefined();
  });
});

describe('the model that ships', () => {
  it('was trained on these gauges, and asks none of a ground that flatters it', () => {
    expect(HABIT_MODEL.gauges).toEqual(GAUGES.map(({ name }) => name));
    expect([...asked].filter((at) => GAUGES[at]?.ground !== 'habits')).toEqual([]);
    expect(asked.size).toBeGreaterThan(40);
  });

  it('splits each score exactly into what the gauges added', () => {
    fc.assert(
      fc.property(anyFigures, (figures) => {
        const parts = partsOfOdds(figures);
        const { odds } = scoreHabits(figures);
        expect(parts.reduce((sum, part) => sum + part, meanScore(trees))).toBeCloseTo(odds, 9);
        expect(scoreFlatTrees(trees, figures)).toBe(odds);
        for (const [at, part] of parts.entries()) if (!asked.has(at)) expect(part).toBe(0);
      }),
    );
  });

  it('says of the rarer score that it is rarer', () => {
    const rising = HABIT_MODEL.passed.map(([, score]) => score);
    expect(rising).toEqual(rising.toSorted((a, b) => a - b));
    fc.assert(
      fc.property(anyFigures, anyFigures, (one, other) => {
        const [first, second] = [scoreHabits(one), scoreHabits(other)];
        expect(Math.sign(first.odds - second.odds) * Math.sign(second.goodIn1000 - first.goodIn1000)).toBeGreaterThanOrEqual(0);
        expect(first.goodIn1000).toBeGreaterThanOrEqual(HABIT_MODEL.passed.at(-1)?.[0] ?? 0);
      }),
    );
  });

  it('finds a usual payment usual, and a burst of large ones to a new account unlike it', () => {
    const habits = usual();
    expect(scoreHabits(readFigures(habits, payment(201))).goodIn1000).toBeGreaterThan(50);
    const thief = address(99);
    const steals = Array.from({ length: 4 }, (_, n) =>
      payment(201, { atMs: payment(201).atMs + n * 60_000, party: thief, amount: (5n + BigInt(n)) * 10n ** 18n }),
    );
    const rates = steals.map((steal) => {
      const { goodIn1000 } = scoreHabits(readFigures(habits, steal));
      learnAction(habits, steal);
      return goodIn1000;
    });
    expect(Math.min(...rates)).toBeLessThan(4);
  });

  it('names three things at most, each of them a sentence of its own', () => {
    const said = whatIsUnlike(readFigures(usual(), payment(201, { party: address(99), amount: 10n ** 20n })));
    expect(said.length).toBeGreaterThan(0);
    expect(said.length).toBeLessThanOrEqual(3);
    expect(new Set(said).size).toBe(said.length);
    for (const { name, ground } of GAUGES) if (ground === 'habits') expect(aboutGauge(name), name).not.toBe('what else it does');
  });
});

describe('packed trees', () => {
  const tree = { gauges: [3, 1], above: [0.5, -99], next: [-1, 1, -2, -3], yes: [64, 128], leaves: [0.25, -1, 0.125] };
  const few = { bias: -1, trees: [tree] };

  it('answer as those that were packed, to a 32,000th of the largest leaf', () => {
    const back = unpackTrees(packTrees(few));
    for (const figures of [
      [0, 0, 0, 0],
      [0, -99, 0, 1],
      [0, 5, 0, 1],
    ])
      expect(scoreFlatTrees(back, Float32Array.from(figures))).toBeCloseTo(scoreFlatTrees(flatten(few), Float32Array.from(figures)), 4);
    expect(scoreFlatTrees(flatten(few), Float32Array.from([0, 0, 0, 0]))).toBe(-0.75);
    expect(scoreFlatTrees(flatten(few), Float32Array.from([0, -99, 0, 1]))).toBe(-2);
    expect(scoreFlatTrees(flatten(few), Float32Array.from([0, 5, 0, 1]))).toBe(-0.875);
  });

  it('are asked by whole numbers as by figures: at a bound, beside it, and at both zeros', () => {
    const bounds = [-99, -1.5, 0, -0, 2 ** -100, 0.5, 7, 1e30];
    const near = [
      ...bounds,
      -1e30,
      -98.5,
      -1.4921875,
      0.50390625,
      7.03125,
      2 ** -101,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ].map(Math.fround);
    for (const above of bounds.map(Math.fround)) {
      const one = { bias: 0, trees: [{ gauges: [0], above: [above], next: [-1, -2], yes: [128], leaves: [0, 1] }] };
      for (const value of near)
        expect(scoreFlatTrees(flatten(one), Float32Array.of(value)), `${value} above ${above}`).toBe(Number(value > above));
    }
  });

  it('are refused where their text is cut or longer, and not packed where something would be lost', () => {
    const packed = packTrees(few);
    expect(() => unpackTrees({ ...packed, count: 2 })).toThrow(RangeError);
    const longer = Buffer.concat([Buffer.from(packed.trees, 'base64'), Buffer.alloc(1)]).toString('base64');
    expect(() => unpackTrees({ ...packed, trees: longer })).toThrow(RangeError);
    expect(() => packTrees({ bias: 0, trees: [{ ...tree, above: [0.123456789, 0] }] })).toThrow(RangeError);
  });

  it('are refused where an answer leads round in circles, astray, or where nothing is asked', () => {
    for (const next of [
      [0, 1, -2, -3],
      [1, 1, 0, -3],
      [2, 1, -2, -3],
      [-1, 1, -2, -4],
    ])
      expect(() => flatten({ bias: 0, trees: [{ ...tree, next }] }), String(next)).toThrow(RangeError);
    expect(() => flatten({ bias: 0, trees: [{ gauges: [], above: [], next: [], yes: [], leaves: [1] }] })).toThrow(RangeError);
    expect(() => flatten({ bias: 0, trees: [{ ...tree, leaves: [1, 2] }] })).toThrow(RangeError);
  });
});
