/** A cell that a spreadsheet would compute begins with one of these once look-alikes are folded. */
const FORMULA = /^[=+\-@\u2010-\u2015\u2212|%]/;
/** What a spreadsheet, or its import dialog, may skip before a formula: spaces, quotes of every kind, marks that show nothing. */
const SKIPPED = /[\s\p{Z}\p{C}\p{M}"'`\u2018-\u201f\u00ab\u00bb\u2032\u2033\u2039\u203a]/u;
/** Where a cell begins for a reader that splits at something else than the comma. */
const INNER_START = /[;\t\r\n\v\f\u0085\u2028\u2029]/;

/**
 * Writes one record of RFC 4180: every cell in quotes, quotes doubled, CRLF at the end. Cells are made safe for
 * spreadsheets first, see {@link safeCell}.
 */
export function csvRecord(cells: readonly string[]): string {
  return `${cells.map((cell) => `"${safeCell(cell).replaceAll('"', '""')}"`).join(',')}\r\n`;
}

/**
 * Makes a text harmless as a cell: an apostrophe goes before whatever a spreadsheet could take for a formula, at the
 * beginning and after each semicolon, tab or line break inside, even behind spaces, quotes or invisible marks; full-width and
 * other look-alikes of `= + - @` count as what they look like. Invisible controls are spelled out. The text is for
 * reading; JSON and JSONL keep it exact.
 */
export function safeCell(text: string): string {
  let out = '';
  let isStart = true;
  for (const mark of text) {
    if (isStart && mark.normalize('NFKC').search(FORMULA) === 0) out += "'";
    else if (isStart && out === '' && /[\t\r\n]/.test(mark)) out += "'";
    out += spelled(mark);
    if (INNER_START.test(mark.normalize('NFKC'))) isStart = true;
    else if (!SKIPPED.test(mark)) isStart = false;
  }
  return out;
}

/** Controls and direction marks as `\u…`, so that a cell looks like what it is; line breaks and tabs stay. */
function spelled(mark: string): string {
  if (!/[\p{Cc}\p{Cf}\p{Cs}]/u.test(mark) || mark === '\t' || mark === '\r' || mark === '\n') return mark;
  return Array.from({ length: mark.length }, (_, unit) => `\\u${mark.charCodeAt(unit).toString(16).padStart(4, '0')}`).join('');
}
