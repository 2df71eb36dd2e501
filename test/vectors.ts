import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';

const ROOT = process.env.CASTELLAN_VECTORS ?? resolve(fileURLToPath(new URL('..', import.meta.url)), '../shared/vectors');

/** The folder of one set of published vectors, or undefined where it is not on this machine. */
export function vectorFolder(name: string): string | undefined {
  const folder = join(ROOT, name);
  if (existsSync(folder)) return folder;
  if (process.env.CASTELLAN_REQUIRE_SERVICES === '1') throw new Error(`The vectors "${name}" are required and not in ${ROOT}.`);
  console.warn(`SKIPPED: the published vectors "${name}" are not on this machine; set CASTELLAN_VECTORS to their folder.`);
  return undefined;
}

/** Text of one vector file. */
export function vectorText(folder: string, ...path: string[]): string {
  return readFileSync(join(folder, ...path), 'utf8');
}

/** Parsed JSON of one vector file. */
export function vectorJson<T>(folder: string, ...path: string[]): T {
  return JSON.parse(vectorText(folder, ...path)) as T;
}

/** A describe block over a vector folder: skipped loudly where it is absent, an error where services are required. */
export function describeVectors(name: string, title: string, body: (folder: string) => void): void {
  const folder = vectorFolder(name);
  describe.skipIf(folder === undefined)(title, () => {
    if (folder !== undefined) body(folder);
  });
}
