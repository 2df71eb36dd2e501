import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** How many changes of a file there were, and how many of them the tests noticed. */
export interface FileScore {
  readonly file: string;
  readonly noticed: number;
  readonly changes: number;
}

/** What the runner reports: states of changes by file. */
export interface MutationReport {
  readonly files: Readonly<Record<string, { readonly mutants: readonly { readonly status: string }[] }>>;
}

const NOTICED = new Set(['Killed', 'Timeout']);
const UNNOTICED = new Set(['Survived', 'NoCoverage']);

/** The scores of a report; changes that are left alone, or do not load, are none. @throws Error where nothing was changed */
export function scoresOf({ files }: MutationReport): readonly FileScore[] {
  const scores = Object.entries(files).map(([file, { mutants }]): FileScore => {
    const noticed = mutants.filter(({ status }) => NOTICED.has(status)).length;
    return { file, noticed, changes: noticed + mutants.filter(({ status }) => UNNOTICED.has(status)).length };
  });
  if (percentOf(scores) === undefined) throw new Error('the mutation runner changed nothing');
  return scores;
}

/** The share that was noticed, per cent; undefined where nothing was changed. */
export function percentOf(scores: readonly FileScore[]): number | undefined {
  const changes = scores.reduce((sum, score) => sum + score.changes, 0);
  return changes === 0 ? undefined : (100 * scores.reduce((sum, score) => sum + score.noticed, 0)) / changes;
}

/**
 * Runs a slice, or only some of its files, and returns the score of each file. What an earlier run found of a change counts where
 * neither the file nor its tests changed since; a run that was cut off goes on where it was.
 * @throws Error where the runner fails: a failing test among them
 */
export async function runSlice(
  slice: string,
  report: (line: string) => void,
  only: { readonly files?: readonly string[]; readonly tests?: readonly string[] } = {},
): Promise<readonly FileScore[]> {
  const { files, tests } = only;
  // Single files in a folder of their own, so that two such runs at once are apart.
  const out = `coverage/mutation/${files === undefined ? slice : files.map((file) => basename(file, '.ts')).join('+')}`;
  if (files !== undefined) rmSync(`${root}${out}`, { recursive: true, force: true });
  rmSync(`${root}${out}/report.json`, { force: true });
  const env = {
    ...process.env,
    CASTELLAN_MUTATION: slice,
    CASTELLAN_MUTATION_OUT: out,
    ...(files === undefined ? {} : { CASTELLAN_MUTATE: files.join(' ') }),
    ...(tests === undefined ? {} : { CASTELLAN_MUTATION_ONLY: tests.join(' ') }),
  };
  const child = spawn(process.execPath, ['node_modules/.bin/stryker', 'run'], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let tail = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + text).slice(-4_096);
      for (const line of text.split('\n')) if (line.startsWith('Mutation testing')) report(`${slice}: ${line}`);
    });
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`the mutation runner ended with ${code}: ${tail}`);
  return scoresOf(JSON.parse(readFileSync(`${root}${out}/report.json`, 'utf8')) as MutationReport);
}
