import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Folders whose tests start chain engines; everything else is the unit suite. */
const engines = [
  'test/attack/**',
  'test/config/**',
  'test/reference/**',
  'test/e2e/**',
  'test/evm/**',
  'test/ton/**',
  'test/ton-devchain/**',
  'test/docs/**',
  'test/doors/**',
  'test/manager/**',
];
/** Suites that kill processes, mutate at length, run the programs of the documents or play the demo: `npm run test:long`. */
const long = [
  'test/crash/**',
  'test/demo/**',
  'test/cli/**',
  'test/docs/{readme,api-examples,commands}*',
  'test/doors/gateway-command*',
  'test/scorecard*',
  'test/custody/{keys,recovery}-processes*',
  'test/store/{sqlite,postgres,redis}-{kill,race}*',
  'test/notify/outbox-processes*',
  'test/emergency/processes*',
  'test/e2e/paying-process*',
  'test/tooling/canaries*',
  'test/attack/approvals/races*',
  'test/config/custody-flags*',
  'test/risk/false-alarms*',
  'test/risk/bench/labelled-{tasks,losses}*',
  'test/risk/patterns/honest-streams*',
  'test/{evm,ton}/codec-fuzz*',
  'test/ton/{simulate-equality,faulty-network}*',
];
/** Of the sources, of the project's own tools, or of times: another Node than the project's own changes nothing in them. */
const sameAnywhere = process.env['CASTELLAN_OTHER_NODE'] === '1' ? ['test/build/**', 'test/tidy*', 'test/risk/{speed*,bench/**}'] : [];
const packed = ['test/package/**'];
const report = process.env['CASTELLAN_TEST_REPORT'];
const secondTries = './scripts/second-tries.ts';
/** Real chains on a busy machine in CI: a test gets a second try there, and is named. The unit suite gets none, and nobody's own run does. */
const retry = process.env['CI'] === undefined ? 0 : 1;
const beside = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  // The examples import the package by its name, as their readers do; here it is the sources.
  resolve: {
    alias: [
      { find: /^castellan$/, replacement: beside('src/index.ts') },
      { find: 'castellan/adapter', replacement: beside('src/core/adapter-kit.ts') },
      { find: 'castellan/evm', replacement: beside('src/adapters/evm/index.ts') },
      { find: 'castellan/testing', replacement: beside('src/testing/index.ts') },
      { find: /^castellan\/wallets$/, replacement: beside('src/integrations/wallets/index.ts') },
    ],
  },
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Much of a run is waiting: three files at once, even where there are only two cores.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    reporters: [
      'default',
      secondTries,
      ...(report === undefined ? [] : [['json', { outputFile: report }] as ['json', { outputFile: string }]]),
    ],
    env: {
      CASTELLAN_VECTORS: process.env['CASTELLAN_VECTORS'] ?? beside('../shared/vectors'),
      CASTELLAN_DATA: process.env['CASTELLAN_DATA'] ?? beside('../shared/data'),
      CASTELLAN_REFERENCE: process.env['CASTELLAN_REFERENCE'] ?? beside('../shared/reference'),
      // Processes that tests start read the sources as this folder has them compiled: most of their time was reading them.
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? beside('./node_modules/.cache/castellan-compiled'),
    },
    projects: [
      // In both, one process runs many files: modules are loaded once, and no test may lean on a fresh one.
      {
        extends: true,
        test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: [...engines, ...packed, ...long, ...sameAnywhere], isolate: false },
      },
      {
        extends: true,
        test: { name: 'engines', include: engines.map((folder) => `${folder}/*.test.ts`), exclude: long, isolate: false, retry },
      },
      {
        extends: true,
        test: {
          name: 'long',
          include: long.map((files) => `${files.replace(/\*\*$/, '*')}.test.ts`),
          testTimeout: 60_000,
          isolate: false,
          retry,
        },
      },
      {
        extends: true,
        test: { name: 'package', include: packed.map((folder) => `${folder}/*.test.ts`), testTimeout: 120_000, hookTimeout: 180_000 },
      },
    ],
  },
});
