/** Where a text lies: its offset in the sequence of chunks. */
export type ArenaRef = number;

/** Append-only bytes outside the JavaScript heap: what is kept here costs the garbage collector nothing. */
export interface Arena {
  /** Keeps `head` and `text` as one text in UTF-8; the reference stays valid for ever. Long texts need not be joined first. */
  add(text: string, head?: string): ArenaRef;
  read(ref: ArenaRef): string;
}

const CHUNK_BYTES = 4_194_304;
const LENGTH_BYTES = 4;

/**
 * An empty arena. Each text is one record `length (4 bytes, little endian) ‖ UTF-8`; a reference is its offset in the
 * sequence of 4 MiB chunks. A text that is longer than a chunk gets one of its own size.
 */
export function createArena(): Arena {
  const chunks: Buffer[] = [];
  const starts: number[] = [];
  let used = CHUNK_BYTES;
  let size = 0;
  return {
    add(text, head = '') {
      const most = (head.length + text.length) * 3 + LENGTH_BYTES;
      let chunk = chunks.at(-1);
      if (chunk === undefined || used + most > chunk.length) {
        if (chunk !== undefined) size = (starts.at(-1) as number) + chunk.length;
        chunk = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, most));
        chunks.push(chunk);
        starts.push(size);
        used = 0;
      }
      const at = used;
      const first = head === '' ? 0 : chunk.write(head, at + LENGTH_BYTES, 'utf8');
      const bytes = first + chunk.write(text, at + LENGTH_BYTES + first, 'utf8');
      chunk.writeUInt32LE(bytes, at);
      used = at + LENGTH_BYTES + bytes;
      return (starts.at(-1) as number) + at;
    },
    read(ref) {
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >>> 1;
        if ((starts[middle] as number) <= ref) low = middle;
        else high = middle - 1;
      }
      const chunk = chunks[low] as Buffer;
      const at = ref - (starts[low] as number);
      return chunk.toString('utf8', at + LENGTH_BYTES, at + LENGTH_BYTES + chunk.readUInt32LE(at));
    },
  };
}
