import { describe, expect, it, vi } from 'vitest';
import { exitCodeOf, playAct, playScene } from '../../demo/play.ts';
import { endOf, type Scene } from '../../demo/scene.ts';
import type { ExecutionResult } from '../../src/index.ts';

const stage = {};
const scene = (play: () => Promise<string>): Scene<unknown> => ({
  title: 'a scene',
  story: 'a story',
  expected: 'success',
  play: async () => ({ actual: await play(), line: 'a line' }),
});
const good = scene(async () => 'success');

describe('playing', () => {
  it.each([
    ['ends otherwise', scene(async () => 'denied: halted'), 'denied: halted'],
    ['rejects', scene(() => Promise.reject(new Error('broken\nin two lines'))), 'failed: broken'],
    ['never ends', scene(() => new Promise(() => undefined)), 'failed: the scene did not come to an end'],
  ])('a scene that %s is a failure', async (_, bad, actual) => {
    const { outcome } = await playScene(bad, stage, 50);
    expect(outcome).toMatchObject({ ok: false, actual });
    expect(exitCodeOf([good, bad], [(await playScene(good, stage)).outcome, outcome])).toBe(1);
  });

  it('exits with 0 only where every scene was played', async () => {
    const { outcome } = await playScene(good, stage);
    expect(exitCodeOf([good], [outcome])).toBe(0);
    expect(exitCodeOf([good, good], [outcome])).toBe(1);
    expect(exitCodeOf([], [])).toBe(1);
  });

  it('closes the stage of an act, whether its scenes end well or not', async () => {
    let closed = 0;
    const close = async () => void (closed += 1);
    const bad = scene(() => Promise.reject(new Error('broken')));
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const outcomes = await playAct({ opening: 'an act', scenes: [good, bad, good], open: async () => ({ close }) });
    vi.restoreAllMocks();
    expect([outcomes.map(({ ok }) => ok), closed]).toEqual([[true, false, true], 1]);
  });

  it('tells an end by its status and first code', () => {
    const end = (status: ExecutionResult['status'], code?: string) =>
      endOf({ status, reasons: code === undefined ? [] : [{ code }] } as unknown as ExecutionResult);
    expect([
      end('success'),
      end('policy_rejected', 'window_limit'),
      end('simulation_failed', 'simulation_reverted'),
      end('execution_failed', 'halted'),
    ]).toEqual(['success', 'denied: window_limit', 'denied: simulation_reverted', 'execution_failed: halted']);
  });
});
