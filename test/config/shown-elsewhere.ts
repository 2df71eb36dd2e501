import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { ShownBy } from './effect.ts';

/** Checks that the test which is said to show a field's effect is there, and names the field. */
export function expectShown(field: string, { file, title, word: given }: ShownBy): void {
  const text = readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8');
  const begin = text.indexOf(`'${title}'`);
  expect(begin, `${file} has a test "${title}"`).toBeGreaterThan(-1);
  const word = given ?? field.split('.').at(-1)?.replace('[]', '') ?? field;
  // What belongs to a test: its table before its title, and its body up to the next test.
  const from = Math.max(0, text.lastIndexOf('\n  it', begin), text.lastIndexOf('\nit', begin));
  const next = text.slice(begin).search(/\n {0,2}(it|describe)[.(]/);
  const body = text.slice(from, next < 0 ? undefined : begin + next);
  expect(body, `that test names ${word}`).toContain(word);
}
