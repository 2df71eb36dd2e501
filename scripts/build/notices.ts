import { globSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Name of the file, in the folder that is shipped. */
export const NOTICES = 'THIRD-PARTY-LICENSES.txt';

/** The libraries whose code lies in the built files of a folder, as their source maps tell. */
export function bundledIn(folder: string): readonly string[] {
  const found = new Set<string>();
  for (const map of globSync('**/*.map', { cwd: folder })) {
    const { sources } = JSON.parse(readFileSync(join(folder, map), 'utf8')) as { readonly sources: readonly string[] };
    for (const source of sources) {
      const [, library] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source) ?? [];
      if (library !== undefined) found.add(library);
    }
  }
  return [...found].sort();
}

/** Writes what the authors of bundled code ask for: their names and the terms. @throws Error where one has no licence file */
export function writeNotices(folder: string, modules: string): void {
  const notices = bundledIn(folder).map((library) => {
    const home = join(modules, library);
    const { version, license } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as Readonly<Record<string, string>>;
    const [file] = readdirSync(home).filter((name) => /^licen[cs]e(\.\w+)?$/i.test(name));
    if (file === undefined) throw new Error(`${library} is bundled and has no licence to pass on`);
    return `${library} ${version} (${license})\n\n${readFileSync(join(home, file), 'utf8').trim()}\n`;
  });
  const line = `\n${'-'.repeat(80)}\n\n`;
  writeFileSync(
    join(folder, NOTICES),
    `Files of this folder contain code of these libraries.\n${notices.map((notice) => line + notice).join('')}`,
  );
}
