import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PASS } from '../../src/authz/layer.ts';
import { readOutcome } from '../../src/authz/outcome.ts';
import { rounds } from './rounds.ts';

const reason = { code: 'risk_high', message: 'high', retryable: false };

describe('reading an outcome', () => {
  it('copies what is well-formed', () => {
    const outcome = {
      verdict: 'deny',
      score: 100,
      reasons: [
        {
          ...reason,
          rule: 'r',
          limit: '1',
          remaining: '0',
          requested: '2',
          unit: 'USD',
          resetsAtMs: 5,
          facts: { a: 1, b: null, c: true, d: 'x' },
        },
      ],
      signals: [{ type: 'fraud_detected', details: { pattern: 'x' } }],
      unenforced: ['simulation'],
    };
    const read = readOutcome(outcome);
    expect(read).toEqual(outcome);
    outcome.reasons[0] = reason as never;
    expect(read?.reasons[0]?.rule).toBe('r');
    expect(readOutcome(PASS)).toBe(PASS);
    expect(readOutcome({ verdict: 'escalate', reasons: [{ ...reason, rule: undefined }] })).toEqual({
      verdict: 'escalate',
      reasons: [reason],
    });
  });

  it.each([
    { ...reason, code: 'RISK' },
    { ...reason, code: 1 },
    { ...reason, message: undefined },
    { ...reason, message: 'x'.repeat(1_025) },
    { ...reason, retryable: 'no' },
    { ...reason, limit: 1 },
    { ...reason, resetsAtMs: Number.NaN },
    { ...reason, facts: { a: 1n } },
    { ...reason, facts: { a: {} } },
    { ...reason, facts: [] },
    { ...reason, extra: 1 },
    null,
    'no',
    [reason],
  ])('refuses the reason %o', (odd) => {
    expect(readOutcome({ verdict: 'deny', reasons: [odd] })).toBeUndefined();
  });

  it('refuses lists that are longer than one entry can hold, sparse, or subclassed', () => {
    expect(readOutcome({ verdict: 'deny', reasons: Array.from({ length: 33 }, () => reason) })).toBeUndefined();
    // biome-ignore lint/suspicious/noSparseArray: the exploit
    expect(readOutcome({ verdict: 'deny', reasons: [, reason] })).toBeUndefined();
    expect(readOutcome({ verdict: 'pass', reasons: new (class extends Array {})() })).toBeUndefined();
  });

  it('never takes anything for a pass but a pass', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true, withSparseArray: true }), (value) => {
        expect(readOutcome(value)?.verdict).not.toBe('pass');
      }),
      { numRuns: rounds(500) },
    );
    fc.assert(
      fc.property(
        fc.record(
          {
            verdict: fc.oneof(fc.constant('pass'), fc.anything()),
            reasons: fc.oneof(fc.constant([]), fc.anything()),
            score: fc.oneof(fc.double(), fc.anything()),
          },
          { requiredKeys: [] },
        ),
        (value) => {
          const read = readOutcome(value);
          if (read?.verdict !== 'pass') return;
          expect([value.verdict, value.reasons]).toEqual(['pass', []]);
          if (value.score !== undefined) expect((value.score as number) >= 0 && (value.score as number) <= 100).toBe(true);
        },
      ),
      { numRuns: rounds(500) },
    );
  });
});
