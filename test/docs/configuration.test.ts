import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/manager/config.ts';
import { ENVIRONMENT_VARIABLES } from '../../src/manager/config-from-env.ts';
import { configFields, permissionFields } from '../config/field-list.ts';
import { readDocument, root } from './snippets.ts';

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

/** What a manager brings to an adapter, and the list that the chains themselves stand in. */
const FROM_THE_MANAGER: ReadonlySet<string> = new Set(['chains', 'clock', 'fork', 'fetch', 'net']);
/** Names of the fields of an interface, as its source writes them. */
function optionNames(source: string, name: string): readonly string[] {
  const text = readFileSync(root + source, 'utf8');
  const [, body = ''] = new RegExp(`export interface ${name} \\{\\n([\\s\\S]*?)\\n\\}`).exec(text) ?? [];
  return [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, field = '']) => field);
}

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
  it('has one row for each permission, and no other', () => {
    const fields = permissionFields().map((field) => field.replace(/^capabilities\.\w+\.(enabled|readOnly)$/, 'capabilities.<name>.$1'));
    expect(rowsOf(page, 'permission').map(nameOf).toSorted()).toEqual([...new Set(fields)].toSorted());
  });
  it.each([
    ['evm option', 'src/adapters/evm/config.ts', ['EvmChainOptions', 'EvmAdapterOptions']],
    ['ton option', 'src/adapters/ton/config.ts', ['TonChainOptions']],
  ])('has one row for each %s, and no other', (head, source, interfaces) => {
    const names = interfaces.flatMap((name) => optionNames(source, name)).filter((name) => !FROM_THE_MANAGER.has(name));
    expect(names.length).toBeGreaterThan(10);
    expect(rowsOf(page, head).map(nameOf).toSorted()).toEqual([...new Set(names)].toSorted());
  });
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
