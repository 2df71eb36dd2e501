import type { Output } from './output.ts';

/** Fields whose texts are secrets, wherever they stand. */
const SECRET = /secret|password|passphrase|encryptionkey|privatekey|apikey|token$|^pass$/i;
/** Parts of an address from which on they are rather a key than a word. */
const LEAST_PART = 12;
const MAX_DEPTH = 12;

/** Conceals in all that is printed what a configuration holds of secrets: fields of such names, and what addresses carry beside their host. */
export function concealSecrets(output: Output, value: unknown, field = '', depth = 0): void {
  if (typeof value === 'string') {
    if (SECRET.test(field)) output.conceal(value);
    for (const part of secretParts(value)) output.conceal(part);
    return;
  }
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return;
  if (Array.isArray(value)) for (const item of value) concealSecrets(output, item, field, depth + 1);
  else if (isPlain(value)) for (const [name, inner] of Object.entries(value)) concealSecrets(output, inner, name, depth + 1);
}

/** What only code makes keeps its own secrets; its getters are not run. */
const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
};

function secretParts(text: string): readonly string[] {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || !URL.canParse(text)) return [];
  const { password, pathname, search } = new URL(text);
  const queries = [...new URLSearchParams(search).values()];
  const parts = [...pathname.split('/'), ...queries].filter(({ length }) => length >= LEAST_PART);
  return [...(password === '' ? [] : [password, decoded(password)]), ...parts, ...parts.map(decoded)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
