import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/core/index.ts';
import {
  ALARM_GOOD_IN_1000,
  ALARMS_PER_DAY,
  emptyScoreRecord,
  LEAST_SENSITIVE,
  learnScore,
  HABIT_MODEL_VERSION as MODEL,
  MOST_SENSITIVE,
  PERSONAL_FROM,
  parseScoreRecord,
  personalRate,
  RISE_PER_DAY,
  type ScoreRecord,
  thresholdOf,
  unlearnScore,
  WORDS_PER_DAY,
} from '../../../src/risk/index.ts';
import { rarityOf } from '../../../src/risk/model/habit-model.ts';

const DAY = 86_400_000;
const FROM = 20_000 * DAY;
const odds = fc.double({ min: -12, max: 5, noNaN: true });
/** Records as lessons make them, words of people among them. */
const anyRecord = fc
  .array(fc.record({ odds, days: fc.double({ min: 0, max: 3, noNaN: true }), told: fc.boolean() }), {
    minLength: 0,
    maxLength: 120,
    size: 'max',
  })
  .map((lessons) => {
    let atMs = FROM;
    return lessons.reduce<ScoreRecord>((record, { odds: score, days, told }) => {
      atMs += days * DAY;
      return learnScore(record, { model: MODEL, odds: score, atMs, told });
    }, emptyScoreRecord(MODEL));
  });
/** The score that so many of 1,000 good actions of training wallets reach. */
function oddsAt(goodIn1000: number): number {
  let [low, high] = [-20, 20];
  while (high - low > 1e-6) {
    const middle = (low + high) / 2;
    if (rarityOf(middle) > goodIn1000) low = middle;
    else high = middle;
  }
  return high;
}
/** What is alarmed of agents that nobody knows, and the least and most sensitive that any record makes the gate. */
const untaught = thresholdOf(undefined, MODEL);
const ceiling = oddsAt(ALARM_GOOD_IN_1000 / LEAST_SENSITIVE) + 0.01;
const floor = oddsAt(ALARM_GOOD_IN_1000 * MOST_SENSITIVE) - 0.01;
/** An agent of `count` actions, all of them as usual as `score`. */
function regular(count: number, score = untaught - 8): ScoreRecord {
  let record = emptyScoreRecord(MODEL);
  for (let n = 0; n < count; n += 1)
    record = learnScore(record, { model: MODEL, odds: score - (n % 8) / 4, atMs: FROM + (n * DAY) / 4, told: false });
  return record;
}
describe('the rate of an agent of its own', () => {
  it('is between a 30th of the training rate and twice that, whatever the record and the alarms', () => {
    fc.assert(
      fc.property(anyRecord, odds, fc.nat(100), fc.nat(3), (made, score, alarms, lean) => {
        const { goodIn1000 } = personalRate(score, { ...made, lean }, MODEL, alarms);
        expect(goodIn1000).toBeGreaterThanOrEqual(rarityOf(score) / MOST_SENSITIVE);
        expect(goodIn1000).toBeLessThanOrEqual(rarityOf(score) * LEAST_SENSITIVE);
      }),
    );
  });

  it('falls with the odds: what is more unlike is never less rare', () => {
    fc.assert(
      fc.property(anyRecord, odds, odds, fc.nat(20), (made, one, other, alarms) => {
        const [low, high] = one < other ? [one, other] : [other, one];
        expect(personalRate(high, made, MODEL, alarms).goodIn1000).toBeLessThanOrEqual(personalRate(low, made, MODEL, alarms).goodIn1000);
      }),
    );
  });

  it('makes regular agents more sensitive, erratic ones less, and young ones neither', () => {
    expect(thresholdOf(regular(PERSONAL_FROM - 1), MODEL)).toBe(untaught);
    expect(untaught).toBeCloseTo(oddsAt(ALARM_GOOD_IN_1000), 1);
    expect(thresholdOf(regular(100), MODEL)).toBeLessThan(untaught - 1.5);
    expect(thresholdOf(regular(2_000), MODEL)).toBeGreaterThanOrEqual(floor);
    let erratic = emptyScoreRecord(MODEL);
    for (let n = 0; n < 300; n += 1) {
      const score = untaught + 0.34 - (n % 20) / 4;
      erratic = learnScore(erratic, { model: MODEL, odds: score, atMs: FROM + n * DAY, told: personalRate(score, erratic, MODEL).isAlarm });
    }
    expect(thresholdOf(erratic, MODEL)).toBeGreaterThan(untaught);
    expect(thresholdOf(erratic, MODEL)).toBeLessThanOrEqual(ceiling);
  });

  it('alarms about four in a thousand of a steady agent, once people answer', () => {
    // Scores whose tail is heavier than that of the training wallets: one in 40 is less than two below what is alarmed of agents that nobody knows.
    let seed = 7;
    const draw = (): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      const chance = seed / 2_147_483_647;
      return Math.min(untaught + 0.34, untaught - 6.86 - Math.log(chance) * 1.35);
    };
    let [record, alarms] = [emptyScoreRecord(MODEL), 0];
    const [first, last] = [4_000, 24_000];
    for (let n = 0; n < last; n += 1) {
      const score = draw();
      const { isAlarm } = personalRate(score, record, MODEL);
      if (isAlarm && n >= first) alarms += 1;
      record = learnScore(record, { model: MODEL, odds: score, atMs: FROM + n * DAY, told: isAlarm });
    }
    const per1000 = (1_000 * alarms) / (last - first);
    expect(per1000).toBeGreaterThan(ALARM_GOOD_IN_1000 / 3);
    expect(per1000).toBeLessThan(ALARM_GOOD_IN_1000 * 1.5);
  });

  it('fails closed: odds that are no number alarm, records of another model count as none', () => {
    expect(personalRate(Number.NaN, regular(100), MODEL).isAlarm).toBe(true);
    expect(personalRate(0, regular(100), 'other-1')).toEqual(personalRate(0, undefined, MODEL));
    expect(learnScore(regular(100), { model: MODEL, odds: Number.NaN, atMs: FROM, told: false })).toEqual(regular(100));
    expect(learnScore(regular(100), { model: MODEL, odds: -3, atMs: Number.POSITIVE_INFINITY, told: true })).toEqual(regular(100));
  });
});

describe('an attacker who teaches', () => {
  it('raises the threshold by what a day allows, with a thousand actions a day just below it', () => {
    let record = regular(400);
    const before = thresholdOf(record, MODEL);
    const days = 30;
    for (let day = 1; day <= days; day += 1)
      for (let n = 0; n < 1_000; n += 1) {
        const atMs = FROM + (100 + day) * DAY + n * 80_000;
        const score = thresholdOf(record, MODEL) - 0.01;
        expect(personalRate(score, record, MODEL).isAlarm).toBe(false);
        record = learnScore(record, { model: MODEL, odds: score, atMs, told: false });
        if (n > 20) n += 100;
      }
    expect(thresholdOf(record, MODEL) - before).toBeLessThanOrEqual(RISE_PER_DAY * (days + 1) + 0.02);
  });

  it('gains nothing by any actions that are not alarmed, but for what time allows', () => {
    fc.assert(
      fc.property(anyRecord, fc.array(odds, { maxLength: 40, size: 'max' }), (any, scores) => {
        const made = any.usual === null ? regular(60) : any;
        const before = thresholdOf(made, MODEL);
        const after = scores.reduce(
          (record, score) =>
            personalRate(score, record, MODEL).isAlarm
              ? record
              : learnScore(record, { model: MODEL, odds: score, atMs: made.usualMs, told: false }),
          made,
        );
        expect(thresholdOf(after, MODEL)).toBeLessThanOrEqual(before + 0.011);
      }),
    );
  });

  it('gains at most the ceiling by people who call everything legitimate, and so many words a day', () => {
    let record = regular(400);
    const before = record;
    for (let n = 0; n < 50; n += 1) record = learnScore(record, { model: MODEL, odds: 4, atMs: FROM + 200 * DAY + n, told: true });
    expect(record.count - before.count).toBe(WORDS_PER_DAY);
    for (let n = 0; n < 900; n += 1) record = learnScore(record, { model: MODEL, odds: 4, atMs: FROM + (201 + n) * DAY, told: true });
    expect(thresholdOf(record, MODEL)).toBeLessThanOrEqual(ceiling);
    expect(personalRate(ceiling + 0.02, record, MODEL).isAlarm).toBe(true);
  });

  it('gains at most the threshold of agents that nobody knows by flooding people with alarms', () => {
    const record = regular(2_000);
    const quiet = thresholdOf(record, MODEL, ALARMS_PER_DAY);
    expect(quiet).toBe(thresholdOf(record, MODEL));
    expect(thresholdOf(record, MODEL, ALARMS_PER_DAY + 1)).toBeGreaterThan(quiet);
    expect(thresholdOf(record, MODEL, 1_000_000)).toBeLessThanOrEqual(untaught);
    expect(personalRate(untaught + 0.01, record, MODEL, 1_000_000).isAlarm).toBe(true);
    const tired = personalRate(untaught - 0.86, record, MODEL, 1_000);
    expect([tired.isAlarm, tired.isFatigued]).toEqual([false, true]);
    fc.assert(
      fc.property(anyRecord, odds, fc.nat(1_000), (made, score, alarms) => {
        const alone = personalRate(score, made, MODEL).goodIn1000;
        // Whoever stands above the training threshold already is not raised further.
        expect(personalRate(score, made, MODEL, alarms).goodIn1000).toBeLessThanOrEqual(Math.max(alone, rarityOf(score)));
      }),
    );
  });
});

describe('a record', () => {
  it('is bounded, survives the store, and forgets what is unlearnt', () => {
    fc.assert(
      fc.property(anyRecord, odds, (made, score) => {
        const stored = JSON.parse(JSON.stringify(made)) as Json;
        expect(parseScoreRecord(stored)).toEqual(made);
        expect(JSON.stringify(made).length).toBeLessThan(2_048);
        const learnt = learnScore(made, { model: MODEL, odds: score, atMs: made.usualMs, told: false });
        const undone = unlearnScore(learnt, { model: MODEL, odds: score, told: false });
        expect(undone.count).toBe(made.count);
        expect(undone.counts.reduce((sum, count) => sum + count, 0)).toBeCloseTo(
          made.counts.reduce((sum, count) => sum + count, 0),
          3,
        );
      }),
    );
    let full = emptyScoreRecord(MODEL);
    for (let n = 0; n < 9_000; n += 1) full = learnScore(full, { model: MODEL, odds: -9 + (n % 48) / 4, atMs: FROM + n, told: false });
    expect(full.count).toBe(4_096);
    expect(JSON.stringify(full).length).toBeLessThan(2_048);
    expect(parseScoreRecord(JSON.parse(JSON.stringify(full)) as Json)).toBeDefined();
  });

  it('is refused where it contradicts itself, so that no record makes the gate less sensitive by lying about how much it saw', () => {
    const sound = JSON.parse(JSON.stringify(regular(60))) as Record<string, Json>;
    expect(parseScoreRecord({ ...sound })).toBeDefined();
    const wrong: readonly Record<string, Json>[] = [
      { count: 40, counts: [4_096, 4_096] },
      { count: 0 },
      { usual: 1e300 },
      { usual: -1e300 },
      { lean: 0.5 },
      { lean: -1 },
      { v: 2 },
      { counts: [-1] },
      { settled: -1 },
    ];
    for (const change of wrong) {
      const record = parseScoreRecord({ ...sound, ...change });
      expect(record, JSON.stringify(change)).toBeUndefined();
      expect(thresholdOf(record, MODEL)).toBe(untaught);
    }
  });

  it('never holds more at its levels than actions, whatever is unlearnt of what was never learnt', () => {
    fc.assert(
      fc.property(anyRecord, fc.array(fc.tuple(odds, fc.boolean()), { maxLength: 30 }), (made, words) => {
        const after = words.reduce((record, [score, told]) => unlearnScore(record, { model: MODEL, odds: score, told }), made);
        expect(parseScoreRecord(JSON.parse(JSON.stringify(after)) as Json)).toBeDefined();
      }),
    );
  });

  it('is refused where it is malformed', () => {
    const sound = JSON.parse(JSON.stringify(regular(60))) as Record<string, Json>;
    expect(parseScoreRecord(sound)).toBeDefined();
    for (const wrong of [
      { v: 2 },
      { count: -1 },
      { count: 1e9 },
      { counts: [Number.NaN] },
      { counts: 'all' },
      { counts: new Array<number>(80).fill(0) },
      { usual: 'low' },
      { lean: 9 },
      { told: null },
      { model: 7 },
    ])
      expect(parseScoreRecord({ ...sound, ...wrong } as Json), JSON.stringify(wrong)).toBeUndefined();
    expect([null, [], 'x', undefined].map((value) => parseScoreRecord(value as Json))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
