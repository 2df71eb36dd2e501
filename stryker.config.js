import { fileURLToPath } from 'node:url';
import { SLICES } from './scripts/mutation/slices.ts';

// `npm run mutation -- <group or slice>…` runs slices one after the other and prints the score of each group. This file is what
// one slice runs with: CASTELLAN_MUTATION names it, CASTELLAN_MUTATE narrows it to files.
const name = process.env['CASTELLAN_MUTATION'] ?? 'engine.chain';
const narrowed = process.env['CASTELLAN_MUTATE'];
const slice = SLICES[name];
if (slice === undefined) throw new Error(`There is no mutation slice ${name}: ${Object.keys(SLICES).join(', ')}.`);
const out = process.env['CASTELLAN_MUTATION_OUT'] ?? `coverage/mutation/${name}`;
// The runner works in a copy of the tree: what lies beside the tree is named from here.
for (const [name, folder] of [
  ['CASTELLAN_VECTORS', '../shared/vectors'],
  ['CASTELLAN_DATA', '../shared/data'],
  ['CASTELLAN_REFERENCE', '../shared/reference'],
])
  process.env[name] ??= fileURLToPath(new URL(folder, import.meta.url));
// Servers have no part in it: what needs one is skipped.
process.env['CASTELLAN_TEST_POSTGRES_URL'] = 'postgres://127.0.0.1:1/none';
delete process.env['CASTELLAN_REQUIRE_SERVICES'];
process.env['CASTELLAN_MUTATION_TESTS'] = JSON.stringify(process.env['CASTELLAN_MUTATION_ONLY']?.split(' ') ?? slice.tests);

export default {
  packageManager: 'npm',
  plugins: ['./scripts/mutation/texts.ts', './scripts/mutation/resident-runner.ts'],
  // Keeps sources and tests loaded from one change to the next.
  testRunner: 'resident',
  mutate: narrowed === undefined ? [...slice.mutate] : narrowed.split(' '),
  // Sentences for people are tested where they are shown (docs, reference tables); every other text is mutated.
  ignorers: ['texts'],
  coverageAnalysis: 'perTest',
  concurrency: Number(process.env['CASTELLAN_MUTATION_WORKERS'] ?? 2),
  disableTypeChecks: false,
  timeoutMS: 10_000,
  timeoutFactor: 2,
  // Nothing here needs the compiler; the runner only looks for one where there is such a file.
  tsconfigFile: 'none',
  incremental: true,
  incrementalFile: `${out}/incremental.json`,
  tempDirName: `${out}/tmp`,
  reporters: ['clear-text', 'progress-append-only', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: true },
  jsonReporter: { fileName: `${out}/report.json` },
  ignorePatterns: ['/dist', '/coverage', '/docs', '/etc', '/contracts', '/bench', '/examples', '/demo'],
  allowConsoleColors: false,
};
