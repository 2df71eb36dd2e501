import { access, mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';

/** Tells whether something lies at this path. */
export async function fileExists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** The text of a file; undefined where there is none, or where it is longer than `maxBytes`. Throws what the system throws. */
export async function readText(path: string, maxBytes: number): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || !found.isFile() || found.size > maxBytes) return undefined;
  return readFile(path, 'utf8');
}

/** The lines of a file, read as they are asked for; undefined where there is none. Throws RangeError for a longer line, and what the system throws. */
export async function readLines(path: string, maxChars: number): Promise<AsyncIterable<string> | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true ? linesOf(path, maxChars) : undefined;
}

async function* linesOf(path: string, maxChars: number): AsyncGenerator<string> {
  const file = await open(path, 'r');
  try {
    for await (const line of createInterface({ input: file.createReadStream({ autoClose: false }), crlfDelay: Number.POSITIVE_INFINITY })) {
      if (line.length > maxChars) throw new RangeError('a line is too long');
      yield line;
    }
  } finally {
    await file.close();
  }
}

/** True where anybody but the owner may read or write the file. Always false where the system has no such bits. */
export async function isOpenToOthers(path: string): Promise<boolean> {
  if (process.platform === 'win32') return false;
  return ((await stat(path)).mode & 0o077) !== 0;
}

/** True where another user may have written the file: it is theirs, or everybody may write it. */
export async function isWrittenByOthers(path: string): Promise<boolean> {
  if (process.getuid === undefined) return false;
  const { uid, mode } = await stat(path);
  return (mode & 0o002) !== 0 || (uid !== 0 && uid !== process.getuid());
}

/** Writes a file that does not exist yet and makes it durable. Throws EEXIST where it exists: nothing is ever overwritten. */
export async function writeNewFile(path: string, text: string, mode = 0o644): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(text);
    // The umask may have taken bits away, and on some systems added none: the mode is what was asked for.
    await file.chmod(mode);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes a directory and those above it; one that exists stays as it is. */
export async function makeDirectory(path: string, mode = 0o755): Promise<void> {
  await mkdir(path, { recursive: true, mode });
}

/** Removes a file; none there is fine. */
export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true });
}
