import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { median } from '../scorecard/measure.ts';
import { root } from './entry-points.ts';

/** The main entry as it is built. */
const BUILT = 'dist/index.js';

/** What it costs a process to import the package, in milliseconds; medians over fresh processes. */
export interface ImportCost {
  /** A process that does nothing. */
  readonly bareMs: number;
  /** A process that imports the package and does nothing else. */
  readonly withImportMs: number;
  /** Median of what each pair differs by. */
  readonly costMs: number;
  readonly rounds: number;
}

/**
 * Starts `rounds` pairs of processes, one of each kind, in turns, so that drift of the machine falls on both.
 * @throws Error where the package was not built, or a process failed.
 */
export function measureImport(rounds: number): ImportCost {
  const program = `import ${JSON.stringify(builtEntry())};`;
  const pairs: { readonly bare: number; readonly loaded: number }[] = [];
  for (let round = -1; round < rounds; round += 1) {
    const swapped = round % 2 !== 0;
    const first = startMs(swapped ? program : '');
    const second = startMs(swapped ? '' : program);
    // The first pair warms the disk's cache.
    if (round >= 0) pairs.push(swapped ? { bare: second, loaded: first } : { bare: first, loaded: second });
  }
  return {
    bareMs: median(pairs.map(({ bare }) => bare)),
    withImportMs: median(pairs.map(({ loaded }) => loaded)),
    costMs: median(pairs.map(({ bare, loaded }) => loaded - bare)),
    rounds,
  };
}

function startMs(program: string): number {
  const start = process.hrtime.bigint();
  run(program);
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/** Libraries and built-in modules that importing the package loads, each with how many files of it; `.` is the package itself. */
export function importGraph(): ReadonlyMap<string, number> {
  const seen = JSON.parse(
    run(`import { registerHooks } from 'node:module';
      const seen = new Set();
      registerHooks({ resolve(specifier, context, next) { const found = next(specifier, context); seen.add(found.url); return found; } });
      await import(${JSON.stringify(builtEntry())});
      process.stdout.write(JSON.stringify([...seen]));`),
  ) as readonly string[];
  const files = new Map<string, number>();
  for (const url of seen) {
    const [, library] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
    const name = library ?? (url.startsWith('node:') ? url : '.');
    files.set(name, (files.get(name) ?? 0) + 1);
  }
  return files;
}

function builtEntry(): string {
  if (!existsSync(root + BUILT)) throw new Error(`${BUILT} is missing: run npm run build first`);
  return pathToFileURL(root + BUILT).href;
}

function run(program: string): string {
  // As at a first start: nothing is compiled beforehand.
  const env = { ...process.env, NODE_DISABLE_COMPILE_CACHE: '1' };
  const ended = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { cwd: root, encoding: 'utf8', env });
  if (ended.status !== 0) throw new Error(`a process that imports the package failed: ${ended.stderr.slice(0, 400)}`);
  return ended.stdout;
}
