/** Packs the package once, holds its exports against the reports in git, and puts the tarball through publint, attw and an installation into empty projects. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'castellan-pack-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): void {
  process.stdout.write(`\n$ ${command} ${args.join(' ')}\n`);
  const result = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  if (result.status !== 0) process.exit(result.status ?? 1);
}

run('npm', ['pack', '--loglevel', 'error', '--pack-destination', folder]);
const packed = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
const [name] = packed;
if (name === undefined || packed.length !== 1) throw new Error(`expected one tarball, found ${packed.length}`);
const tarball = join(folder, name);
run('node', ['scripts/api/report.ts']);
run('publint', ['run', tarball, '--strict']);
run('attw', [tarball, '--profile', 'esm-only']);
run('vitest', ['run', '--project', 'package'], { CASTELLAN_TARBALL: tarball });
