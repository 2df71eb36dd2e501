/**
 * Holds what the package exports against the reports in `etc`, and each export against the rule that it is documented.
 * With `--write` it makes the reports anew. Exit 1 where a report differs or something has no sentence.
 */
import { REPORT_FOLDER, reportApi } from './api-report.ts';
import { entryPoints } from './entry-points.ts';

const write = process.argv.includes('--write');
const reports = reportApi(entryPoints(), write);
let faults = 0;
for (const { entry, changed, findings, plainFields } of reports) {
  const state = changed ? (write ? 'written anew' : 'differs') : 'as in git';
  process.stdout.write(
    `${entry.specifier}: ${state}, ${findings.length} undocumented or wrong, ${plainFields} plain fields without a sentence\n`,
  );
  for (const { id, text } of findings) process.stdout.write(`  ${id}: ${text}\n`);
  faults += findings.length + (changed && !write ? 1 : 0);
}
if (reports.some(({ changed }) => changed) && !write) {
  process.stdout.write(`The exports changed. Where that is meant: npm run api:report, and commit ${REPORT_FOLDER}.\n`);
}
process.exit(faults === 0 ? 0 : 1);
