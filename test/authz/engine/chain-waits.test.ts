import { Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type ChainResult, startChain } from '../../../src/authz/engine.ts';
import type { Layer, LayerContext } from '../../../src/authz/layer.ts';
import { createDeadlines } from '../../../src/core/index.ts';
import { createManualClock } from '../../../src/testing/manual-clock.ts';

const PASS = { verdict: 'pass', reasons: [] } as const;

/** A chain of one layer on a clock that ran before, with nobody to tell of a timeout. */
function wait(judge: (clock: ReturnType<typeof createManualClock>) => unknown, leftMs = 1_000) {
  const clock = createManualClock();
  clock.advance(10_000);
  const deadlines = createDeadlines(clock);
  const results: ChainResult[] = [];
  const beganMs = clock.monotonicMs();
  const parts = { clock, deadlines, budgetMs: () => 100, beganMs, untilMs: beganMs + leftMs, skipAfterDenial: true, own: new Set<Layer>() };
  const layer = { name: 'risk', judge: () => judge(clock) } as unknown as Layer;
  const stop = startChain([layer], { satisfied: new Set() } as unknown as LayerContext, parts, (result) => results.push(result));
  return { clock, deadlines, results, stop, code: () => results[0]?.reports[0]?.reasons[0]?.code };
}

describe('a wait', () => {
  it('has what the layer left of its budget before it promised', async () => {
    const { clock, results, code } = wait((at) => {
      at.advance(30);
      return new Promise(() => {});
    });
    await clock.advanceAsync(69);
    expect(results).toHaveLength(0);
    await clock.advanceAsync(12);
    expect(code()).toBe('layer_timed_out');
  });

  it('has what is left for all, from this moment on', async () => {
    const { clock, results, code } = wait((at) => {
      at.advance(10);
      return new Promise(() => {});
    }, 50);
    await clock.advanceAsync(39);
    expect(results).toHaveLength(0);
    await clock.advanceAsync(12);
    expect(code()).toBe('layer_timed_out');
  });

  it('ends, or is stopped, though nobody wants to be told', async () => {
    const timed = wait(() => new Promise(() => {}));
    await timed.clock.advanceAsync(120);
    expect(timed.code()).toBe('layer_timed_out');
    const stopped = wait(() => new Promise(() => {}));
    stopped.stop();
    expect([stopped.deadlines.pending(), stopped.results.length]).toEqual([0, 0]);
  });

  it('leaves nothing open of an Observable that answered twice at once, or threw before it answered', () => {
    let closed = 0;
    const eager = wait(
      () =>
        new Observable((to) => {
          to.next(PASS);
          to.next(PASS);
          return () => {
            closed += 1;
          };
        }),
    );
    expect([eager.code(), closed, eager.deadlines.pending()]).toEqual(['layer_malformed', 1, 0]);
    const subscribe = () => {
      throw new Error('no');
    };
    const broken = wait(() => Object.assign(new Observable(), { subscribe }));
    expect([broken.code(), broken.deadlines.pending()]).toEqual(['layer_threw', 0]);
  });
});
