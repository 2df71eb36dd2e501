import { brokenList } from './row.ts';

/** One element is an account and what is said of it, or the accounts under one name. */
const MAX_CHARS = 2 ** 20;

/** An element of the outermost list or object; in an object with its name. */
export type JsonElement = { readonly name: string | undefined; readonly value: unknown; readonly number: number };

/**
 * Cuts a JSON text that comes in pieces into the elements of its outermost list or object, so that the whole is never held.
 * @throws REQUEST_INVALID for anything that is no JSON, no list or object outside, or an element beyond 2^20 characters
 */
export function jsonElements(take: (element: JsonElement) => void): { push(text: string): void; end(): void } {
  let outer: '[' | '{' | '' = '';
  let depth = 0;
  let isText = false;
  let isEscaped = false;
  let isOver = false;
  let element = '';
  let number = 0;

  const cut = (isLast: boolean): void => {
    // `[]` and `{}` hold nothing; a comma always stands between two elements.
    if (isLast && number === 0 && element.trim() === '') return;
    number += 1;
    for (const [name, value] of parsed(outer === '[' ? `[${element}]` : `{${element}}`, number))
      take({ name: outer === '[' ? undefined : name, value, number });
    element = '';
  };

  const push = (text: string): void => {
    let start = 0;
    for (let at = 0; at < text.length; at += 1) {
      const char = text[at] as string;
      if (isText) {
        if (isEscaped) isEscaped = false;
        else if (char === '\\') isEscaped = true;
        else if (char === '"') isText = false;
        continue;
      }
      if (outer === '' || isOver) {
        if (char.trim() === '') continue;
        if (isOver || (char !== '[' && char !== '{')) throw brokenList('it is no JSON list or object', number);
        outer = char;
        start = at + 1;
      } else if (char === '"') isText = true;
      else if (char === '[' || char === '{') depth += 1;
      else if ((char === ']' || char === '}') && depth > 0) depth -= 1;
      else if (char === ',' && depth === 0) {
        element += text.slice(start, at);
        start = at + 1;
        cut(false);
      } else if (char === ']' || char === '}') {
        if ((char === ']') !== (outer === '[')) throw brokenList('it is no JSON', number);
        element += text.slice(start, at);
        cut(true);
        isOver = true;
      }
    }
    if (outer !== '' && !isOver) element += text.slice(start);
    if (element.length > MAX_CHARS) throw brokenList('an element is longer than 2^20 characters', number + 1);
  };
  return {
    push,
    end() {
      if (!isOver) throw brokenList('the JSON does not end', number);
    },
  };
}

function parsed(text: string, number: number): readonly [string, unknown][] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw brokenList('it is no JSON', number);
  }
  const found = Object.entries(value as object);
  if (found.length !== 1) throw brokenList('it is no JSON', number);
  return found;
}
