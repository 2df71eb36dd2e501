import type { CheckedSource, RowField } from '../list-source.ts';
import { fieldsAmong } from './columns.ts';
import { jsonElements } from './json-elements.ts';
import type { ListReader, RowSink } from './row.ts';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const written = (value: unknown): string | undefined =>
  typeof value === 'string' ? value.trim() : typeof value === 'number' || typeof value === 'boolean' ? `${value}` : undefined;

/**
 * JSON in any of the shapes that lists have: accounts, objects with an account each, either of them under names, one object
 * keyed by account, or one that names each account.
 */
export function jsonReader({ columns, only }: CheckedSource, sink: RowSink): ListReader {
  const unread = (value: unknown, number: number): void => sink.unread(JSON.stringify(value), number);

  const row = (members: Readonly<Record<string, unknown>>, keyed: string | undefined, number: number): void => {
    const found = fieldsAmong(Object.keys(members), columns);
    const address = keyed ?? (found.address === undefined ? undefined : written(members[found.address]));
    if (address === undefined) return unread(members, number);
    if (only !== undefined && !only.values.includes(written(members[only.column]) ?? '')) return sink.skipped();
    const fields: Partial<Record<RowField, string>> = {};
    for (const [field, name] of Object.entries(found)) {
      const text = written(members[name]);
      if (text !== undefined) fields[field as RowField] = text;
    }
    return sink.row({ ...fields, address }, number);
  };

  const one = (value: unknown, number: number): void => {
    if (isObject(value)) return row(value, undefined, number);
    if (typeof value !== 'string') return unread(value, number);
    return only === undefined ? sink.row({ address: value.trim() }, number) : sink.skipped();
  };

  return jsonElements(({ name, value, number }) => {
    if (name === undefined) return one(value, number);
    if (sink.isAddress(name)) {
      if (isObject(value)) return row(value, name, number);
      // What stands under an account is what is said of it, were it nothing at all.
      return row(typeof value === 'string' ? { kind: value } : {}, name, number);
    }
    if (!Array.isArray(value)) return one(value, number);
    for (const item of value) one(item, number);
  });
}
