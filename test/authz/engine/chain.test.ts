import { Observable, of, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type ChainParts, type ChainResult, startChain } from '../../../src/authz/engine.ts';
import type { Layer, LayerContext } from '../../../src/authz/layer.ts';
import { createDeadlines, type LayerName, type ReasonCode } from '../../../src/core/index.ts';
import { createManualClock } from '../../../src/testing/manual-clock.ts';

const PASS = { verdict: 'pass', reasons: [] } as const;
const why = (code: ReasonCode) => ({ code, message: 'm', retryable: false });
const layer = (name: LayerName, judge: (context: LayerContext) => unknown): Layer => ({ name, judge }) as Layer;

/** A chain of given layers, started; budgets of 100 ms each and 1000 ms for all. */
function start(layers: readonly Layer[], over: Partial<ChainParts> = {}, satisfied: readonly ReasonCode[] = []) {
  const clock = createManualClock();
  const deadlines = createDeadlines(clock);
  const results: ChainResult[] = [];
  let timeouts = 0;
  const parts: ChainParts = {
    clock,
    deadlines,
    budgetMs: () => 100,
    beganMs: clock.monotonicMs(),
    untilMs: clock.monotonicMs() + 1_000,
    skipAfterDenial: true,
    own: new Set(),
    onTimeout: () => (timeouts += 1),
    ...over,
  };
  const context = { satisfied: new Set(satisfied) } as unknown as LayerContext;
  const stop = startChain(layers, context, parts, (result) => results.push(result));
  const told = () => results[0]?.reports.map((report) => [report.layer, report.verdict, report.reasons[0]?.code]);
  return { clock, deadlines, results, stop, told, timeouts: () => timeouts };
}
const flush = async () => await new Promise((resolve) => setImmediate(resolve));

describe('a chain', () => {
  it('goes on at once where layers answer with values, and reports each in its order', () => {
    const seen: unknown[] = [];
    const { results, deadlines, clock } = start([
      layer('intent', (context) => {
        seen.push(context);
        return { verdict: 'pass', reasons: [], score: 7, signals: [{ type: 'cap_warning', details: {} }], unenforced: ['risk'] };
      }),
      layer('risk', () => ({ verdict: 'escalate', reasons: [why('risk_high')] })),
      layer('policy', () => PASS),
    ]);
    expect(results).toEqual([
      {
        reports: [
          { layer: 'intent', passed: true, verdict: 'pass', score: 7, reasons: [], durationMs: 0 },
          { layer: 'risk', passed: false, verdict: 'escalate', score: null, reasons: [why('risk_high')], durationMs: 0 },
          { layer: 'policy', passed: true, verdict: 'pass', score: null, reasons: [], durationMs: 0 },
        ],
        signals: [{ type: 'cap_warning', details: {} }],
        unenforced: ['risk'],
        escalated: [why('risk_high')],
      },
    ]);
    expect([seen.length, deadlines.pending(), clock.pending()]).toEqual([1, 0, 0]);
  });

  it('skips what is behind a denial, or asks it all the same', () => {
    const layers = [
      layer('intent', () => ({ verdict: 'deny', reasons: [why('risk_high')] })),
      layer('risk', () => ({ verdict: 'pass', reasons: [], unenforced: ['x'] })),
    ];
    const skipping = start(layers);
    expect(skipping.results[0]?.reports[1]).toEqual({
      layer: 'risk',
      passed: false,
      verdict: 'skipped',
      score: null,
      reasons: [{ code: 'skipped', message: 'An earlier layer denied.', retryable: false }],
      durationMs: 0,
    });
    expect(skipping.results[0]?.unenforced).toEqual([]);
    expect(start(layers, { skipAfterDenial: false }).told()).toEqual([
      ['intent', 'deny', 'risk_high'],
      ['risk', 'pass', undefined],
    ]);
    const escalating = layer('intent', () => ({ verdict: 'escalate', reasons: [why('risk_high')] }));
    expect(start([escalating, layer('risk', () => PASS)]).told()?.[1]).toEqual(['risk', 'pass', undefined]);
  });

  it('waits for promises and Observables, one after the other, and disarms what it waited with', async () => {
    const first = Promise.withResolvers<unknown>();
    const second = new Subject<unknown>();
    let asked = 0;
    const { clock, deadlines, results, told, timeouts } = start([
      layer('intent', () => first.promise),
      layer('risk', () => {
        asked += 1;
        return second;
      }),
    ]);
    expect([deadlines.pending(), asked]).toEqual([1, 0]);
    clock.advance(99);
    first.resolve(PASS);
    await flush();
    expect([deadlines.pending(), asked, second.observed]).toEqual([1, 1, true]);
    second.next({ verdict: 'deny', reasons: [why('risk_high')] });
    expect(results).toHaveLength(0);
    second.complete();
    expect(told()).toEqual([
      ['intent', 'pass', undefined],
      ['risk', 'deny', 'risk_high'],
    ]);
    expect([deadlines.pending(), timeouts(), results[0]?.reports[0]?.durationMs, results[0]?.reports[1]?.durationMs]).toEqual([
      0, 0, 99, 0,
    ]);
  });

  it.each<[string, () => unknown, string]>([
    [
      'throws',
      () => {
        throw new Error('no');
      },
      'layer_threw',
    ],
    ['rejects', () => Promise.reject(new Error('no')), 'layer_threw'],
    ['fails as an Observable', () => new Observable((to) => to.error(new Error('no'))), 'layer_threw'],
    ['answers nothing', () => new Observable((to) => to.complete()), 'layer_malformed'],
    ['answers twice', () => of(PASS, PASS), 'layer_malformed'],
    ['answers what is no outcome', () => ({ verdict: 'pass' }), 'layer_malformed'],
    ['promises what is no outcome', () => Promise.resolve('pass'), 'layer_malformed'],
  ])('denies where a layer %s, and asks the next', async (_, answer, code) => {
    const { results, told, deadlines } = start([layer('risk', answer), layer('policy', () => PASS)], { skipAfterDenial: false });
    await flush();
    expect(told()).toEqual([
      ['risk', 'deny', code],
      ['policy', 'pass', undefined],
    ]);
    expect(results[0]?.reports[0]?.reasons[0]).toMatchObject({ rule: 'risk', retryable: false });
    expect([deadlines.pending(), results.length]).toEqual([0, 1]);
  });

  it('denies a second value at once, though the Observable never ends', () => {
    const source = new Subject<unknown>();
    const { told } = start([layer('risk', () => source)]);
    source.next(PASS);
    source.next(PASS);
    expect([told()?.[0], source.observed]).toEqual([['risk', 'deny', 'layer_malformed'], false]);
  });

  it('believes nothing that was answered before a throw', () => {
    const lying = Object.assign(new Observable(), {
      subscribe: (to: { next(value: unknown): void; complete(): void }) => {
        to.next(PASS);
        to.complete();
        throw new Error('after all');
      },
    });
    const asked: string[] = [];
    const { told } = start([layer('risk', () => lying), layer('policy', () => asked.push('policy'))]);
    expect(told()).toEqual([
      ['risk', 'deny', 'layer_threw'],
      ['policy', 'skipped', 'skipped'],
    ]);
    expect(asked).toEqual([]);
  });

  it('reads the answers of its own layers shortly, and fails closed on theirs too', () => {
    const own = layer('risk', () => ({ verdict: 'pass', reasons: [], more: 'of its own' }));
    expect(start([own]).told()?.[0]).toEqual(['risk', 'deny', 'layer_malformed']);
    expect(start([own], { own: new Set([own]) }).told()?.[0]).toEqual(['risk', 'pass', undefined]);
    const hostile = layer('risk', () =>
      Object.defineProperty({}, 'verdict', {
        get: () => {
          throw new Error('got');
        },
      }),
    );
    expect(start([hostile], { own: new Set([hostile]) }).told()?.[0]).toEqual(['risk', 'deny', 'layer_malformed']);
  });
});

describe('a layer’s time', () => {
  it('ends at its budget: it is denied, told of it, and no answer counts any more', async () => {
    const late = Promise.withResolvers<unknown>();
    const { clock, told, timeouts, results, deadlines } = start([layer('risk', () => late.promise)]);
    await clock.advanceAsync(99);
    expect([results.length, timeouts()]).toEqual([0, 0]);
    await clock.advanceAsync(20);
    expect(told()).toEqual([['risk', 'deny', 'layer_timed_out']]);
    expect(results[0]?.reports[0]?.reasons[0]?.retryable).toBe(true);
    late.resolve(PASS);
    await flush();
    expect([results.length, timeouts(), deadlines.pending()]).toEqual([1, 1, 0]);
  });

  it('is what the judgement has left, where that is less', async () => {
    const clock = createManualClock();
    const { told } = start([layer('risk', () => new Promise(() => {}))], {
      clock,
      deadlines: createDeadlines(clock),
      untilMs: clock.monotonicMs() + 40,
    });
    await clock.advanceAsync(39);
    expect(told()).toBeUndefined();
    await clock.advanceAsync(20);
    expect(told()?.[0]).toEqual(['risk', 'deny', 'layer_timed_out']);
  });

  it.each([
    [100, 1_000, 'pass'],
    [101, 1_000, 'deny'],
    [60, 60, 'pass'],
    [60, 59, 'deny'],
  ])('of %i ms, with %i left for all, comes to %s where it answers with a value', (tookMs, leftMs, verdict) => {
    const clock = createManualClock();
    const slow = layer('risk', () => {
      clock.advance(tookMs);
      return PASS;
    });
    const { results } = start([slow], { clock, deadlines: createDeadlines(clock), untilMs: clock.monotonicMs() + leftMs });
    expect(results[0]?.reports[0]).toMatchObject({ verdict, durationMs: tookMs });
    if (verdict === 'deny')
      expect(results[0]?.reports[0]?.reasons).toMatchObject([{ code: 'layer_timed_out', rule: 'risk', retryable: true }]);
  });

  it('does not change a denial that came late, and is measured from the layer before', () => {
    const clock = createManualClock();
    const slow = (name: LayerName, answer: unknown) =>
      layer(name, () => {
        clock.advance(70);
        return answer;
      });
    const parts = { clock, deadlines: createDeadlines(clock), untilMs: clock.monotonicMs() + 1_000 };
    expect(start([slow('intent', PASS), slow('risk', PASS)], parts).told()?.[1]).toEqual(['risk', 'pass', undefined]);
    const denial = layer('risk', () => {
      clock.advance(500);
      return { verdict: 'deny', reasons: [why('risk_high')] };
    });
    expect(start([denial], { ...parts, untilMs: clock.monotonicMs() + 1_000 }).told()?.[0]).toEqual(['risk', 'deny', 'risk_high']);
  });

  it('is written in hundredths of a millisecond, and never below nothing', () => {
    let nowMs = 1;
    const base = createManualClock();
    const clock = { ...base, monotonicMs: () => nowMs };
    const step = (byMs: number) =>
      layer('risk', () => {
        nowMs += byMs;
        return PASS;
      });
    const took = (byMs: number) =>
      start([step(byMs)], { clock, deadlines: createDeadlines(base), beganMs: nowMs, untilMs: nowMs + 1_000 }).results[0]?.reports[0]
        ?.durationMs;
    expect(took(1.23456)).toBe(1.23);
    expect(took(0.004)).toBe(0);
    expect(took(-5)).toBe(0);
  });
});

describe('stopping a chain', () => {
  it('ends a wait: it is told of it, unsubscribed, disarmed, and nothing comes of it', async () => {
    const source = new Subject<unknown>();
    const { stop, deadlines, results, timeouts, clock } = start([layer('risk', () => source), layer('policy', () => PASS)]);
    stop();
    expect([source.observed, deadlines.pending(), timeouts()]).toEqual([false, 0, 1]);
    stop();
    source.next(PASS);
    source.complete();
    await clock.advanceAsync(5_000);
    expect([results.length, timeouts()]).toEqual([0, 1]);
  });

  it('ignores a promise that answers afterwards, and says nothing where nothing was waited for', async () => {
    const answer = Promise.withResolvers<unknown>();
    const waiting = start([layer('risk', () => answer.promise)]);
    waiting.stop();
    answer.resolve(PASS);
    await flush();
    expect(waiting.results).toHaveLength(0);
    const done = start([layer('risk', () => PASS)]);
    done.stop();
    expect([done.results.length, done.timeouts()]).toEqual([1, 0]);
  });
});

describe('approvals', () => {
  const both = layer('risk', () => ({ verdict: 'escalate', reasons: [why('risk_high'), why('approval_required')] }));

  it('answer their own escalations: what is left stays open, nothing left is a pass', () => {
    const part = start([both], {}, ['risk_high']).results[0];
    expect(part?.reports[0]).toMatchObject({ verdict: 'escalate', passed: false, reasons: [why('approval_required')] });
    expect(part?.escalated).toEqual([why('risk_high'), why('approval_required')]);
    const all = start([both], {}, ['risk_high', 'approval_required']).results[0];
    expect(all?.reports[0]).toMatchObject({ verdict: 'pass', passed: true, reasons: [] });
    expect(all?.escalated).toHaveLength(2);
    expect(start([both]).results[0]?.reports[0]?.reasons).toHaveLength(2);
  });

  it('answer no denial', () => {
    const denial = layer('risk', () => ({ verdict: 'deny', reasons: [why('risk_high')] }));
    expect(start([denial], {}, ['risk_high']).results[0]?.reports[0]).toMatchObject({ verdict: 'deny', reasons: [why('risk_high')] });
    expect(start([denial], {}, ['risk_high']).results[0]?.escalated).toEqual([]);
  });
});
