import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The root of the repository, with a slash at its end. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** One way into the package that its `exports` promise. */
export interface EntryPoint {
  /** As a user imports it: `castellan/store/memory`. */
  readonly specifier: string;
  /** As a file is called after it: `castellan-store-memory`. */
  readonly name: string;
  /** Its declarations, below the root; there once the package was built. */
  readonly types: string;
  /** Its source, below the root. */
  readonly source: string;
}

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | { readonly types: string }>>;
}

/** Every entry of the package that has types, in the order of `package.json`. */
export function entryPoints(): readonly EntryPoint[] {
  const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as Manifest;
  return Object.entries(manifest.exports).flatMap(([subpath, target]): EntryPoint[] => {
    if (typeof target === 'string') return [];
    const [, path] = /^\.\/dist\/types\/(.+)\.d\.ts$/.exec(target.types) ?? [];
    if (path === undefined) throw new Error(`${subpath}: ${target.types} is no declaration of the build`);
    const specifier = manifest.name + subpath.slice(1);
    return [{ specifier, name: specifier.replaceAll('/', '-'), types: `dist/types/${path}.d.ts`, source: `src/${path}.ts` }];
  });
}
