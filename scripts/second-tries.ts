import type { Reporter, TestCase } from 'vitest/node';

/** Names each test that passed only at its second try: what is given a second try must not be so unseen. */
export default class SecondTries implements Reporter {
  readonly #names: string[] = [];

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky === true) this.#names.push(`${test.module.relativeModuleId} > ${test.fullName}`);
  }

  onTestRunEnd(): void {
    if (this.#names.length === 0) return;
    process.stdout.write(
      `\nPassed only at the second try (${this.#names.length}):\n${this.#names.map((name) => `  ${name}`).join('\n')}\n`,
    );
  }
}
