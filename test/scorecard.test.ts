import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bar } from '../scripts/scorecard/bar.ts';
import { boundsOfMedian, median, mulberry32, nanosecondsPer, ratioBound } from '../scripts/scorecard/measure.ts';
import { renderScores, runBars } from '../scripts/scorecard/run-bars.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

describe('measure', () => {
  it('median has as many values below as above, in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 }), (values) => {
        const middle = median(values);
        expect(values.filter((value) => value < middle).length).toBeLessThanOrEqual(values.length / 2);
        expect(values.filter((value) => value > middle).length).toBeLessThanOrEqual(values.length / 2);
      }),
    );
    expect(() => median([])).toThrow(RangeError);
  });

  it('ratioBound alternates which side goes first, and throws the warm-up away', async () => {
    const order: string[] = [];
    const side = (name: string, cost: number) => () => {
      order.push(name);
      return cost;
    };
    const bound = await ratioBound(side('a', 6), side('b', 2), { rounds: 11, warmup: 1 });
    expect(order).toHaveLength(24);
    expect(order.join('')).toMatch(/^ba(abba)*ab$/);
    expect(bound).toEqual({ ratio: 3, lower: 3, upper: 3, rounds: 11, a: 6, b: 2 });
  });

  it('the bounds of a median repeat themselves, enclose it, and hold the true one about 19 times in 20', () => {
    let above = 0;
    let below = 0;
    for (let trial = 1; trial <= 200; trial += 1) {
      const random = mulberry32(trial);
      const values = Array.from({ length: 11 }, () => 1 + random());
      const bounds = boundsOfMedian(values, trial);
      if (trial === 1) expect(boundsOfMedian(values, trial)).toEqual(bounds);
      expect(bounds.lower).toBeLessThan(median(values));
      expect(bounds.upper).toBeGreaterThan(median(values));
      if (bounds.upper >= 1.5) above += 1;
      if (bounds.lower <= 1.5) below += 1;
    }
    for (const held of [above, below]) {
      expect(held).toBeGreaterThanOrEqual(180);
      expect(held).toBeLessThan(200);
    }
  });

  it('ratioBound refuses too few rounds and costs that are no costs', async () => {
    await expect(
      ratioBound(
        () => 1,
        () => 1,
        { rounds: 10 },
      ),
    ).rejects.toThrow('11');
    for (const cost of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      await expect(
        ratioBound(
          () => cost,
          () => 1,
        ),
      ).rejects.toThrow('cost');
  });

  it('nanosecondsPer waits for promises', async () => {
    let turns = 0;
    const cost = await nanosecondsPer(3, async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      turns += 1;
    });
    expect(turns).toBe(3);
    expect(cost).toBeGreaterThan(3e6);
  });
});

describe('scorecard', () => {
  const bar = (name: string, run: Bar['run']): Bar => ({ name, target: 'at most 1', run });

  it('counts a bar that throws, or says anything but true, as fallen short', async () => {
    const lines: string[] = [];
    const scores = await runBars(
      'gate',
      [
        bar('met', async () => ({ figure: '0.5', pass: true, notes: ['a note'] })),
        bar('short', async () => ({ figure: '2', pass: false })),
        bar('threw', async () => await Promise.reject(new Error('no engine'))),
        bar('vague', async () => ({ figure: '1', pass: 'true' as unknown as boolean })),
      ],
      'quick',
      (line) => lines.push(line),
    );
    expect(scores.map(({ pass }) => pass)).toEqual([true, false, false, false]);
    expect(scores[2]?.figure).toBe('failed: no engine');
    const table = renderScores(scores);
    for (const word of ['at most 1', '0.5', 'FAIL', 'met: a note']) expect(table).toContain(word);
    expect(lines).toHaveLength(4);
  });

  it('judges no bar that measured nothing, and says so loudly', async () => {
    const lines: string[] = [];
    const skipped = async () => ({ figure: 'no data', pass: true, skipped: true });
    const [score] = await runBars('risk', [bar('away', skipped)], 'full', (line) => lines.push(line));
    expect(score).toMatchObject({ judged: false, skipped: true });
    expect(lines[0]).toMatch(/^SKIP/);
    expect(renderScores(score === undefined ? [] : [score])).toContain('SKIP');
  });

  it('exits 3 with the known areas for an unknown one', () => {
    const result = spawnSync(process.execPath, ['scripts/scorecard.ts', 'no-such-area'], { cwd: root, encoding: 'utf8' });
    expect(result.status).toBe(3);
    expect(result.stderr).toContain('usage: npm run scorecard');
    expect(result.stderr).toContain('areas: api, chains, gate, limits, mutation, policy, risk, ton\n');
  });
});
