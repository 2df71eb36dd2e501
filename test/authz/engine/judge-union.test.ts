import { describe, expect, it } from 'vitest';
import { type Judgement, type Layer, type LayerContext, STANDARD_LAYERS } from '../../../src/authz/index.ts';
import { BOB, bench, EVE, ether, input, NOW, report, simulated } from '../fixture.ts';

/** A simulation that shows a payment which the bytes do not. It says no to that itself. */
const showing = input({ over: { simulate: async () => report([simulated(ether('1'), BOB), simulated(ether('2'), EVE)]) } });
const PASSED = { verdict: 'pass', reasons: [] } as const;
const LOOKS_TWICE = ['strategy', 'risk', 'policy', 'limits', 'anomaly'];

const codesOf = ({ reasons }: Judgement): readonly string[] => [...new Set(reasons.map(({ code }) => code))];

/** The eight, all but the simulation replaced: each tells that it was asked, and how often before. */
function judged(answer: (name: string, times: number, context: LayerContext) => unknown = () => PASSED) {
  const asked: string[] = [];
  const layers = STANDARD_LAYERS.map((layer): Layer => {
    if (layer.name === 'simulation') return layer;
    const judge = (context: LayerContext): unknown => {
      asked.push(layer.name);
      return answer(layer.name, asked.filter((name) => name === layer.name).length, context);
    };
    return { name: layer.name, judge } as Layer;
  });
  return { asked, ...bench({ layers }) };
}

describe('the second look, at what the simulation showed', () => {
  it('is that of the five layers which judge effects, once each', async () => {
    const { asked, judge } = judged();
    expect(codesOf(await judge.judge(showing))).toEqual(['simulation_exceeds_intent']);
    const first = STANDARD_LAYERS.map(({ name }) => name).filter((name) => name !== 'simulation');
    expect(asked).toEqual([...first, ...LOOKS_TWICE]);
  });

  it('goes on after a denial, so that all that stands against it is told', async () => {
    const against = { verdict: 'deny', reasons: [{ code: 'policy_no_match', message: 'no', retryable: false }] };
    const { asked, judge } = judged((_, times) => (times === 2 ? against : PASSED));
    const found = await judge.judge(showing);
    expect(asked.slice(-5)).toEqual(LOOKS_TWICE);
    expect(found.reports.filter(({ verdict }) => verdict === 'deny').map(({ layer }) => layer)).toEqual([...LOOKS_TWICE, 'simulation']);
    expect(found.reports.some(({ verdict }) => verdict === 'skipped')).toBe(false);
  });

  it('ends in time, and tells what it waited for', async () => {
    const signals: AbortSignal[] = [];
    const { judge, clock } = judged((name, times, context) => {
      if (times < 2 || name !== 'strategy') return PASSED;
      signals.push(context.signal);
      return new Promise(() => {});
    });
    const verdict = judge.judge({ ...showing, deadlineMs: NOW + 1_000 });
    while (signals.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    clock.advance(1_000);
    expect(codesOf(await verdict)).toEqual(['layer_timed_out', 'simulation_exceeds_intent']);
    expect(signals[0]?.aborted).toBe(true);
  });
});
