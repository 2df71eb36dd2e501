import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../../src/index.ts';

const ends = (text: string, format: 'json' | 'yaml' = 'yaml'): Promise<unknown> =>
  parsePolicy(text, format).then(
    (read) => read,
    ({ code }) => code,
  );
describe('the text of a policy', () => {
  it('of many names in one place costs about what it does in many places', async () => {
    const name = (index: number): string => `k${index}: 1`;
    const together = Array.from({ length: 20_000 }, (_, index) => name(index)).join('\n');
    const apart = Array.from({ length: 2_000 }, (_, row) => `r${row}: {${Array.from({ length: 10 }, (_, at) => name(at)).join(', ')}}`);
    const cost = async (text: string): Promise<number> => {
      const began = performance.now();
      expect(typeof (await ends(text))).toBe('object');
      return performance.now() - began;
    };
    await cost(apart.slice(0, 200).join('\n'));
    // Comparing each name with all before it costs ten times as much here, and minutes where the text is as long as it may be.
    expect((await cost(together)) / (await cost(apart.join('\n')))).toBeLessThan(2.5);
  });

  it('that names a field twice is refused however that is spelt', async () => {
    for (const text of ['a: 1\na: 2', '{a: 1, "a": 2}', 'x: {y: 1, y: 1}', "a: 1\n'a': 2", '"\\u0061": 1\na: 2'])
      expect(await ends(text), text).toBe('POLICY_INVALID');
    expect(await ends('{"a":1,"\\u0061":2}', 'json')).toBe('POLICY_INVALID');
    expect(await ends('x: {y: 1}\nz: {y: 1}')).toEqual({ x: { y: 1 }, z: { y: 1 } });
  });

  it('repeats nothing, and reads no number in another notation, whatever version of YAML it says to be', async () => {
    const bomb = ['a: &a [x, x, x]', 'b: &b [*a, *a, *a]', 'c: [*b, *b, *b]'].join('\n');
    for (const text of [bomb, 'a: &x 1\nb: *x', 'a: &a {x: 1}\nb:\n  <<: *a']) expect(await ends(text), text).toBe('POLICY_INVALID');
    for (const number of [
      '0x10',
      '0o17',
      '0777',
      '1e21',
      '.inf',
      '-.inf',
      '.nan',
      '+5',
      '9007199254740993',
      '1.10e1',
      '0.30000000000000001',
    ])
      for (const head of ['', '%YAML 1.1\n---\n']) expect(await ends(`${head}daily: ${number}`), `${head}${number}`).toBe('POLICY_INVALID');
    for (const tagged of ['!!int "5"', '!!binary aGk=', '!!js/function x', '!own 1'])
      expect(await ends(`a: ${tagged}`)).toBe('POLICY_INVALID');
    expect(await ends('%YAML 1.1\n---\na: yes\nb: 1_000\nc: 12:30')).toEqual({ a: 'yes', b: '1_000', c: '12:30' });
    expect(await ends('daily: １０')).toEqual({ daily: '１０' });
  });

  it('nested however deep ends in a typed error or a value', async () => {
    for (let depth = 64; depth < 20_000; depth *= 4)
      for (const [open, close] of [
        ['[', ']'],
        ['{a: ', '}'],
        ['- ', ''],
      ] as const) {
        const read = await ends(`a: ${open.repeat(depth)}1${close.repeat(depth)}`);
        expect(read === 'POLICY_INVALID' || typeof read === 'object', `${open}${depth}`).toBe(true);
      }
  });
});
