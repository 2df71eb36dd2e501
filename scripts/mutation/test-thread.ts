import { globSync } from 'node:fs';
import { enableCompileCache, registerHooks } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort } from 'node:worker_threads';
import fc from 'fast-check';
import type { Suite, Test } from './collect-tests.ts';

/** What the runner asks of the thread. */
export type Ask =
  | { readonly kind: 'dry' }
  | { readonly kind: 'load'; readonly files: readonly string[]; readonly activeMutant?: string }
  | {
      readonly kind: 'run';
      readonly ids?: readonly string[];
      readonly activeMutant?: string;
      readonly hitLimit?: number;
      readonly bail: boolean;
    };
/** How one test ended; `failure` where it failed. */
export interface Told {
  readonly id: string;
  readonly timeSpentMs: number;
  readonly failure?: string;
}
/** What the thread answers. `hits` counts how often the changed code ran, `coverage` what each test reached without a change. */
export interface Answer {
  readonly tests: readonly Told[];
  readonly hits: number;
  readonly coverage: Coverage;
  /** The test that failed also fails on the code as it is: something was left behind. */
  readonly isSpoilt: boolean;
  /** Something came to no end, or failed where nobody waits for it: more of it may follow. */
  readonly isUnfinished: boolean;
}

/** How long one test may take, ms: none that is asked here needs a tenth of it. */
const TEST_MS = 5_000;
let isUnfinished = false;
/** What failed where nobody waited for it. */
let uncaught: string | undefined;
for (const event of ['uncaughtException', 'unhandledRejection'])
  process.on(event, (error: unknown) => {
    isUnfinished = true;
    uncaught ??= messageOf(error);
  });

type Hits = Record<string, number>;
/** What was reached, how often: while files are loaded, and by each test. */
interface Coverage {
  readonly static: Hits;
  readonly perTest: Record<string, Hits>;
}

interface Switches {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  mutantCoverage?: Coverage;
}

const realm = globalThis as { __stryker__?: Switches };
realm.__stryker__ ??= {};
const switches = realm.__stryker__;
const shim = new URL('./collect-tests.ts', import.meta.url).href;
const SOURCES: Readonly<Record<string, string>> = { vitest: shim, castellan: pathToFileURL(resolve('src/index.ts')).href };
// A static change needs a thread of its own: what is the same in all of them is compiled once.
enableCompileCache();
registerHooks({
  resolve: (specifier, context, next) => {
    const url = SOURCES[specifier];
    const isOurs = context.parentURL !== shim && context.parentURL?.includes('/node_modules/') === false;
    return url !== undefined && isOurs ? { url, shortCircuit: true } : next(specifier, context);
  },
});

// The same draws in each run, so that two runs say the same; and no search for the smallest failure, which nobody reads here.
fc.configureGlobal({ seed: 20_26, endOnFailure: true });
const { collectTests } = (await import(shim)) as typeof import('./collect-tests.ts');
/** Files in the order in which they run, and what they hold once they are loaded. */
const files: string[] = [];
const roots = new Map<string, Suite>();

async function rootOf(file: string): Promise<Suite> {
  const root = roots.get(file) ?? (await collectTests(file, () => import(pathToFileURL(join(process.cwd(), file)).href)));
  roots.set(file, root);
  return root;
}

/** Finds the files: those of single parts, which stand deeper, first, because they are quick to find something. */
function find(patterns: readonly string[]): void {
  const depth = (file: string): number => file.split('/').length;
  const found = [...new Set(patterns.flatMap((pattern) => globSync(pattern)))].sort();
  files.push(...found.sort((a, b) => depth(b) - depth(a)));
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const isTest = (part: Suite | Test): part is Test => 'run' in part;

/** Whether a part holds a test that is asked for. */
const isWanted = (part: Suite | Test, ids: ReadonlySet<string> | undefined): boolean =>
  ids === undefined || (isTest(part) ? ids.has(part.id) : part.parts.some((inner) => isWanted(inner, ids)));

/** Runs the tests asked for, in order; ends with the first that fails where `bail` says so. */
async function runSuite(
  suite: Suite,
  ids: ReadonlySet<string> | undefined,
  bail: boolean,
  around: readonly Suite[],
  told: Told[],
): Promise<boolean> {
  if (!isWanted(suite, ids)) return true;
  const above = [...around, suite];
  for (const hook of suite.beforeAll) await hook();
  let isSound = true;
  for (const part of suite.parts) {
    if (!isWanted(part, ids)) continue;
    const passed = isTest(part) ? await runTest(part, above, told) : await runSuite(part, ids, bail, above, told);
    isSound &&= passed;
    if (!isSound && bail) break;
  }
  for (const hook of suite.afterAll) await hook();
  return isSound;
}

async function runTest({ id, run }: Test, around: readonly Suite[], told: Told[]): Promise<boolean> {
  const startMs = performance.now();
  let failure: string | undefined;
  switches.currentTestId = id;
  try {
    for (const { beforeEach } of around) for (const hook of beforeEach) await hook();
    await inTime(run);
  } catch (error) {
    failure = messageOf(error);
  }
  for (const { afterEach } of around.toReversed()) for (const hook of afterEach) await hook();
  switches.currentTestId = undefined;
  failure ??= uncaught;
  uncaught = undefined;
  told.push({ id, timeSpentMs: performance.now() - startMs, ...(failure === undefined ? {} : { failure }) });
  return failure === undefined;
}

/** Ends the wait for a test that comes to no end, under a change that loses what it waits for. */
async function inTime(run: Test['run']): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    isUnfinished = true;
    late.reject(new Error('the test came to no end'));
  }, TEST_MS);
  try {
    await Promise.race([run(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function runAll(ids: readonly string[] | undefined, bail: boolean): Promise<readonly Told[]> {
  const told: Told[] = [];
  const wanted = ids === undefined ? undefined : new Set(ids);
  for (const file of files) {
    if (ids?.some((id) => id.startsWith(`${file}#`)) === false) continue;
    if (!(await runSuite(await rootOf(file), wanted, bail, [], told)) && bail) break;
  }
  return told;
}

const reachedIn = (coverage: Coverage): ReadonlySet<string> =>
  new Set(Object.values(coverage.perTest).flatMap((hits) => Object.keys(hits)));

/**
 * Runs everything twice, unchanged. What no test reaches the second time ran once for all, whichever test happened to be the first: it
 * counts as reached while files are loaded. What tests do reach is switched on for them, which needs no thread of its own.
 */
async function runDry(): Promise<Answer> {
  switches.mutantCoverage ??= { static: {}, perTest: {} };
  const coverage = switches.mutantCoverage;
  const told = await runAll(undefined, false);
  const first = structuredClone(coverage);
  // Emptied and not replaced: the changed code holds on to it.
  for (const hits of [coverage.static, coverage.perTest]) for (const key of Object.keys(hits)) delete hits[key];
  const again = await runAll(undefined, false);
  const lasting = reachedIn(coverage);
  const once = [...Object.keys(first.static), ...reachedIn(first)].filter((mutant) => !lasting.has(mutant));
  const failed = again.filter(({ failure }) => failure !== undefined);
  return {
    tests: failed.length > 0 ? failed : told,
    hits: 0,
    coverage: { static: Object.fromEntries(once.map((mutant) => [mutant, 1])), perTest: coverage.perTest },
    isSpoilt: false,
    isUnfinished,
  };
}

async function answer(ask: Ask): Promise<Answer | null> {
  if (ask.kind === 'load') {
    switches.activeMutant = ask.activeMutant;
    find(ask.files);
    // Under a change that counts while files are loaded, each is loaded when it is its turn: the first that fails is the last.
    if (ask.activeMutant === undefined) for (const file of files) await rootOf(file);
    return null;
  }
  if (ask.kind === 'dry') return await runDry();
  switches.activeMutant = ask.activeMutant;
  switches.hitCount = 0;
  switches.hitLimit = ask.hitLimit;
  const tests = await runAll(ask.ids, ask.bail);
  // What nobody waits for is told before the next turn.
  if (isUnfinished) await new Promise((resolve) => setImmediate(resolve));
  uncaught = undefined;
  const hits = switches.hitCount ?? 0;
  switches.activeMutant = undefined;
  const failed = tests.find(({ failure }) => failure !== undefined);
  // A change that fails a test counts as found only where the same test passes without it, here and now.
  const again = failed === undefined || ask.activeMutant === undefined ? [] : await runAll([failed.id], true);
  return {
    tests,
    hits,
    coverage: switches.mutantCoverage ?? { static: {}, perTest: {} },
    isSpoilt: again.some(({ failure }) => failure !== undefined),
    isUnfinished,
  };
}

parentPort?.on('message', (ask: Ask) => {
  answer(ask).then(
    (found) => parentPort?.postMessage({ found }),
    (error: unknown) => parentPort?.postMessage({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
