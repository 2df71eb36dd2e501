import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What became of the tests below one path. */
export interface TestCount {
  readonly passed: number;
  readonly skipped: number;
  /** Titles of tests that failed, and files that could not be read. */
  readonly failed: readonly string[];
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[];
  }[];
}

/**
 * Runs the tests below a path, in whichever project they are, and counts them. A file that could not be collected is a failure.
 * @throws Error where there is no such path, or the run left no report.
 */
export async function countTests(path: string): Promise<TestCount> {
  if (!existsSync(join(root, path))) throw new Error(`there is no ${path}`);
  const folder = mkdtempSync(join(tmpdir(), 'castellan-scorecard-'));
  try {
    const output = join(folder, 'report.json');
    await runVitest(['run', '--project', 'unit', '--project', 'engines', '--reporter=json', `--outputFile=${output}`, path]);
    if (!existsSync(output)) throw new Error(`the tests of ${path} left no report`);
    const { testResults } = JSON.parse(readFileSync(output, 'utf8')) as Report;
    const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
    const broken = testResults.filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0);
    return {
      passed: tests.filter(({ status }) => status === 'passed').length,
      skipped: tests.filter(({ status }) => status !== 'passed' && status !== 'failed').length,
      failed: [
        ...broken.map(({ name, message }) => `${name.slice(root.length)}: ${message?.split('\n')[0] ?? 'could not be read'}`),
        ...tests.filter(({ status }) => status === 'failed').map(({ title }) => title),
      ],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runVitest(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', ...args], { cwd: root, stdio: 'ignore' });
  const end = (): void => void child.kill();
  process.once('exit', end);
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => resolve());
  });
  process.off('exit', end);
}
