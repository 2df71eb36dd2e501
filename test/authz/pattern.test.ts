import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_PATTERN, MAX_TEXT, parsePattern } from '../../src/authz/policy/language/pattern.ts';
import { matchesPattern } from '../model/policy-fields.ts';

const matches = (pattern: string, text: string) => parsePattern(pattern)?.(text);

describe('patterns', () => {
  it.each<[string, string, boolean]>([
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['swap*', 'swapExact', true],
    ['swap*', 'Swap', false],
    ['*swap', 'preswap', true],
    ['a*b*c', 'aXbYbZc', true],
    ['a*b*c', 'abb', false],
    ['?', '', false],
    ['??', 'ab', true],
    ['?', '🦊', true],
    ['[a-c0-9]x', '7x', true],
    ['[a-c0-9]x', 'dx', false],
    ['[!a-c]', 'd', true],
    ['[!a-c]', 'b', false],
    ['[\\]\\-\\[]', '-', true],
    ['\\*', '*', true],
    ['\\*', 'x', false],
    ['100\\?', '100?', true],
    [`${'?'.repeat(255)}*`, 'x'.repeat(300), true],
    ['a'.repeat(256), 'a'.repeat(256), true],
    ['a'.repeat(256), 'a'.repeat(255), false],
    [`${'a'.repeat(33)}b`, `${'a'.repeat(33)}b`, true],
  ])('%s on %s: %s', (pattern, text, expected) => expect(matches(pattern, text)).toBe(expected));

  it.each(['[', ']', '[]', '[!]', '[a', '[z-a]', '[a-]', '[-a]', 'a\\', '[[]', '\ud800', 'a'.repeat(MAX_PATTERN + 1)])(
    '%j is none',
    (pattern) => expect(parsePattern(pattern)).toBeUndefined(),
  );

  it('agree with trying everything', () => {
    const letters = fc.constantFrom('a', 'b', '*', '?', 'é');
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 40 }), fc.array(fc.constantFrom('a', 'b', 'é'), { maxLength: 12 }), (pattern, text) => {
        const few = pattern.filter((letter, index) => letter !== '*' || index % 6 === 0);
        expect(matches(few.join(''), text.join(''))).toBe(matchesPattern(few, text));
      }),
      { numRuns: 2_000 },
    );
  });

  it('take time by the length of the text alone, and no text that is too long', () => {
    const evil = parsePattern('*a'.repeat(MAX_PATTERN / 2));
    const text = `${'a'.repeat(127)}${'b'.repeat(MAX_TEXT - 127)}`;
    const began = process.hrtime.bigint();
    expect(evil?.(text)).toBe(false);
    expect(evil?.('a'.repeat(MAX_TEXT))).toBe(true);
    // Two scans of 4,096 characters; trying everything would not end. Under mutation a clock would find what no test found.
    if (process.env['CASTELLAN_MUTATION'] === undefined) expect(Number(process.hrtime.bigint() - began) / 1e6).toBeLessThan(500);
    expect(evil?.('a'.repeat(MAX_TEXT + 1))).toBeUndefined();
  });
});
