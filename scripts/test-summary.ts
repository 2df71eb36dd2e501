/** Adds up vitest's JSON reports and prints one line: `<n> passed, <n> failed, <n> skipped`. Exit 1 where a test failed or none ran. */
import { readFileSync } from 'node:fs';

interface Report {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

const reports = process.argv.slice(2).map((path) => JSON.parse(readFileSync(path, 'utf8')) as Report);
const sum = (count: (report: Report) => number): number => reports.reduce((total, report) => total + count(report), 0);
const passed = sum((report) => report.numPassedTests);
// A file that could not be collected has no tests to count, and is one failure.
const broken = sum(
  (report) => report.testResults.filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0).length,
);
const failed = sum((report) => report.numFailedTests) + broken;
const skipped = sum((report) => report.numPendingTests + report.numTodoTests);
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
process.exit(failed === 0 && passed > 0 && reports.every((report) => report.success) ? 0 : 1);
