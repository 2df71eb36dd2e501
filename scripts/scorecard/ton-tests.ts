import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bar, Measurement } from './bar.ts';

/** One test of a file, as vitest's JSON report tells it. */
interface TestResult {
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
type TestFile = (typeof FILES)[number];

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
    ['node_modules/vitest/vitest.mjs', 'run', ...projects, '--no-isolate', '--reporter=json', `--outputFile=${output}`, ...FILES],
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
interface Passed {
  readonly passed: number;
  readonly failed: readonly string[];
}

/** Counts the tests of a file below a heading that begins so; null for all of the file. */
async function passedIn(file: TestFile, heading: string | null = null): Promise<Passed> {
  const tests = ((await testResults()).get(file) ?? []).filter(
    ({ ancestorTitles }) => heading === null || ancestorTitles.some((title) => title.startsWith(heading)),
  );
  return {
    passed: tests.filter(({ status }) => status === 'passed').length,
    failed: tests.filter(({ status }) => status !== 'passed').map(({ title, status }) => `${file}: ${title}: ${status}`),
  };
}

function measurement(figure: string, parts: readonly Passed[], complete: boolean, notes: readonly string[] = []): Measurement {
  const failed = parts.flatMap((part) => part.failed);
  return { figure, pass: complete && failed.length === 0, notes: [...notes, ...failed.slice(0, 8)] };
}

/** What every chain adapter must do. */
const CONFORMANCE_TESTS = 10;

/** The exported suite, on both adapters and their real engines. */
export const conformanceBar: Bar = {
  name: 'adapter conformance',
  target: `${CONFORMANCE_TESTS} of ${CONFORMANCE_TESTS} on both adapters`,
  async run() {
    const parts = await Promise.all([passedIn('test/ton/conformance.test.ts'), passedIn('test/evm/conformance.test.ts')]);
    const [ton, evm] = parts.map(({ passed }) => passed);
    const figure = `TON ${ton} of ${CONFORMANCE_TESTS}, EVM ${evm} of ${CONFORMANCE_TESTS}`;
    return measurement(figure, parts, ton === CONFORMANCE_TESTS && evm === CONFORMANCE_TESTS);
  },
};

const CHAIN_WORD_TESTS = [
  'names no chain where chains must not matter',
  'has no exemption that nothing needs',
  'in code and strings, not in comments or numbers, and not where exempt',
];

/** The search for chain words where chains must not matter, and the search's own test. */
export const chainWordsBar: Bar = {
  name: 'chain words in authz, custody, audit, risk',
  target: 'none that decides',
  async run() {
    const tests = ((await testResults()).get('test/tidy.test.ts') ?? []).filter(({ title, ancestorTitles }) =>
      CHAIN_WORD_TESTS.some((wanted) => `${ancestorTitles.at(-1)} ${title}`.includes(wanted)),
    );
    const passed = tests.filter(({ status }) => status === 'passed').length;
    const failed = tests.filter(({ status }) => status !== 'passed').map(({ title, status }) => `${title}: ${status}`);
    const complete = passed === CHAIN_WORD_TESTS.length;
    return measurement(complete ? 'none' : `${passed} of ${CHAIN_WORD_TESTS.length} checks passed`, [{ passed, failed }], complete, [
      'two files may name a chain, with reasons: coin types of derivation paths, and the salts of the one kind of phrase that is a key',
    ]);
  },
};

const HAZARDS = 12;

/** Each hazard does its harm without a gate, is named by the adapter, and is refused by the gate as it comes. */
export const hazardsBar: Bar = {
  name: 'hazards denied by default',
  target: `${HAZARDS} of ${HAZARDS}, raw and through the gate`,
  async run() {
    const [raw, adapter, gate] = await Promise.all([
      passedIn('test/ton/hazards.test.ts', 'without a gate'),
      passedIn('test/ton/hazards.test.ts', 'through the adapter'),
      passedIn('test/ton/hazards-gate.test.ts', 'the gate, by default'),
    ]);
    // One of the raw tests more: where a wallet holds the other currency, on a chain prepared for it.
    const complete = raw.passed === HAZARDS + 1 && adapter.passed === HAZARDS && gate.passed === HAZARDS;
    return measurement(
      `${gate.passed} of ${HAZARDS} denied, ${adapter.passed} of ${HAZARDS} named`,
      [raw, adapter, gate],
      complete,
      [`${raw.passed} tests show the harm without a gate; each hazard has a harmless twin that passes`],
    );
  },
};

const VECTOR_TESTS: Readonly<Record<'test/ton/vectors.test.ts' | 'test/custody/phrase-key.test.ts', readonly string[]>> = {
  'test/ton/vectors.test.ts': [
    '15 V4R2 wallets',
    'the V5R1 wallet',
    '24 messages, byte by byte and by their hashes, 22 of them with their signatures',
    'orders that its makers refuse to sign are refused here',
    'addresses in cells, and the ones with anycast or of the wrong size',
    'every published spelling of an address, and none of the invalid ones',
  ],
  'test/custody/phrase-key.test.ts': ['has 5 phrases', 'refuses the invalid one'],
};
