import { CastellanError } from '../../../core/errors.ts';

/** One line of a table, by the names of its columns in lower case. */
export type CsvRecord = Readonly<Record<string, string>>;

/** More lines are no history of one wallet. */
const MOST_LINES = 1_000_000;

/**
 * Reads comma-separated values (RFC 4180): quoted fields may hold commas, quotes doubled, and line breaks. Columns that have no name are left out.
 * @throws CONFIG_INVALID with the number of the record for a quote that never ends, another count of fields than the head's, or too many records
 */
export function parseCsv(text: string, name: string): readonly CsvRecord[] {
  const records = fieldsOf(text.replace(/^\uFEFF/, ''), name);
  const [head, ...rest] = records;
  const names = (head ?? []).map((column) => column.trim().toLowerCase());
  return rest
    .map((fields, at) => [fields, at] as const)
    .filter(([fields]) => !(fields.length === 1 && fields[0]?.trim() === ''))
    .map(([fields, at]) => {
      if (fields.length !== names.length) throw malformed(name, at + 2, `it has ${fields.length} fields, and the head ${names.length}`);
      return Object.fromEntries(names.flatMap((column, place) => (column === '' ? [] : [[column, (fields[place] ?? '').trim()]])));
    });
}

/** What is wrong with a file that somebody exported. */
export function malformed(name: string, record: number, why: string): CastellanError {
  return new CastellanError('CONFIG_INVALID', {
    message: `Record ${record} of the export is malformed: ${why}.`,
    details: { file: name, record },
  });
}

function fieldsOf(text: string, name: string): readonly (readonly string[])[] {
  const records: string[][] = [];
  let record: string[] = [];
  let at = 0;
  while (at < text.length) {
    let field = '';
    if (text[at] === '"') {
      for (at += 1; ; at += 1) {
        if (at >= text.length) throw malformed(name, records.length + 1, 'a quote never ends');
        if (text[at] !== '"') field += text[at];
        else if (text[at + 1] === '"') {
          field += '"';
          at += 1;
        } else break;
      }
      at += 1;
    }
    // Some exporters write a blank after the closing quote.
    const end = endOfField(text, at);
    field += text.slice(at, end);
    record.push(field.replace(/\r$/, ''));
    at = end + 1;
    if (text[end] === ',') {
      if (at < text.length) continue;
      record.push('');
    }
    records.push(record);
    record = [];
    if (records.length > MOST_LINES) throw malformed(name, records.length, `there are more than ${MOST_LINES} records`);
  }
  return records;
}

function endOfField(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== ',' && text[at] !== '\n') at += 1;
  return at;
}
