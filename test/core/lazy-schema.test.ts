import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { lazySchema } from '../../src/core/schema.ts';

describe('lazySchema', () => {
  it('builds at the first use, and once', () => {
    let built = 0;
    const schema = lazySchema(() => {
      built += 1;
      return z.strictObject({ name: z.string(), many: z.int().default(3) });
    });
    expect(built).toBe(0);
    expect(schema.parse({ name: 'a' })).toEqual({ name: 'a', many: 3 });
    expect(schema.safeParse({ name: 1, more: 2 }).success).toBe(false);
    expect(Object.keys(schema.unwrap().shape)).toEqual(['name', 'many']);
    expect(built).toBe(1);
  });

  it('stands in other schemas like what it builds: defaults, absence and the place of a problem', () => {
    const inner = lazySchema(() => z.strictObject({ deep: z.int().default(1) }));
    const word = lazySchema(() => z.string().optional());
    const outer = z.strictObject({ filled: inner.prefault({}), left: inner.optional(), word });
    expect(outer.parse({})).toEqual({ filled: { deep: 1 } });
    const wrong = outer.safeParse({ filled: { deep: 'x' }, left: { other: 1 } });
    expect(wrong.error?.issues.map(({ path }) => path.join('.'))).toEqual(['filled.deep', 'left']);
  });
});
