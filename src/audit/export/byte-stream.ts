/** Text as UTF-8, piece by piece. Nothing is read before the first piece is asked for. */
export async function* toBytes(text: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const piece of text) yield encoder.encode(piece);
}

/** The same bytes as one gzip member (RFC 1952) that holds no time and no name. */
export function gzip(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  return through(() => new CompressionStream('gzip'), bytes);
}

/** The bytes that were packed so. @throws TypeError where they were not */
export function gunzip(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  return through(() => new DecompressionStream('gzip'), bytes);
}

/** The source is read as fast as the reader takes what comes out of it, and no further once the reader stops. */
async function* through(open: () => CompressionStream | DecompressionStream, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { readable, writable } = open();
  const reader = readable.getReader();
  const writer = writable.getWriter();
  const feed = async (): Promise<void> => {
    for await (const piece of bytes) {
      await writer.write(new Uint8Array(piece));
    }
    await writer.close();
  };
  const fed = feed().then(
    () => undefined,
    async (error: unknown) => {
      // Ends the reading below, which then throws the source's own error.
      await reader.cancel().catch(() => undefined);
      return { error };
    },
  );
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      yield value;
    }
    const fault = await fed;
    if (fault !== undefined) throw fault.error;
  } finally {
    // The next write fails, which ends the reading of the source.
    await reader.cancel().catch(() => undefined);
    await writer.abort().catch(() => undefined);
    await fed;
  }
}

/** All pieces in one. */
export async function collectBytes(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const collected: Uint8Array[] = [];
  for await (const piece of pieces) collected.push(piece);
  return new Uint8Array(Buffer.concat(collected));
}
