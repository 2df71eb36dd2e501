import { describe, expect, it } from 'vitest';
import { mulberry32 } from '../../scripts/scorecard/measure.ts';
import { compareTexts, decimalText, matchesPattern } from '../model/policy-fields.ts';
import { compareOnce } from './policy-differential.ts';
import { drawFrom } from './policy-random.ts';
import { rounds } from './rounds.ts';

describe('the policy as code and as a model', () => {
  it(`says the same of ${rounds(500) * 4} random requests, rule by rule`, () => {
    const draw = drawFrom(mulberry32(2_026));
    const total = { requests: 0, denials: 0, escalations: 0, allowed: 0 };
    for (let policy = 0; policy < rounds(500); policy += 1) {
      const found = compareOnce(draw, 4);
      for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += found[key];
    }
    expect(total.requests).toBe(rounds(500) * 4);
    for (const count of [total.denials, total.escalations, total.allowed]) expect(count).toBeGreaterThan(rounds(50));
  });

  it('has decimals and patterns of its own', () => {
    expect(decimalText(-5n, 1)).toBe('-0.5');
    expect([compareTexts('-0.5', '0'), compareTexts('10', '9.99'), compareTexts('1.0', '1'), compareTexts('-2', '-3')]).toEqual([
      -1, 1, 0, 1,
    ]);
    expect(matchesPattern([...'a*b?'], [...'axxbc'])).toBe(true);
    expect(matchesPattern([...'a*b?'], [...'axxb'])).toBe(false);
  });
});
