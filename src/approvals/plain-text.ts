import { sha256Hex } from '../core/index.ts';

/** Longest text of one field that is shown; the rest is cut, and the cut is said. */
const MAX_FIELD = 512;

/** Printable ASCII without the quote and the backslash: everything else is escaped. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/**
 * A text that somebody else chose, as one quoted piece of one line: controls, line breaks, bidirectional marks, invisible
 * and look-alike characters are written as their code points, so that it can neither forge a line nor hide in one.
 */
export function quoted(text: string): string {
  if (text.length <= MAX_FIELD) return `"${escapeAll(text)}"`;
  // The digest binds what is not shown.
  return `"${escapeAll(text.slice(0, MAX_FIELD))}" (cut from ${text.length} characters, SHA-256 ${sha256Hex(escapeAll(text))})`;
}

function escapeAll(text: string): string {
  return PLAIN.test(text) ? text : [...text].map(escaped).join('');
}

function escaped(character: string): string {
  if (PLAIN.test(character)) return character;
  if (character === '"' || character === '\\') return `\\${character}`;
  return `\\u{${(character.codePointAt(0) as number).toString(16)}}`;
}
