import { Worker } from 'node:worker_threads';
import type { Answer, Ask, Told } from './test-thread.ts';

/** What the mutation runner asks of a test runner, and hears from it, in its own words. */
interface MutantRunOptions {
  readonly activeMutant: { readonly id: string };
  readonly testFilter?: readonly string[];
  readonly hitLimit?: number;
  readonly mutantActivation: 'runtime' | 'static';
  readonly reloadEnvironment: boolean;
  readonly disableBail: boolean;
}
type MutantRunResult =
  | { readonly status: 'killed'; readonly killedBy: readonly string[]; readonly failureMessage: string; readonly nrOfTests: number }
  | { readonly status: 'survived'; readonly nrOfTests: number }
  | { readonly status: 'timeout'; readonly reason: string }
  | { readonly status: 'error'; readonly errorMessage: string };
/** 0 where a test passed, 1 where it failed. */
interface TestResult {
  readonly id: string;
  readonly name: string;
  readonly fileName: string;
  readonly timeSpentMs: number;
  readonly status: 0 | 1;
  readonly failureMessage?: string;
}

/**
 * Runs the tests of vitest in a thread that stays: sources and tests are loaded once, and a change is switched on and off in
 * them. A change that only counts while files are loaded, or code that ran once for all, gets a thread of its own.
 */
export class ResidentRunner {
  #thread: Worker | undefined;
  #isSpoilt = false;

  capabilities(): { readonly reloadEnvironment: boolean } {
    return { reloadEnvironment: true };
  }

  async dryRun(): Promise<{
    readonly status: 'complete';
    readonly tests: readonly TestResult[];
    readonly mutantCoverage: Answer['coverage'];
  }> {
    await this.#load(undefined);
    const { tests, coverage } = await this.#run({ kind: 'dry' });
    return { status: 'complete', tests: tests.map(toResult), mutantCoverage: coverage };
  }

  async mutantRun({
    activeMutant,
    testFilter,
    hitLimit,
    mutantActivation,
    reloadEnvironment,
    disableBail,
  }: MutantRunOptions): Promise<MutantRunResult> {
    const isStatic = mutantActivation === 'static';
    try {
      const isFresh = isStatic || reloadEnvironment || this.#isSpoilt || this.#thread === undefined;
      if (isFresh) await this.#load(isStatic ? activeMutant : undefined);
      const ask: Ask = {
        kind: 'run',
        bail: !disableBail,
        activeMutant: activeMutant.id,
        ...(testFilter === undefined ? {} : { ids: testFilter }),
        ...(hitLimit === undefined ? {} : { hitLimit }),
      };
      let found = await this.#run(ask);
      // Something is left of a change before, or of this one: a thread without a past decides.
      const isDoubtful = found.isSpoilt && !isFresh;
      // The code ran once for all, before the change was switched on.
      const isMissed = found.hits === 0 && !isStatic && testFilter !== undefined;
      if (isDoubtful || isMissed) {
        await this.#load(isMissed ? activeMutant : undefined);
        found = await this.#run(ask);
      }
      this.#isSpoilt ||= found.isSpoilt || found.isUnfinished;
      return resultOf(found, hitLimit);
    } catch (error) {
      this.#isSpoilt = true;
      return { status: 'error', errorMessage: String(error) };
    }
  }

  async dispose(): Promise<void> {
    await this.#thread?.terminate();
  }

  async #load(active: MutantRunOptions['activeMutant'] | undefined): Promise<void> {
    await this.#thread?.terminate();
    this.#thread = new Worker(new URL('./test-thread.ts', import.meta.url));
    this.#isSpoilt = active !== undefined;
    const files = JSON.parse(process.env['CASTELLAN_MUTATION_TESTS'] ?? '[]') as readonly string[];
    await this.#ask({ kind: 'load', files, ...(active === undefined ? {} : { activeMutant: active.id }) });
  }

  async #run(ask: Ask): Promise<Answer> {
    const found = await this.#ask(ask);
    if (found === null) throw new Error('the thread said nothing');
    return found;
  }

  async #ask(ask: Ask): Promise<Answer | null> {
    const thread = this.#thread;
    if (thread === undefined) throw new Error('no thread is loaded');
    return await new Promise((resolve, reject) => {
      const done = ({ found, error }: { readonly found?: Answer | null; readonly error?: string }): void => {
        thread.off('error', reject);
        if (error === undefined) resolve(found ?? null);
        else reject(new Error(error));
      };
      thread.once('message', done);
      thread.once('error', reject);
      thread.postMessage(ask);
    });
  }
}

/** A change that lets tests run on and on is noticed, too: it is stopped at the limit of hits. */
function resultOf({ tests, hits }: Answer, hitLimit: number | undefined): MutantRunResult {
  if (hitLimit !== undefined && hits > hitLimit) return { status: 'timeout', reason: `hit ${hits} times, the limit is ${hitLimit}` };
  const failed = tests.filter(({ failure }) => failure !== undefined);
  const [first] = failed;
  if (first === undefined) return { status: 'survived', nrOfTests: tests.length };
  return { status: 'killed', killedBy: failed.map(({ id }) => id), failureMessage: first.failure ?? '', nrOfTests: tests.length };
}

function toResult({ id, timeSpentMs, failure }: Told): TestResult {
  const told = { id, name: id.slice(id.indexOf('#') + 1), timeSpentMs, fileName: id.slice(0, id.indexOf('#')) };
  return failure === undefined ? { ...told, status: 0 } : { ...told, status: 1, failureMessage: failure };
}

/** What the mutation runner loads. */
export const strykerPlugins = [{ kind: 'TestRunner', name: 'resident', injectableClass: ResidentRunner }];
