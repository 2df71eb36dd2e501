import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AnomalyInput, detectAnomaly, emptyProfile, type Profile, trainProfile } from '../../src/risk/index.ts';
import { anyAmount, DAY, dueAfter, HOUR, habitual, MONDAY, payment } from './fixtures.ts';

const profile = habitual();
const calm: AnomalyInput = {
  profile,
  nowMs: dueAfter(),
  unitAmount: 1_500_000n,
  attemptsLast10s: 1,
  attemptsLastMinute: 1,
  anomalyThreshold: 3,
};
const run = (change: Partial<AnomalyInput> = {}) => detectAnomaly({ ...calm, ...change });
/** An agent that pays every five seconds. */
const busy = (): Profile => {
  let trained = emptyProfile();
  for (let index = 0; index < 200; index += 1) trained = trainProfile(trained, payment({ atMs: MONDAY + index * 5_000 }));
  return trained;
};

describe('detectAnomaly', () => {
  it('finds an everyday payment normal', () => expect(run()).toMatchObject({ isAnomaly: false, type: null, caution: false }));

  it('finds an amount far above the usual, and never one below', () => {
    expect(run({ unitAmount: 40_000_000n })).toMatchObject({ isAnomaly: true, type: 'amount', caution: false });
    expect(run({ unitAmount: 1n })).toMatchObject({ isAnomaly: false });
  });

  it('finds a burst above the floor and above the usual pace', () => {
    expect(run({ attemptsLastMinute: 9, attemptsLast10s: 5 })).toMatchObject({ isAnomaly: false });
    expect(run({ attemptsLastMinute: 10 })).toMatchObject({ isAnomaly: true, type: 'burst' });
    expect(run({ attemptsLast10s: 6 })).toMatchObject({ isAnomaly: true, type: 'burst' });
  });

  it('knows an agent that is always quick', () => {
    const quick = { profile: busy(), nowMs: MONDAY + 200 * 5_000, unitAmount: 1_234_567n };
    expect(run({ ...quick, attemptsLastMinute: 13, attemptsLast10s: 3 })).toMatchObject({ isAnomaly: false });
    expect(run({ ...quick, attemptsLastMinute: 13, attemptsLast10s: 9 })).toMatchObject({ isAnomaly: true, type: 'burst' });
    expect(run({ ...quick, attemptsLastMinute: 60, attemptsLast10s: 3 })).toMatchObject({ isAnomaly: true, type: 'burst' });
  });

  it('finds a payment that comes far too soon', () => {
    let hourly = emptyProfile();
    for (let index = 0; index < 60; index += 1) hourly = trainProfile(hourly, payment({ atMs: MONDAY + index * HOUR }));
    const last = MONDAY + 59 * HOUR;
    expect(run({ profile: hourly, nowMs: last + 30 * 60_000 })).toMatchObject({ isAnomaly: false });
    expect(run({ profile: hourly, nowMs: last + 1_000 })).toMatchObject({ isAnomaly: true, type: 'interval' });
    expect(run({ profile: hourly, nowMs: last + 30 * DAY })).toMatchObject({ isAnomaly: false });
  });

  it('calls nothing normal while it knows too little, and still sees bursts', () => {
    for (const young of [undefined, emptyProfile(), habitual(19)]) {
      expect(run({ profile: young })).toMatchObject({ isAnomaly: false, caution: true });
      expect(run({ profile: young, attemptsLastMinute: 10 })).toMatchObject({ isAnomaly: true, type: 'burst', caution: true });
    }
    expect(run({ profile: habitual(20), nowMs: dueAfter(21) }).caution).toBe(false);
    expect(run({ unitAmount: null }).caution).toBe(true);
  });

  it('a profile of payments that had no value is as cautious', () => {
    let unpriced = emptyProfile();
    for (let index = 0; index < 50; index += 1) unpriced = trainProfile(unpriced, payment({ atMs: MONDAY + index * HOUR, unitAmount: 0n }));
    expect(run({ profile: unpriced, nowMs: MONDAY + 50 * HOUR }).caution).toBe(true);
  });

  it('holds everything for an anomaly where a number is none', () => {
    for (const broken of [
      { attemptsLastMinute: Number.NaN },
      { attemptsLast10s: Number.NaN },
      { nowMs: Number.NaN },
      { anomalyThreshold: Number.NaN },
    ]) {
      const finding = run(broken);
      expect(finding.isAnomaly).toBe(true);
      expect(finding.type).not.toBeNull();
      expect(JSON.parse(JSON.stringify(finding))).toEqual(finding);
    }
  });

  it('never calls less of something stranger than more of it', () => {
    const drawn = fc.record({ unitAmount: anyAmount, attemptsLast10s: fc.nat(100), attemptsLastMinute: fc.nat(1000) });
    fc.assert(
      fc.property(drawn, drawn, (a, b) => {
        const most = {
          unitAmount: a.unitAmount > b.unitAmount ? a.unitAmount : b.unitAmount,
          attemptsLast10s: Math.max(a.attemptsLast10s, b.attemptsLast10s),
          attemptsLastMinute: Math.max(a.attemptsLastMinute, b.attemptsLastMinute),
        };
        expect(run(most).deviationScore).toBeGreaterThanOrEqual(run(a).deviationScore);
        expect(run(a).deviationScore).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
