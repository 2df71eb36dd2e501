import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** True where the data folder holds this part. */
export function hasData(data: string, ...path: readonly string[]): boolean {
  return existsSync(join(data, ...path));
}

/** Parts that the data comes in: a file of the first is named, and read from another part where that is the one that is there. */
const [NAMED, ...OTHER_PARTS] = ['_dev', '_heldout', ''] as const;

/** The path of a file of the data folder, in whichever part of the data is there; as it is named where none is. */
export function dataPath(data: string, ...path: readonly string[]): string {
  const named = join(data, ...path);
  if (existsSync(named)) return named;
  return OTHER_PARTS.map((part) => named.replace(`${NAMED}.`, `${part}.`)).find((other) => existsSync(other)) ?? named;
}

/** The bytes of a file of the data folder, unpacked where its name ends with `.gz`. @throws where it is not there */
export function dataFile(data: string, ...path: readonly string[]): Buffer {
  const bytes = readFileSync(dataPath(data, ...path));
  return path.at(-1)?.endsWith('.gz') === true ? gunzipSync(bytes) : bytes;
}

/** Fields of a CSV file's rows below its head, taken apart at each comma: for columns before the first quoted one. */
export function dataRows(data: string, ...path: readonly string[]): readonly (readonly string[])[] {
  return dataFile(data, ...path)
    .toString('utf8')
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(','));
}
