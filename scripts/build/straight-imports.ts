import { readFileSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';

/** What a bundler's plugin is here; see https://esbuild.github.io/plugins/ */
interface Plugin {
  readonly name: string;
  setup(build: {
    onLoad(
      options: { readonly filter: RegExp },
      load: (file: { readonly path: string }) => { readonly contents: string; readonly loader: 'ts' } | undefined,
    ): void;
  }): void;
}

/** `import {…} from '…'` and `export {…} from '…'` of a file that is a door. */
const THROUGH_DOOR = /^(import|export)\s+\{([^}]*)\}\s+from\s+'(\.[^']*\/index\.ts)';/gm;
/** zod as one object, which brings all of it along; as a namespace it brings what is used. */
const WHOLE_ZOD = /^import (type )?\{ z \} from 'zod';/gm;
const NAMED = /^export\s+\{([^}]*)\}\s+from\s+'([^']+)';/gm;
const ALL = /^export\s+\*\s+from\s+'([^']+)';/gm;

interface Name {
  /** As the other file calls it. */
  readonly theirs: string;
  readonly ours: string;
}

/** The values among the names between braces: types leave nothing in the bundle. */
function valuesOf(braces: string): readonly Name[] {
  const names = braces.split(',').map((name) => name.trim());
  return names
    .filter((name) => name !== '' && !name.startsWith('type '))
    .map((name) => {
      const [theirs = '', ours = theirs] = name.split(/\s+as\s+/);
      return { theirs, ours };
    });
}

/** Where each value that a door shows is made. */
function behind(door: string): ReadonlyMap<string, { readonly file: string; readonly name: string }> {
  const text = readFileSync(door, 'utf8');
  const found = new Map<string, { readonly file: string; readonly name: string }>();
  const add = (shown: string, target: string, name: string): void => {
    const inner = target.endsWith(`${sep}index.ts`) ? behind(target).get(name) : undefined;
    found.set(shown, inner ?? { file: target, name });
  };
  for (const [, star = ''] of text.matchAll(ALL)) {
    const target = resolve(dirname(door), star);
    for (const name of behind(target).keys()) add(name, target, name);
  }
  for (const [, braces = '', from = ''] of text.matchAll(NAMED))
    for (const { theirs, ours } of valuesOf(braces)) add(ours, resolve(dirname(door), from), theirs);
  return found;
}

/**
 * Lets the bundle import from the file that makes a thing and not through the door of its room. The bundler puts into one chunk
 * whatever a door leads to, used or not; this way importing the package loads only what it needs at once. Lines stay where they are.
 */
export function straightImports(src: string): Plugin {
  const doors = new Map<string, ReturnType<typeof behind>>();
  const open = (door: string): ReturnType<typeof behind> => {
    const known = doors.get(door) ?? behind(door);
    doors.set(door, known);
    return known;
  };
  const rewritten = (path: string, text: string): string =>
    text
      .replace(WHOLE_ZOD, "import $1* as z from 'zod';")
      .replace(THROUGH_DOOR, (statement, keyword: string, braces: string, from: string) => {
        const door = resolve(dirname(path), from);
        const straight = valuesOf(braces).map(({ theirs, ours }) => {
          const { file, name } = open(door).get(theirs) ?? { file: door, name: theirs };
          return `${keyword} { ${name} as ${ours} } from ${JSON.stringify(file)};`;
        });
        return straight.join(' ') + '\n'.repeat(statement.split('\n').length - 1);
      });
  return {
    name: 'straight-imports',
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, ({ path }) =>
        path.startsWith(src + sep) ? { contents: rewritten(path, readFileSync(path, 'utf8')), loader: 'ts' } : undefined,
      );
    },
  };
}
