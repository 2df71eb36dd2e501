import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Check } from '../../test/attack/drains/drain.ts';
import { SIGNATURE_DRAINS } from '../../test/attack/drains/evm-signatures.ts';
import { TRANSACTION_DRAINS } from '../../test/attack/drains/evm-transactions.ts';
import { TON_DRAINS } from '../../test/attack/drains/ton-drains.ts';

/**
 * Takes the check of each technique away, in a copy, and runs the tests there: the technique's own must fail.
 *
 * `node scripts/scorecard/chains-drains-mutations.ts rounds|alone [part of a name …]`: several checks at a time where the rounds in
 * which a test fails still tell which of them it was, or one by one
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
const COPIED = ['src', 'test', 'contracts', 'scripts', 'package.json', 'tsconfig.json', 'vitest.config.ts'];

interface Technique {
  readonly name: string;
  readonly check: Check;
  readonly tests: string;
}
const techniques: readonly Technique[] = [
  ...[...TRANSACTION_DRAINS, ...SIGNATURE_DRAINS].map(({ name, check }) => ({ name, check, tests: 'test/attack/drains/evm.test.ts' })),
  ...TON_DRAINS.map(({ name, check }) => ({ name, check, tests: 'test/attack/drains/ton.test.ts' })),
];

interface Report {
  readonly testResults: readonly { readonly assertionResults: readonly { readonly title: string; readonly status: string }[] }[];
}

/** Titles of the tests that fail, and how many there are. @throws Error where they did not run */
async function run(folder: string, tests: string): Promise<{ readonly failed: readonly string[]; readonly all: number }> {
  const output = join(folder, 'report.json');
  rmSync(output, { force: true });
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'engines', '--reporter=json', `--outputFile=${output}`, tests];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: 'ignore' });
  await new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve));
  if (!existsSync(output)) throw new Error(`${tests} left no report`);
  const results = (JSON.parse(readFileSync(output, 'utf8')) as Report).testResults.flatMap(({ assertionResults }) => assertionResults);
  if (results.length === 0) throw new Error(`${tests} did not run`);
  return { failed: results.filter(({ status }) => status !== 'passed').map(({ title }) => title), all: results.length };
}

/** Takes checks away while `work` runs. @throws Error for a check that is not there, once */
async function without<T>(gone: readonly Technique[], folder: string, work: () => Promise<T>): Promise<T> {
  const original = new Map<string, string>();
  try {
    for (const { name, check } of gone) {
      const path = join(folder, check.file);
      const code = readFileSync(path, 'utf8');
      if (!original.has(path)) original.set(path, code);
      if (code.split(check.find).length !== 2) throw new Error(`stale: the check of "${name}" is not once in ${check.file}`);
      writeFileSync(
        path,
        code.replace(check.find, () => check.replace),
      );
    }
    return await work();
  } finally {
    for (const [path, code] of original) writeFileSync(path, code);
  }
}

/**
 * As many words as there are techniques, with the same number of ones each: no word is part of another, so that a test that fails
 * in the very rounds of its technique's word fails for no other check.
 */
function words(count: number): readonly number[] {
  for (let length = 1; ; length += 1) {
    const half = Math.floor(length / 2);
    const found = Array.from({ length: 2 ** length }, (_, word) => word).filter((word) => ones(word) === half);
    if (found.length >= count) return found.slice(0, count);
  }
}
const ones = (word: number): number => word.toString(2).replaceAll('0', '').length;

/** Techniques whose tests fail in the rounds of their own word and in no other; of the rest nothing is known. */
async function inRounds(asked: readonly Technique[], tests: string, folder: string): Promise<ReadonlySet<string>> {
  const codes = words(asked.length);
  const seen = new Map<string, number>();
  for (let round = 0; codes.some((word) => word >> round > 0); round += 1) {
    const gone = asked.filter((_, index) => ((codes[index] as number) >> round) % 2 === 1);
    const { failed } = await without(gone, folder, () => run(folder, tests));
    for (const title of failed) seen.set(title, (seen.get(title) ?? 0) | (1 << round));
    process.stdout.write(`round ${round}: ${gone.length} checks gone, ${failed.length} tests fail\n`);
  }
  return new Set(asked.filter(({ name }, index) => seen.get(name) === codes[index]).map(({ name }) => name));
}

/** Whether the technique's own test fails without its check, and others go on. */
async function alone(technique: Technique, folder: string): Promise<boolean> {
  const { failed, all } = await without([technique], folder, () => run(folder, technique.tests));
  const others = failed.filter((title) => title !== technique.name);
  const noticed = failed.includes(technique.name) && failed.length < all;
  process.stdout.write(
    `${noticed ? 'noticed' : 'MISSED '} ${technique.name}${others.length === 0 ? '' : `; and by: ${others.join(' · ')}`}\n`,
  );
  return noticed;
}

const [mode, ...wanted] = process.argv.slice(2);
if (mode !== 'rounds' && mode !== 'alone') throw new Error('usage: rounds|alone [part of a name …]');
const chosen = techniques.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
const folder = mkdtempSync(join(tmpdir(), 'castellan-drains-'));
try {
  for (const path of COPIED) cpSync(join(root, path), join(folder, path), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  let noticed = 0;
  for (const tests of new Set(chosen.map((one) => one.tests))) {
    const { failed } = await run(folder, tests);
    if (failed.length > 0) throw new Error(`fails with every check in its place: ${failed.join(' · ')}`);
    const asked = chosen.filter((one) => one.tests === tests);
    const proven = mode === 'rounds' ? await inRounds(asked, tests, folder) : new Set<string>();
    for (const name of proven) process.stdout.write(`noticed ${name}, and by no other\n`);
    noticed += proven.size;
    for (const technique of asked) if (!proven.has(technique.name) && (await alone(technique, folder))) noticed += 1;
  }
  process.stdout.write(`${noticed} of ${chosen.length} noticed\n`);
  if (noticed < chosen.length) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
