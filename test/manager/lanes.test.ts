import { describe, expect, it } from 'vitest';
import { createLanes } from '../../src/manager/pipeline/lanes.ts';

describe('lanes', () => {
  it('run one task of a key at a time, in order, whatever becomes of each', async () => {
    const lanes = createLanes();
    const said: string[] = [];
    const task = (name: string, ends: 'well' | 'badly') => async () => {
      said.push(`${name}>`);
      await new Promise((resolve) => setTimeout(resolve, 2));
      said.push(`<${name}`);
      if (ends === 'badly') throw new Error(name);
      return name;
    };
    const runs = [
      lanes.run('k', task('a', 'badly')),
      lanes.run('k', task('b', 'well')),
      lanes.run('k', () => {
        throw new Error('at once');
      }),
      lanes.run('k', task('c', 'well')),
    ];
    const ends = await Promise.allSettled(runs);
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled']);
    expect(said).toEqual(['a>', '<a', 'b>', '<b', 'c>', '<c']);
  });

  it('of different keys do not wait for each other, and nothing is kept of finished ones', async () => {
    const lanes = createLanes();
    const stuck = lanes.run('stuck', () => new Promise<string>(() => {}));
    void stuck;
    for (let index = 0; index < 1_000; index++) expect(await lanes.run(`k${index}`, async () => index)).toBe(index);
    await Promise.resolve();
    expect(lanes.size()).toBe(1);
  });
});
