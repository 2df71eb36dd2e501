import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import bundle from '../../tsup.config.ts';
import { root } from './snippets.ts';

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

/** What a reader installs for the examples' own sake. */
const BESIDES = ['@ton/ton', '@ton/crypto', '@types/node', 'undici-types', '@safe-global/safe-smart-account', '@metamask/delegation-abis'];

const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as Manifest;

/** Specifier below the package, such as `./evm`, to the source that is built for it: `exports` joined with the build's entries. */
export function sourceExports(): Readonly<Record<string, string>> {
  const entries = (bundle as { readonly entry: Readonly<Record<string, string>> }).entry;
  const pairs = Object.entries(manifest.exports).flatMap(([specifier, target]): [string, string][] => {
    if (typeof target === 'string') return [];
    const source = entries[/^\.\/dist\/(.+)\.js$/.exec(target.default)?.[1] ?? ''];
    if (source === undefined) throw new Error(`${specifier}: nothing is built to ${target.default}`);
    return [[specifier, `./${source}`]];
  });
  return Object.fromEntries(pairs);
}

/**
 * An empty project into which the package was installed, its exports leading to the sources. What a user of the package
 * has besides is there too: its dependencies, its peers, the types of Node, and the files of `docs/examples`.
 */
export function createReaderProject(): string {
  const folder = mkdtempSync(join(tmpdir(), 'castellan-reader-'));
  const modules = join(folder, 'node_modules');
  const link = (target: string, name: string): void => {
    const path = join(modules, name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(target, path, 'dir');
  };
  for (const name of [...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies), ...BESIDES]) {
    if (existsSync(`${root}node_modules/${name}`)) link(`${root}node_modules/${name}`, name);
  }
  link(`${root}src`, `${manifest.name}/src`);
  writeJson(join(modules, manifest.name, 'package.json'), { name: manifest.name, type: 'module', exports: sourceExports() });
  writeJson(join(folder, 'package.json'), { private: true, type: 'module' });
  const { compilerOptions } = JSON.parse(readFileSync(`${root}tsconfig.json`, 'utf8')) as { readonly compilerOptions: object };
  writeJson(join(folder, 'tsconfig.json'), { compilerOptions, include: ['*.ts'] });
  copyExamples(folder);
  return folder;
}

/** Puts the files that a page tells its reader to copy beside a program. */
export const copyExamples = (folder: string): void => cpSync(`${root}docs/examples`, folder, { recursive: true });

const writeJson = (path: string, value: unknown): void => writeFileSync(path, JSON.stringify(value));
