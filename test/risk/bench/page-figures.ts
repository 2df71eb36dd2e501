/** The figures of a page's tables, each with its place in the report's JSON. */
export function figuresOf(html: string): readonly { readonly path: string; readonly value: string; readonly text: string }[] {
  return [...html.matchAll(/<td data-figure="([^"]*)" data-value="([^"]*)">([^<]*)<\/td>/g)].map(
    ([, path = '', value = '', text = '']) => ({
      path,
      value,
      text,
    }),
  );
}

/** What stands in a document at `a.0.b`; undefined for nothing. */
export function valueAt(document: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, name) => (inner as Record<string, unknown> | undefined)?.[name], document);
}
