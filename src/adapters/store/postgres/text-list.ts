/** Stands between the texts of a list. */
const SEPARATOR = '\u0001';

const FIRST_PLAIN = 3;
const SPECIAL = ['\u0000', '\u0001', '\u0002'] as const;
const ESCAPED = ['\u0002\u0003', '\u0002\u0004', '\u0002\u0005'] as const;

/**
 * Text as PostgreSQL can hold it, and in the same order: U+0000 to U+0002 become U+0002 and one more character. Thus no text
 * holds what stands between the texts of a list, and none holds the U+0000 that PostgreSQL refuses.
 */
export function encodeText(text: string): string {
  if (!SPECIAL.some((mark) => text.includes(mark))) return text;
  return text.replace(/\p{Cc}/gu, (mark) => (mark.charCodeAt(0) < FIRST_PLAIN ? (ESCAPED[mark.charCodeAt(0)] ?? mark) : mark));
}

/** The text that {@link encodeText} was given. */
export function decodeText(text: string): string {
  if (!text.includes('\u0002')) return text;
  // In this order: the last one makes what the others look for.
  return ESCAPED.reduce((rest, escaped, code) => rest.replaceAll(escaped, String.fromCharCode(code)), text);
}

/**
 * Encoded texts as one, for `string_to_array` with {@link splitList}: read by the server in one pass, without the quotes that
 * a literal of an array needs. No text may be empty.
 */
export function joinList(encoded: readonly string[]): string {
  return encoded.join(SEPARATOR);
}

/** The SQL that makes an array of the list in an expression. An empty list is an empty array. */
export function splitList(expression: string): string {
  return `string_to_array(${expression}, E'\\x01')`;
}
