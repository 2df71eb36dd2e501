import type { CheckedSource, RowField } from '../list-source.ts';
import { fieldsAmong, folded } from './columns.ts';
import { lineReader } from './lines.ts';
import { brokenList, type ListReader, type ListRow, type RowSink } from './row.ts';

/** A quoted field that never ends would swallow the rest of the list. */
const MAX_CHARS = 65_536;

/** CSV (RFC 4180) under a line of names, with commas, and quoted fields that may span lines. */
export function csvReader({ columns, only }: CheckedSource, sink: RowSink): ListReader {
  let names: readonly string[] | undefined;
  let fields: readonly (readonly [RowField, number])[] = [];
  let addressAt = -1;
  let onlyAt = -1;
  let pending = '';
  let began = 0;

  const head = (cells: readonly string[], line: number): void => {
    names = cells.map((cell) => cell.trim());
    const found = fieldsAmong(names, columns);
    const at = (name: string): number => names?.indexOf(name) ?? -1;
    fields = Object.entries(found).map(([field, name]) => [field as RowField, at(name)]);
    addressAt = at(found.address ?? '');
    onlyAt = only === undefined ? -1 : at(only.column);
    const missing = Object.values(columns).some((name) => name !== undefined && at(name) < 0) || (only !== undefined && onlyAt < 0);
    // Of two columns of one name one would be believed and the other never read.
    const isTwice = (name: string): boolean => (names ?? []).filter((other) => folded(other) === folded(name)).length > 1;
    const read = [...Object.values(found), ...(only === undefined ? [] : [only.column])];
    if (read.some(isTwice)) throw brokenList('a column is there twice', line);
    if (found.address === undefined || missing) throw brokenList('the first line does not name the columns', line);
  };

  const record = (text: string, line: number): void => {
    const cells = text.includes('"') ? quotedCells(text) : text.split(',');
    if (names === undefined) return head(cells ?? [], line);
    if (cells === undefined || cells.length !== names.length) return sink.unread(text, line);
    if (only !== undefined && !only.values.includes((cells[onlyAt] ?? '').trim())) return sink.skipped();
    const row: Partial<Record<RowField, string>> & { address: string } = { address: (cells[addressAt] ?? '').trim() };
    for (const [field, at] of fields) row[field] = (cells[at] ?? '').trim();
    return sink.row(row satisfies ListRow, line);
  };

  const lines = lineReader((line, number) => {
    if (pending === '') {
      if (line.trim() === '') return;
      began = number;
    }
    const text = pending === '' ? line : `${pending}\n${line}`;
    pending = hasOpenQuote(text) ? text : '';
    if (pending.length > MAX_CHARS) throw brokenList('a quoted field does not end', began);
    if (pending === '') record(text, began);
  });
  return {
    push: lines.push,
    end() {
      lines.end();
      if (pending !== '') throw brokenList('a quoted field does not end', began);
      if (names === undefined) throw brokenList('the first line does not name the columns', 1);
    },
  };
}

function hasOpenQuote(text: string): boolean {
  let isOpen = false;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) isOpen = !isOpen;
  return isOpen;
}

const QUOTED = /^"((?:[^"]|"")*)"$/;

/** The cells of a record with quotes in it; undefined where a quote stands inside a bare cell. */
function quotedCells(text: string): readonly string[] | undefined {
  const cells: string[] = [];
  let start = 0;
  let isOpen = false;
  for (let at = 0; at <= text.length; at += 1) {
    if (text[at] === '"') isOpen = !isOpen;
    if (at < text.length && (isOpen || text[at] !== ',')) continue;
    const cell = text.slice(start, at);
    const quoted = QUOTED.exec(cell)?.[1];
    if (quoted === undefined && cell.includes('"')) return undefined;
    cells.push(quoted?.replaceAll('""', '"') ?? cell);
    start = at + 1;
  }
  return cells;
}
