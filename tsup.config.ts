import { existsSync } from 'node:fs';
import { defineConfig } from 'tsup';

/** Entry name in `dist/` to source file; a name without a source is caught by the package check, which opens every export. */
const entries = {
  index: 'src/index.ts',
  evm: 'src/adapters/evm/index.ts',
  'store/memory': 'src/adapters/store/memory/index.ts',
  'store/sqlite': 'src/adapters/store/sqlite/index.ts',
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
});
