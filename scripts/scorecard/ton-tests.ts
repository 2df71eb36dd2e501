import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One test of a file, as vitest's JSON report tells it. */
export interface TestResult {
  readonly title: string;
  readonly ancestorTitles: readonly string[];
  readonly status: string;
}

/** Results by file, e.g. `test/tidy.test.ts`. */
type Results = ReadonlyMap<string, readonly TestResult[]>;

const root = fileURLToPath(new URL('../..', import.meta.url));
const FILES = [
  'test/ton/conformance.test.ts',
  'test/evm/conformance.test.ts',
  'test/ton/hazards.test.ts',
  'test/ton/hazards-gate.test.ts',
  'test/ton/vectors.test.ts',
  'test/custody/phrase-key.test.ts',
  'test/tidy.test.ts',
] as const;
/** A file that is run for this area. */
export type TestFile = (typeof FILES)[number];

/** Modules are loaded once, and the other core is left to whatever is measured meanwhile. */
const IN_ONE_PROCESS = ['--no-isolate', '--maxWorkers=1'];

let started: Promise<Results> | undefined;

/** Runs the files once for all bars of this run. */
export function testResults(): Promise<Results> {
  started ??= runTests();
  return started;
}

async function runTests(): Promise<Results> {
  const folder = mkdtempSync(join(tmpdir(), 'castellan-scorecard-'));
  const output = join(folder, 'report.json');
  const projects = ['--project', 'unit', '--project', 'engines'];
  const child = spawn(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', ...projects, ...IN_ONE_PROCESS, '--reporter=json', `--outputFile=${output}`, ...FILES],
    { cwd: root, stdio: 'ignore' },
  );
  const end = (): void => void child.kill();
  process.once('exit', end);
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => resolve());
  });
  process.off('exit', end);
  try {
    if (!existsSync(output)) throw new Error('the tests left no report');
    const report = JSON.parse(readFileSync(output, 'utf8')) as {
      readonly testResults: readonly { readonly name: string; readonly assertionResults: readonly TestResult[] }[];
    };
    return new Map(report.testResults.map(({ name, assertionResults }) => [name.slice(root.length), assertionResults]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** So many of the tests passed; what was skipped, or never ran, did not. */
export interface Passed {
  readonly passed: number;
  /** Of the tests that passed. */
  readonly titles: readonly string[];
  readonly failed: readonly string[];
}

/** Counts tests of a file. */
export async function passedIn(file: TestFile, wanted: (test: TestResult) => boolean = () => true): Promise<Passed> {
  const tests = ((await testResults()).get(file) ?? []).filter(wanted);
  const titles = tests.filter(({ status }) => status === 'passed').map(({ title }) => title);
  const failed = tests.filter(({ status }) => status !== 'passed').map(({ title, status }) => `${file}: ${title}: ${status}`);
  return { passed: titles.length, titles, failed };
}
