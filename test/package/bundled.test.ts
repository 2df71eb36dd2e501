import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundledIn, NOTICES } from '../../scripts/build/notices.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'castellan-bundled-'));
const dist = join(folder, 'package/dist');
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(() => {
  let tarball = process.env['CASTELLAN_TARBALL'];
  if (tarball === undefined) {
    execFileSync('npm', ['pack', '--pack-destination', folder], { cwd: root, stdio: 'pipe' });
    tarball = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? 'no tarball was packed');
  }
  execFileSync('tar', ['-xzf', resolve(tarball), '-C', folder]);
});

/** Everything that a file of the build loads at once: its own files by name, others by what they are called. */
function loadedBy(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, from = ''] of readFileSync(file, 'utf8').matchAll(/^(?:import|export|\})[^'"\n]*["']([^"']+)["'];?$/gm))
    if (from.startsWith('.')) loadedBy(join(dirname(file), from), seen);
    else seen.add(from);
  return seen;
}

describe('what is bundled', () => {
  it('is RxJS and zod, and never cryptography', () => {
    expect(bundledIn(dist)).toEqual(['rxjs', 'tslib', 'zod']);
  });

  it('comes with the terms of each library', () => {
    const text = readFileSync(join(dist, NOTICES), 'utf8');
    for (const library of bundledIn(dist)) expect(text).toMatch(new RegExp(`^${library} [0-9.]+ \\(`, 'm'));
  });

  it('leaves little to load: the main entry brings one library, for hashing', () => {
    const names = [...loadedBy(join(dist, 'index.js'))].filter((name) => !name.startsWith(dist) && !name.startsWith('node:'));
    expect(names).toEqual(['@noble/hashes/sha3.js']);
    // The same look finds what the house stands on, once it is opened.
    const later = readdirSync(dist).filter((name) => name.startsWith('open-running-') && name.endsWith('.js'));
    expect(later).toHaveLength(1);
    expect([...loadedBy(join(dist, later[0] as string))]).toContain('@noble/curves/secp256k1.js');
  });
});
