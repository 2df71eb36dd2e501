import { pathToFileURL } from 'node:url';

/** Loads the module at an absolute path and returns its default export; undefined where it has none. Runs its code. */
export async function loadDefaultExport(path: string): Promise<unknown> {
  const loaded = (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
  return loaded.default;
}
