import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig } from 'tsup';
import { writeNotices } from './scripts/build/notices.ts';
import { straightImports } from './scripts/build/straight-imports.ts';

/** Entry name in `dist/` to source file; a name without a source is caught by the package check, which opens every export. */
const entries = {
  index: 'src/index.ts',
  adapter: 'src/core/adapter-kit.ts',
  evm: 'src/adapters/evm/index.ts',
  'store/memory': 'src/adapters/store/memory/index.ts',
  'store/sqlite': 'src/adapters/store/sqlite/index.ts',
  'store/postgres': 'src/adapters/store/postgres/index.ts',
  'store/redis': 'src/adapters/store/redis/index.ts',
  ton: 'src/adapters/ton/index.ts',
  wallets: 'src/integrations/wallets/index.ts',
  'wallets/ton': 'src/integrations/wallets/ton/index.ts',
  testing: 'src/testing/index.ts',
  cli: 'src/integrations/cli/main.ts',
};

export default defineConfig({
  entry: Object.fromEntries(Object.entries(entries).filter(([, source]) => existsSync(source))),
  format: 'esm',
  target: 'node22',
  platform: 'node',
  // One copy of each class across subpaths, so that `instanceof` holds.
  splitting: true,
  dts: false,
  sourcemap: true,
  clean: true,
  // `node:sqlite` exists only under its prefix.
  removeNodeProtocol: false,
  // Loading their files one by one costs 130 ms of an import's time, and we need a tenth of them. Cryptography is never bundled: what
  // runs is the pinned package, as its authors publish it. Both stay dependencies, because our types name theirs.
  noExternal: ['rxjs', 'zod'],
  esbuildPlugins: [straightImports(resolve('src'))],
  esbuildOptions(options) {
    // Maps say file and line; the sources themselves are in the repository, and would be half of the package.
    options.sourcesContent = false;
    // For Node RxJS offers CommonJS alone, which no bundler takes apart.
    options.alias = { rxjs: './node_modules/rxjs/dist/esm/index.js' };
  },
  onSuccess: async () => writeNotices('dist', 'node_modules'),
});
