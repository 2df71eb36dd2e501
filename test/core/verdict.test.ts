import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LAYERS, type LayerReport, strictest } from '../../src/core/index.ts';

const report = (layer: LayerReport['layer'], verdict: LayerReport['verdict']): LayerReport => ({
  layer,
  verdict,
  passed: verdict === 'pass',
  score: null,
  reasons: [],
  durationMs: 0,
});
const all = (verdict: LayerReport['verdict']): LayerReport[] => LAYERS.map((layer) => report(layer, verdict));

describe('strictest', () => {
  it('is the strictest of eight', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom<LayerReport['verdict']>('pass', 'escalate', 'deny', 'skipped'), { minLength: 8, maxLength: 8 }),
        (verdicts) => {
          const expected = verdicts.some((verdict) => verdict === 'deny' || verdict === 'skipped')
            ? 'denied'
            : verdicts.includes('escalate')
              ? 'escalated'
              : 'approved';
          expect(strictest(verdicts.map((verdict, index) => report(LAYERS[index] as LayerReport['layer'], verdict)))).toBe(expected);
        },
      ),
    );
    expect(strictest(all('pass'))).toBe('approved');
    expect(strictest(all('escalate'))).toBe('escalated');
  });

  it('denies lists that are empty, short, long, doubled or in another order', () => {
    const good = all('pass');
    expect(strictest([])).toBe('denied');
    for (let index = 0; index < 8; index += 1) expect(strictest(good.filter((_, at) => at !== index))).toBe('denied');
    expect(strictest([...good, report('simulation', 'pass')])).toBe('denied');
    expect(strictest([...good].reverse())).toBe('denied');
    expect(strictest(good.map(() => report('intent', 'pass')))).toBe('denied');
  });

  it('denies a report that contradicts itself or says something unknown', () => {
    for (let index = 0; index < 8; index += 1) {
      for (const odd of [
        { verdict: 'deny', passed: true },
        { verdict: 'pass', passed: false },
        { verdict: 'escalate', passed: true },
        { passed: 'true' },
        { passed: 1 },
        { verdict: 'PASS' },
        { verdict: true },
        { verdict: undefined },
        { verdict: null, passed: false },
        { verdict: 'allow', passed: false },
      ]) {
        const reports = all('pass');
        reports[index] = { ...reports[index], ...odd } as LayerReport;
        expect(strictest(reports)).toBe('denied');
      }
    }
  });
});
