import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** One row of a CSV table, by the names of its head. */
export type TableRow = Readonly<Record<string, string>>;

/** Parts that the data comes in; the first that is there is read. */
const PARTS = ['_dev', '_heldout', ''] as const;

/** The file of a table in a data folder, whichever part of it is there, packed or not; undefined where none is. */
export function findTable(data: string, name: string): string | undefined {
  const names = PARTS.flatMap((part) => [`${name}${part}.csv`, `${name}${part}.csv.gz`]);
  return names.map((file) => join(data, file)).find((path) => existsSync(path));
}

/** Reads a table of plain cells. @throws Error where it is not there */
export function readTable(data: string, name: string): readonly TableRow[] {
  const path = findTable(data, name);
  if (path === undefined) throw new Error(`no table ${name} in ${data}`);
  const bytes = readFileSync(path);
  const [head = '', ...lines] = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').trim().split(/\r?\n/);
  const names = head.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(names.map((column, at) => [column, cells[at] ?? '']));
  });
}
