import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  name: string;
  version: string;
  exports: Record<string, unknown>;
  devDependencies: Record<string, string>;
};
const subpaths = Object.keys(manifest.exports).filter((path) => path !== './package.json');
const specifiers = subpaths.map((path) => manifest.name + path.slice(1));
/** Subpaths that stand on the optional peer `viem`. */
const needsViem = new Set([`${manifest.name}/evm`, `${manifest.name}/wallets`]);
/** Subpaths that stand on the optional peer `@ton/core`. */
const needsTon = new Set([`${manifest.name}/ton`, `${manifest.name}/wallets/ton`]);

const folder = mkdtempSync(join(tmpdir(), 'castellan-install-'));
const bare = join(folder, 'bare');
const full = join(folder, 'full');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An empty project with `packages` installed from the npm cache where it has them. */
function project(path: string, packages: readonly string[]): void {
  mkdirSync(path);
  writeFileSync(join(path, 'package.json'), JSON.stringify({ name: 'consumer', version: '1.0.0', private: true }));
  execFileSync('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', ...packages], { cwd: path, stdio: 'pipe' });
}

function node(cwd: string, kind: 'module' | 'commonjs', source: string): unknown {
  const script = join(cwd, kind === 'module' ? 'probe.mjs' : 'probe.cjs');
  writeFileSync(script, source);
  const result = spawnSync(process.execPath, [script], { cwd, encoding: 'utf8' });
  expect(result.stderr).toBe('');
  expect(result.status).toBe(0);
  return JSON.parse(result.stdout);
}

beforeAll(() => {
  let tarball = process.env['CASTELLAN_TARBALL'];
  if (tarball === undefined) {
    execFileSync('npm', ['pack', '--pack-destination', folder], { cwd: root, stdio: 'pipe' });
    tarball = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? 'no tarball was packed');
  }
  project(bare, [resolve(tarball)]);
  const peers = ['viem', '@ton/core'].map((name) => `${name}@${manifest.devDependencies[name]}`);
  project(full, [resolve(tarball), ...peers]);
});

describe('the packed package', () => {
  it('holds the build, its declarations and its papers, and no sources or tests', () => {
    const installed = join(bare, 'node_modules', manifest.name);
    const names = readdirSync(installed)
      .filter((name) => name !== 'node_modules')
      .sort();
    expect(names).toEqual(['CHANGELOG.md', 'LICENSE', 'MIGRATION.md', 'README.md', 'dist', 'docs', 'package.json']);
    const declared = readdirSync(join(installed, 'dist/types'), { recursive: true, encoding: 'utf8' });
    expect(declared.length).toBeGreaterThan(subpaths.length);
    const foreign = declared.filter(
      (name) => name.endsWith('.d.ts') && /\bfrom '\.[^']*\.ts'/.test(readFileSync(join(installed, 'dist/types', name), 'utf8')),
    );
    expect(foreign).toEqual([]);
  });

  const withoutViem = specifiers.filter((specifier) => !needsViem.has(specifier) && !needsTon.has(specifier));
  it.each(withoutViem)('%s is imported by ESM and CommonJS where viem and @ton/core are absent', (specifier) => {
    const esm = node(
      bare,
      'module',
      `const m = await import('${specifier}'); process.stdout.write(JSON.stringify(Object.keys(m).sort()));`,
    );
    const cjs = node(bare, 'commonjs', `const m = require('${specifier}'); process.stdout.write(JSON.stringify(Object.keys(m).sort()));`);
    expect(esm).not.toEqual([]);
    expect(cjs).toEqual(esm);
  });

  it.each(['viem', '@ton/core'])('really has no %s in the bare project', (peer) => {
    const found = node(
      bare,
      'commonjs',
      `let found = true; try { require.resolve('${peer}'); } catch { found = false; } process.stdout.write(String(found));`,
    );
    expect(found).toBe(false);
  });

  it.each(specifiers)('%s is imported by ESM and CommonJS beside them', (specifier) => {
    const esm = node(
      full,
      'module',
      `const m = await import('${specifier}'); process.stdout.write(JSON.stringify(Object.keys(m).sort()));`,
    );
    const cjs = node(full, 'commonjs', `const m = require('${specifier}'); process.stdout.write(JSON.stringify(Object.keys(m).sort()));`);
    expect(esm).not.toEqual([]);
    expect(cjs).toEqual(esm);
  });

  it('loads no optional library for its main entry, though they are installed', () => {
    const loaded = node(
      full,
      'module',
      `import { registerHooks } from 'node:module';
       const loaded = new Set();
       registerHooks({ resolve(specifier, context, next) {
         const found = next(specifier, context);
         loaded.add(/.*\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(found.url)?.[1] ?? found.url);
         return found;
       } });
       await import('${manifest.name}');
       const main = [...loaded];
       await import('${manifest.name}/evm');
       process.stdout.write(JSON.stringify({ main, evm: [...loaded] }));`,
    ) as { readonly main: readonly string[]; readonly evm: readonly string[] };
    expect(loaded.main.filter((name) => /^(?:viem|@ton\/.+|nodemailer|pg|yaml)$/.test(name))).toEqual([]);
    expect(loaded.main).toContain(manifest.name);
    // The same look finds viem where it is loaded.
    expect(loaded.evm).toContain('viem');
  });

  it('has one copy of each class and function, whatever subpath it comes from', () => {
    const strangers = node(
      full,
      'module',
      `const seen = new Map();
       const strangers = [];
       for (const specifier of ${JSON.stringify(specifiers)}) {
         for (const [name, value] of Object.entries(await import(specifier))) {
           if (typeof value !== 'function') continue;
           if (seen.has(name) && seen.get(name) !== value) strangers.push(specifier + ' ' + name);
           seen.set(name, value);
         }
       }
       process.stdout.write(JSON.stringify(strangers));`,
    );
    expect(strangers).toEqual([]);
  });

  it.each([
    ['NodeNext', 'NodeNext'],
    ['ESNext', 'bundler'],
  ])('type-checks in a consumer under module %s, resolution %s', (module, moduleResolution) => {
    const name = `consumer-${moduleResolution.toLowerCase()}`;
    const imports = specifiers.map((specifier, index) => `import * as m${index} from '${specifier}';`);
    const uses = specifiers.map((_, index) => `export const keys${index}: readonly string[] = Object.keys(m${index});`);
    // An import that resolved to `any` would accept this; a resolved one must not.
    const refused = specifiers.map(
      (_, index) => `// @ts-expect-error no such export\nexport const absent${index} = m${index}.thereIsNoSuchExport;`,
    );
    writeFileSync(join(full, `${name}.mts`), [...imports, ...uses, ...refused].join('\n'));
    const options = {
      module,
      moduleResolution,
      target: 'ES2023',
      lib: ['ES2024', 'ESNext.Disposable', 'ESNext.Collection', 'DOM'],
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
    };
    writeFileSync(join(full, `${name}.json`), JSON.stringify({ compilerOptions: options, files: [`${name}.mts`] }));
    const result = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', `${name}.json`], { cwd: full, encoding: 'utf8' });
    expect(result.stdout + result.stderr).toBe('');
    expect(result.status).toBe(0);
  });

  it('brings a command that explains itself', () => {
    const result = spawnSync(join(bare, 'node_modules/.bin', manifest.name), ['--help'], {
      cwd: bare,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` },
    });
    expect(result.status).toBe(0);
    for (const command of ['init', 'approve', 'status', 'kill', 'pause', 'resume', 'audit']) expect(result.stdout).toContain(command);
  });
});
