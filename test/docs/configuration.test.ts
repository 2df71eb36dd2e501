import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/manager/config.ts';
import { ENVIRONMENT_VARIABLES } from '../../src/manager/config-from-env.ts';
import { configFields } from '../config/field-list.ts';
import { readDocument } from './snippets.ts';

type Row = readonly string[];

/** Rows of the tables of a page whose head begins with a word, each as its cells. */
function rowsOf(page: string, head: string): readonly Row[] {
  const cells = (line: string): Row =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
  return page
    .split(/\n\n+/)
    .map((block) =>
      block
        .split('\n')
        .filter((line) => line.startsWith('|'))
        .map(cells),
    )
    .filter(([first]) => first?.[0] === head)
    .flatMap(([, , ...rows]) => rows);
}
const nameOf = ([cell = '']: Row): string => /^`([^`]+)`$/.exec(cell)?.[1] ?? cell;

/** What a configuration that says nothing has at a path. */
const resolved = parseConfig({}) as unknown;
const valueAt = (path: string): unknown =>
  path.split('.').reduce<unknown>((at, name) => (at as Readonly<Record<string, unknown>> | undefined)?.[name], resolved);

const page = readDocument('docs/configuration.md');
const rows = rowsOf(page, 'field');
const defaults = configFields().flatMap((field) => {
  const value = valueAt(field);
  return ['boolean', 'number', 'string'].includes(typeof value) ? [[field, value] as const] : [];
});

describe('the page of the configuration', () => {
  it('has one row for each field of the schema, and no other', () => {
    expect(rows.map(nameOf).toSorted()).toEqual([...configFields()].toSorted());
  });
  it('says form, default and effect of each', () => {
    expect(rows.filter((row) => row.length !== 4 || row.some((cell) => cell === '')).map(nameOf)).toEqual([]);
  });
  it.each(defaults)('%s: the default is %s', (field, value) => {
    const row = rows.find((one) => nameOf(one) === field);
    expect(row?.[2]).toBe(`\`${typeof value === 'string' ? `'${value}'` : value}\``);
  });
  it('compares the defaults of most fields that have a plain one', () => expect(defaults.length).toBeGreaterThan(30));
  it('has one row for each variable of the environment, and no other', () => {
    expect(rowsOf(page, 'variable').map(nameOf).toSorted()).toEqual(ENVIRONMENT_VARIABLES.toSorted());
  });
});

describe('the reader of tables', () => {
  it('finds the rows of the tables it is asked for', () => {
    const text = 'Words.\n\n| field | x |\n| --- | --- |\n| `a.b` | 1 |\n\n| other | y |\n| --- | --- |\n| `c` | 2 |\n';
    expect(rowsOf(text, 'field')).toEqual([['`a.b`', '1']]);
    expect(rowsOf(text, 'none')).toEqual([]);
    expect(nameOf(['`a.b`'])).toBe('a.b');
  });
});
