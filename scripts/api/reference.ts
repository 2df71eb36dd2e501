/**
 * Makes `docs/api` from the types and comments of the entry points. Typedoc needs an older TypeScript than the project has, so it
 * is a package of its own in `scripts/api/typedoc`, installed there when this is first run.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { root } from './entry-points.ts';
import { GENERATOR, REFERENCE_FOLDER, renderApiReference } from './typedoc-run.ts';

if (!existsSync(root + GENERATOR)) {
  const installed = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: `${root}scripts/api/typedoc`,
    stdio: 'inherit',
  });
  if (installed.status !== 0) process.exit(installed.status ?? 1);
}
rmSync(root + REFERENCE_FOLDER, { recursive: true, force: true });
process.stdout.write(renderApiReference(root + REFERENCE_FOLDER));
