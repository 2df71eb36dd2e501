/** Text that is safe between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}

/** JSON that is safe inside of a script element: no tag can begin or end in it. */
export function embeddedJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('>', '\\u003e')
    .replaceAll('&', '\\u0026')
    .replace(/[\u2028\u2029]/g, (mark) => `\\u${mark.charCodeAt(0).toString(16)}`);
}

/** A cell of a table: text, or a figure with its place in the report's JSON. */
export type Cell = string | { readonly path: string; readonly value: number | null; readonly text: string };

/** A table with a head; the first cell of each row is its heading. */
export function tableHtml(caption: string, head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cell = (one: Cell, at: number): string => {
    if (typeof one !== 'string')
      return `<td data-figure="${escapeHtml(one.path)}" data-value="${String(one.value)}">${escapeHtml(one.text)}</td>`;
    return at === 0 ? `<th scope="row">${escapeHtml(one)}</th>` : `<td>${escapeHtml(one)}</td>`;
  };
  const heads = head.map((one) => `<th scope="col">${escapeHtml(one)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n');
  return `<div class="wide"><table><caption>${escapeHtml(caption)}</caption><thead><tr>${heads}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
}

/** A chart that the page's script draws, with what it shows. */
export function chartHtml(chart: string, title: string, caption: string): string {
  return `<figure><h3>${escapeHtml(title)}</h3><div class="plot" data-chart="${escapeHtml(chart)}" data-title="${escapeHtml(title)}"></div><figcaption>${escapeHtml(caption)}</figcaption></figure>`;
}
