import { describe, expect, it } from 'vitest';
import { HOUR } from '../fixtures.ts';
import { isUnchecked, matchOf } from './match.ts';

const run = (denied: number, total: number, withinMs = HOUR) => matchOf('authorization_probing', { attempts: { denied, total, withinMs } });

describe('authorization_probing', () => {
  it('alerts from five refusals in an hour that are at least half of all', () => {
    expect(run(5, 10)).toMatchObject({ recommendedAction: 'alert', evidence: { denied: 5, total: 10, withinMs: HOUR } });
    expect(run(5, 11)).toBeUndefined();
    expect(run(4, 4)).toBeUndefined();
  });
  it('escalates from twenty, which no number of granted requests hides', () => {
    expect(run(20, 1_000_000)).toMatchObject({ recommendedAction: 'escalate', reason: 'risk_high' });
    expect(run(19, 1_000_000)).toBeUndefined();
  });
  it('takes an hour’s share of a longer time, and all of a shorter one', () => {
    expect(run(20, 20, 24 * HOUR)).toBeUndefined();
    expect(run(5 * 24, 5 * 24, 24 * HOUR)).toMatchObject({ recommendedAction: 'alert' });
    expect(run(5, 5, 60_000)).toMatchObject({ recommendedAction: 'alert' });
  });
  it('takes what is no number for many, and says where nobody counted', () => {
    for (const denied of [Number.NaN, Number.POSITIVE_INFINITY])
      expect(run(denied, 1)).toMatchObject({ recommendedAction: 'escalate', evidence: { denied: null } });
    expect(run(5, 5, Number.NaN)).toMatchObject({ recommendedAction: 'escalate' });
    expect(isUnchecked('authorization_probing', {})).toBe(true);
    expect(isUnchecked('authorization_probing', { attempts: { denied: 0, total: 0, withinMs: HOUR } })).toBe(false);
  });
});
