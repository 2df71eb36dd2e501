import { existsSync, globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { GROUPS, slicesOf } from '../../scripts/mutation/groups.ts';
import { percentOf, scoresOf } from '../../scripts/mutation/run-slice.ts';
import { SLICES } from '../../scripts/mutation/slices.ts';
import { isSentence } from '../../scripts/mutation/texts.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const mutants = (...states: readonly string[]) => ({ mutants: states.map((status) => ({ status })) });

describe('the score of mutation', () => {
  it('is the share of changes that were noticed, what no test reaches among those that were not', () => {
    const scores = scoresOf({
      files: { 'a.ts': mutants('Killed', 'Timeout', 'Survived', 'NoCoverage', 'Ignored', 'RuntimeError'), 'b.ts': mutants('Killed') },
    });
    expect(scores).toEqual([
      { file: 'a.ts', noticed: 2, changes: 4 },
      { file: 'b.ts', noticed: 1, changes: 1 },
    ]);
    expect([percentOf(scores), percentOf(scores.slice(1)), percentOf([])]).toEqual([60, 100, undefined]);
    expect(() => scoresOf({ files: { 'a.ts': mutants('Ignored') } })).toThrow('nothing');
    expect(() => scoresOf({ files: {} })).toThrow('nothing');
  });

  it('is that of four groups, each of slices whose files and tests are there', () => {
    expect(GROUPS).toEqual(['engine', 'limits', 'approvals', 'policy']);
    expect(slicesOf('engine')).toEqual(['engine.chain', 'engine.judge', 'engine.layers']);
    expect([slicesOf('engine.chain'), slicesOf('nobody')]).toEqual([['engine.chain'], []]);
    for (const [name, { mutate, tests }] of Object.entries(SLICES))
      for (const pattern of [...mutate, ...tests])
        expect(globSync(pattern, { cwd: root }).length, `${name}: ${pattern}`).toBeGreaterThan(0);
    expect(existsSync(`${root}stryker.config.js`)).toBe(true);
  });

  it('leaves sentences for people alone, and nothing else', () => {
    const text = { type: 'StringLiteral' };
    const inside = (parent: object, key: string | number, listKey?: string, node = text) =>
      isSentence({ node, key, listKey, parent } as never);
    const call = (name: string) => ({ type: 'CallExpression', callee: { type: 'Identifier', name } });
    expect(inside({ type: 'ObjectProperty', key: { name: 'message' } }, 'value')).toBe(true);
    expect(inside({ type: 'ObjectProperty', key: { name: 'code' } }, 'value')).toBe(false);
    expect(inside({ type: 'ObjectProperty', key: { name: 'message' } }, 'key')).toBe(false);
    expect([inside(call('deny'), 1, 'arguments'), inside(call('deny'), 0, 'arguments'), inside(call('other'), 1, 'arguments')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(inside(call('invalid'), 0, 'arguments', { type: 'TemplateLiteral' })).toBe(true);
    expect(inside(call('invalid'), 0, 'arguments', { type: 'BooleanLiteral' })).toBe(false);
  });
});
