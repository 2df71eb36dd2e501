import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** The disk that a directory is on: what durable work is measured against. */
export interface Disk {
  /** Its file system, e.g. `ext4`. */
  readonly kind: string;
  /** Median of appending 4 KiB and syncing them, ns. */
  readonly syncNs: number;
}

const APPENDS = 201;

/** @throws Error where the directory is in memory: nothing durable is measured there. */
export function diskOf(directory: string): Disk {
  const kind = fileSystemOf(directory);
  if (kind === 'tmpfs' || kind === 'ramfs') throw new Error(`${directory} is in memory (${kind}): set TMPDIR to a directory on a disk.`);
  const path = join(directory, 'disk-probe');
  const file = openSync(path, 'w');
  const page = Buffer.alloc(4_096, 1);
  const times = Array.from({ length: APPENDS }, () => {
    const startedNs = process.hrtime.bigint();
    writeSync(file, page);
    fdatasyncSync(file);
    return Number(process.hrtime.bigint() - startedNs);
  });
  closeSync(file);
  rmSync(path);
  return { kind, syncNs: times.sort((a, b) => a - b)[APPENDS >> 1] ?? Number.NaN };
}

/** By the longest mount point above it; `unknown` where the system does not list its mounts. */
function fileSystemOf(directory: string): string {
  let mounts: string;
  try {
    mounts = readFileSync('/proc/self/mounts', 'utf8');
  } catch {
    return 'unknown';
  }
  let best = { point: '', kind: 'unknown' };
  for (const line of mounts.split('\n')) {
    const [, point, kind] = line.split(' ');
    if (point === undefined || kind === undefined || point.length < best.point.length) continue;
    if (directory === point || directory.startsWith(point.endsWith('/') ? point : `${point}/`)) best = { point, kind };
  }
  return best.kind;
}
