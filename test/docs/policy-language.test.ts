import { describe, expect, it } from 'vitest';
import { FIELDS, OPERATORS } from '../../src/authz/index.ts';
import { readDocument } from './snippets.ts';

const page = readDocument('docs/policy-language.md');
const section = (title: string): string => page.split(`## ${title}`)[1]?.split('\n## ')[0] ?? '';
const rows = (title: string): readonly (readonly string[])[] =>
  section(title)
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()));

describe('the page about the policy language', () => {
  it('has every field with its type, and no other', () => {
    const told = Object.fromEntries(rows('Fields').map(([, field = '', type = '']) => [field.replaceAll('`', ''), type]));
    expect(told).toEqual({ ...FIELDS, 'args.<name>': 'argument' });
  });

  it('has every operator, and no other', () => {
    const told = rows('Operators').flatMap(([, operators = '']) => [...operators.matchAll(/`([a-z_]+)`/g)].map(([, name]) => name));
    expect(told.sort()).toEqual([...OPERATORS].sort());
  });
});
