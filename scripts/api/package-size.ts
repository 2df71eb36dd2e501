import { spawnSync } from 'node:child_process';
import { root } from './entry-points.ts';

/** What `npm pack` would put into the package. */
export interface PackageSize {
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  /** Paths below the package's root. */
  readonly files: readonly string[];
}

/** Reads what would be packed, without building or writing anything. @throws Error where npm fails. */
export function packageSize(): PackageSize {
  const packed = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel', 'error'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (packed.status !== 0) throw new Error(`npm pack failed: ${packed.stderr.slice(0, 400)}`);
  const said = JSON.parse(packed.stdout) as unknown;
  // npm 11 answers a list, newer ones an object by package name.
  const [found] = Object.values(said as object) as {
    readonly size: number;
    readonly unpackedSize: number;
    readonly files: readonly { readonly path: string }[];
  }[];
  if (found === undefined) throw new Error('npm packed nothing');
  return { packedBytes: found.size, unpackedBytes: found.unpackedSize, files: found.files.map(({ path }) => path) };
}
