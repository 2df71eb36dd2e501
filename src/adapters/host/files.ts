import { access, type FileHandle, mkdir, open, readFile, rm, stat } from 'node:fs/promises';

/** How gzip (RFC 1952) begins; no text in UTF-8 does. */
const GZIP = [0x1f, 0x8b] as const;

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

/**
 * The lines of a file, read as they are asked for and unpacked where it is packed by gzip; undefined where there is none. Throws RangeError for a
 * longer line, TypeError for what is no UTF-8 or broken gzip, and what the system throws.
 */
export async function readLines(path: string, maxChars: number): Promise<AsyncIterable<string> | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true ? linesOf(path, maxChars) : undefined;
}

async function* linesOf(path: string, maxChars: number): AsyncGenerator<string> {
  const file = await open(path, 'r');
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const whole = (line: string): string => {
    if (line.length > maxChars) throw new RangeError('a line is too long');
    return line.endsWith('\r') ? line.slice(0, -1) : line;
  };
  let rest = '';
  try {
    for await (const piece of await bytesOf(file)) {
      const text = decoder.decode(piece as Uint8Array, { stream: true });
      let start = 0;
      // Only this ends a line: texts may hold other marks that some readers break at.
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
        yield whole(rest + text.slice(start, end));
        rest = '';
        start = end + 1;
      }
      rest += text.slice(start);
      if (rest.length > maxChars) throw new RangeError('a line is too long');
    }
    rest += decoder.decode();
    if (rest !== '') yield whole(rest);
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    throw typeof code === 'string' && code.startsWith('Z_') ? new TypeError('it is no whole gzip', { cause: error }) : error;
  } finally {
    await file.close();
  }
}

async function bytesOf(file: FileHandle): Promise<AsyncIterable<Uint8Array>> {
  const { buffer, bytesRead } = await file.read(new Uint8Array(GZIP.length), 0, GZIP.length, 0);
  const stream = file.createReadStream({ autoClose: false, start: 0 });
  const isPacked = bytesRead === GZIP.length && GZIP.every((byte, at) => buffer[at] === byte);
  return isPacked ? ReadableStream.from<Uint8Array>(stream).pipeThrough(new DecompressionStream('gzip')) : stream;
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
