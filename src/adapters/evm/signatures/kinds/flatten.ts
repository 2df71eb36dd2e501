import type { TypedStruct, TypedValue } from '../typed-data/struct.ts';

/** Arguments shown of one signature, and characters of each: a decision keeps them. What is cut ends in `…`. */
const MAX_ARGS = 64;
const MAX_CHARACTERS = 512;

/** The members of a struct by their paths: `details.token`, `outputs[0].amount`. */
export function flatten(struct: TypedStruct): Readonly<Record<string, string>> {
  const rows: [string, string][] = [];
  const add = (path: string, value: TypedValue): void => {
    if (rows.length > MAX_ARGS) return;
    if (value instanceof Map) for (const [name, member] of value) add(path === '' ? name : `${path}.${name}`, member);
    else if (Array.isArray(value)) for (const [index, item] of value.entries()) add(`${path}[${index}]`, item as TypedValue);
    else rows.push([path, cut(String(value))]);
  };
  add('', struct);
  if (rows.length > MAX_ARGS) rows.splice(MAX_ARGS, rows.length, ['…', 'more']);
  return Object.fromEntries(rows);
}

function cut(text: string): string {
  return text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…` : text;
}
