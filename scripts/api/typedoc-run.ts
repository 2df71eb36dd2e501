import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { type EntryPoint, entryPoints, root } from './entry-points.ts';

/** Where the generated pages are kept, below the root. */
export const REFERENCE_FOLDER = 'docs/api';

/** The generator's own program, below the root; there once `scripts/api/typedoc` was installed. */
export const GENERATOR = 'scripts/api/typedoc/node_modules/typedoc/bin/typedoc';

/**
 * Writes the reference of all entry points to `out`, one page an entry, and returns what the generator said.
 * @throws Error where the generator failed.
 */
export function renderApiReference(out: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'castellan-reference-'));
  try {
    // A page is called after its module's file, so each entry gets a file that is called like its import.
    const modules = entryPoints().map((entry) => writeModule(folder, entry));
    symlinkSync(`${root}node_modules`, join(folder, 'node_modules'), 'dir');
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: `${root}tsconfig.json`,
        compilerOptions: { noEmit: true, typeRoots: [`${root}node_modules/@types`] },
        files: modules,
      }),
    );
    const args = [
      '--options',
      `${root}scripts/api/typedoc/typedoc.json`,
      '--tsconfig',
      join(folder, 'tsconfig.json'),
      '--basePath',
      folder,
    ];
    const entries = modules.flatMap((module) => ['--entryPoints', module]);
    const run = spawnSync(process.execPath, [root + GENERATOR, ...args, ...entries, '--out', out], { cwd: root, encoding: 'utf8' });
    if (run.status !== 0) throw new Error(`typedoc failed:\n${run.stdout}${run.stderr}`);
    return run.stdout + run.stderr;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeModule(folder: string, { specifier, source }: EntryPoint): string {
  const path = join(folder, `${specifier}.ts`);
  mkdirSync(dirname(path), { recursive: true });
  const [, summary] = /^\/\*\*([\s\S]*?)@packageDocumentation/.exec(readFileSync(root + source, 'utf8')) ?? [];
  writeFileSync(
    path,
    `/**\n${summary ?? ` * The entry \`${specifier}\`.\n *`} @module ${specifier}\n */\nexport * from '${relative(dirname(path), root + source)}';\n`,
  );
  return path;
}
