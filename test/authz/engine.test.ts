import { Observable, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { createJudge, type Layer, STANDARD_LAYERS } from '../../src/authz/index.ts';
import { createDeadlines, LAYERS, type LayerName } from '../../src/core/index.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';
import { EXPECTED, FAULTS, ODD, PASS } from './faults.ts';
import { input, NOW } from './fixture.ts';
import { rounds } from './rounds.ts';

interface Run {
  readonly verdict: string;
  readonly codes: readonly string[];
  readonly reports: readonly {
    readonly layer: string;
    readonly verdict: string;
    readonly passed: boolean;
    readonly code: string | undefined;
  }[];
  readonly pending: number;
}

/** The standard chain with one layer replaced; the clock moves only where a layer is waited for. */
async function run(name: LayerName, answer: () => unknown, waitMs = 60_000): Promise<Run> {
  const clock = createManualClock(NOW);
  const deadlines = createDeadlines(clock);
  const layers = STANDARD_LAYERS.map((layer): Layer => (layer.name === name ? ({ name, judge: answer } as unknown as Layer) : layer));
  const answered = createJudge({ clock, deadlines, layers }).judge(input());
  for (let step = 0; step < 3; step += 1) await new Promise((resolve) => setImmediate(resolve));
  if (waitMs > 0) await clock.advanceAsync(waitMs);
  const { verdict, reports, reasons } = await answered;
  return {
    verdict,
    codes: reasons.map(({ code }) => code),
    reports: reports.map((report) => ({
      layer: report.layer,
      verdict: report.verdict,
      passed: report.passed,
      code: report.reasons[0]?.code,
    })),
    pending: deadlines.pending(),
  };
}

/** Resolves with a perfect pass, after its budget. */
function lateAnswer(): { answer: () => unknown; tell: () => void } {
  let tell: () => void = () => {};
  const promise = new Promise((resolve) => {
    tell = () => resolve(PASS);
  });
  return { answer: () => promise, tell: () => tell() };
}

describe('the chain fails closed', () => {
  it('approves without a fault, whichever way each layer answers: the harness itself denies nothing', async () => {
    for (const name of LAYERS) {
      for (const answer of [() => PASS, () => Promise.resolve(PASS), () => of(PASS), async () => PASS]) {
        const { verdict, reports, pending } = await run(name, answer, 0);
        expect(verdict).toBe('approved');
        expect(reports.map(({ layer }) => layer)).toEqual([...LAYERS]);
        expect(reports.every(({ passed }) => passed)).toBe(true);
        expect(pending).toBe(0);
      }
    }
  });

  it('denies 88 of 88: eight layers, eleven faults', async () => {
    let denied = 0;
    for (const name of LAYERS) {
      for (const [fault, answer] of Object.entries(FAULTS)) {
        const found = await run(name, answer);
        if (found.verdict === 'denied') denied += 1;
        expect(found.codes, `${name} ${fault}`).toEqual([EXPECTED[fault] ?? 'layer_malformed']);
        expectSkippedAfter(found, name);
      }
      const late = lateAnswer();
      const clockLate = createManualClock(NOW);
      const layers = STANDARD_LAYERS.map(
        (layer): Layer => (layer.name === name ? ({ name, judge: late.answer } as unknown as Layer) : layer),
      );
      const deadlines = createDeadlines(clockLate);
      const answered = createJudge({ clock: clockLate, deadlines, layers }).judge(input());
      await clockLate.advanceAsync(29_000);
      late.tell();
      const judgement = await answered;
      if (judgement.verdict === 'denied') denied += 1;
      expect(judgement.reasons.map(({ code }) => code)).toEqual(['layer_timed_out']);
      const before = JSON.stringify(judgement.reports);
      await clockLate.advanceAsync(29_000);
      expect(JSON.stringify(judgement.reports)).toBe(before);
      expect(deadlines.pending()).toBe(0);
    }
    expect(denied).toBe(88);
  });

  it.each(Object.keys(ODD))('denies %s in every layer', async (fault) => {
    for (const name of LAYERS) {
      const found = await run(name, ODD[fault] as () => unknown);
      expect(found.verdict, name).toBe('denied');
      expect(['layer_threw', 'layer_malformed', 'layer_timed_out']).toContain(found.codes[0]);
      expectSkippedAfter(found, name);
    }
  });

  it('denies a synchronous answer that took longer than its budget', async () => {
    const clock = createManualClock(NOW);
    const layers = STANDARD_LAYERS.map(
      (layer): Layer =>
        layer.name === 'risk'
          ? ({
              name: 'risk',
              judge: () => {
                clock.advance(5_001);
                return PASS;
              },
            } as unknown as Layer)
          : layer,
    );
    const { reasons } = await createJudge({ clock, deadlines: createDeadlines(clock), layers }).judge(input());
    expect(reasons.map(({ code, rule }) => [code, rule])).toEqual([['layer_timed_out', 'risk']]);
  });

  it('holds the whole chain to the deadline, however small each layer’s share', async () => {
    const clock = createManualClock(NOW);
    const layers = STANDARD_LAYERS.map(
      (layer): Layer => ({
        name: layer.name,
        judge: () => {
          clock.advance(300);
          return { verdict: 'pass', reasons: [] };
        },
      }),
    );
    const judge = createJudge({ clock, deadlines: createDeadlines(clock), layers });
    const { verdict, reports } = await judge.judge(input({ over: { deadlineMs: NOW + 1_000 } }));
    expect(verdict).toBe('denied');
    expect(reports.map((report) => report.verdict)).toEqual(['pass', 'pass', 'pass', 'deny', 'skipped', 'skipped', 'skipped', 'skipped']);
  });

  it.each([Number.NaN, NOW - 1, Number.NEGATIVE_INFINITY])('denies where the deadline is %s', async (deadlineMs) => {
    const clock = createManualClock(NOW);
    const { verdict } = await createJudge({ clock, deadlines: createDeadlines(clock) }).judge(input({ over: { deadlineMs } }));
    expect(verdict).toBe('denied');
  });

  it('denies an empty, short, doubled or reordered chain', async () => {
    const clock = createManualClock(NOW);
    const shuffled = [...STANDARD_LAYERS].reverse();
    const doubled = [...STANDARD_LAYERS, STANDARD_LAYERS[0] as Layer];
    for (const layers of [[], STANDARD_LAYERS.slice(0, 7), shuffled, doubled]) {
      const { verdict, reasons } = await createJudge({ clock, deadlines: createDeadlines(clock), layers }).judge(input());
      expect(verdict).toBe('denied');
      expect(reasons.map(({ code }) => code)).toEqual(['layer_missing']);
    }
  });

  it('denies once the deadlines are closed', async () => {
    const clock = createManualClock(NOW);
    const deadlines = createDeadlines(clock);
    deadlines.close();
    const { verdict, reasons } = await createJudge({ clock, deadlines }).judge(input());
    expect([verdict, reasons[0]?.code]).toEqual(['denied', 'layer_threw']);
  });

  it('denies an input that is none', async () => {
    const clock = createManualClock(NOW);
    const judge = createJudge({ clock, deadlines: createDeadlines(clock) });
    for (const broken of [
      {},
      { ...input(), policy: undefined },
      { ...input(), rows: { keys: ['x'], values: [] } },
      { ...input(), rows: { keys: [], values: [] } },
    ]) {
      expect((await judge.judge(broken as never)).verdict).toBe('denied');
    }
  });

  it('runs the layers behind an escalation, and none behind a denial', async () => {
    const reason = { code: 'risk_high', message: 'high', retryable: false };
    const escalated = await run('risk', () => ({ verdict: 'escalate', reasons: [reason] }), 0);
    expect(escalated.verdict).toBe('escalated');
    expect(escalated.reports.map(({ verdict }) => verdict)).toEqual(['pass', 'pass', 'escalate', 'pass', 'pass', 'pass', 'pass', 'pass']);
    expectSkippedAfter(await run('policy', () => ({ verdict: 'deny', reasons: [reason] }), 0), 'policy');
  });

  it('leaves no deadline armed and no timer behind', async () => {
    const clock = createManualClock(NOW);
    const deadlines = createDeadlines(clock);
    const judge = createJudge({ clock, deadlines });
    for (let index = 0; index < rounds(500); index += 1) await judge.judge(input());
    expect(deadlines.pending()).toBe(0);
    await clock.advanceAsync(10);
    expect(clock.pending()).toBe(0);
  });

  it('unsubscribes from an Observable that hangs once its time is up', async () => {
    const clock = createManualClock(NOW);
    let open = 0;
    const hanging = new Observable(() => {
      open += 1;
      return () => {
        open -= 1;
      };
    });
    const layers = STANDARD_LAYERS.map(
      (layer): Layer => (layer.name === 'anomaly' ? ({ name: 'anomaly', judge: () => hanging } as unknown as Layer) : layer),
    );
    const answered = createJudge({ clock, deadlines: createDeadlines(clock), layers }).judge(input());
    expect(open).toBe(1);
    await clock.advanceAsync(6_000);
    expect([(await answered).verdict, open]).toEqual(['denied', 0]);
  });

  it('stops a layer that is waited for when the subscriber leaves', async () => {
    const clock = createManualClock(NOW);
    const deadlines = createDeadlines(clock);
    let aborted = false;
    const simulate = (signal: AbortSignal) =>
      new Promise<never>(() => {
        signal.addEventListener('abort', () => {
          aborted = true;
        });
      });
    const subscription = createJudge({ clock, deadlines })
      .judge$(input({ over: { simulate } }))
      .subscribe();
    await clock.advanceAsync(1);
    expect(deadlines.pending()).toBe(1);
    subscription.unsubscribe();
    expect([aborted, deadlines.pending()]).toEqual([true, 0]);
  });
});

function expectSkippedAfter({ reports }: Run, name: LayerName): void {
  const at = LAYERS.indexOf(name);
  for (const [index, report] of reports.entries()) {
    if (index < at) expect(report.verdict).toBe('pass');
    if (index === at) expect([report.verdict, report.passed]).toEqual(['deny', false]);
    if (index > at) expect([report.verdict, report.passed, report.code]).toEqual(['skipped', false, 'skipped']);
  }
}
