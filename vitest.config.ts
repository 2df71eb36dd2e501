import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Folders whose tests start chain engines, kill processes or play whole stories; everything else is the unit suite. */
const engines = [
  'test/attack/**',
  'test/config/**',
  'test/reference/**',
  'test/e2e/**',
  'test/evm/**',
  'test/ton/**',
  'test/ton-devchain/**',
  'test/crash/**',
  'test/demo/**',
  'test/cli/**',
  'test/docs/**',
  'test/manager/**',
];
const packed = ['test/package/**'];
const report = process.env['CASTELLAN_TEST_REPORT'];
const beside = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Much of a run is waiting: three files at once, even where there are only two cores.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
    env: {
      CASTELLAN_VECTORS: process.env['CASTELLAN_VECTORS'] ?? beside('../shared/vectors'),
      CASTELLAN_DATA: process.env['CASTELLAN_DATA'] ?? beside('../shared/data'),
      CASTELLAN_REFERENCE: process.env['CASTELLAN_REFERENCE'] ?? beside('../shared/reference'),
    },
    projects: [
      // In both, one process runs many files: modules are loaded once, and no test may lean on a fresh one.
      { extends: true, test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: [...engines, ...packed], isolate: false } },
      { extends: true, test: { name: 'engines', include: engines.map((folder) => `${folder}/*.test.ts`), isolate: false } },
      {
        extends: true,
        test: { name: 'package', include: packed.map((folder) => `${folder}/*.test.ts`), testTimeout: 120_000, hookTimeout: 180_000 },
      },
    ],
  },
});
