/** Room for a batch of usual size; a larger one doubles it. */
const FIRST_BYTES = 16_384;
/** An array's head: `0xdd` and the number of its items in four bytes. */
const HEAD_BYTES = 5;

/** Texts and counts in the order in which they are put, packed for one argument of a script. */
export interface Pack {
  text(value: string): void;
  /** A whole number of 0 to 2^32 - 1. */
  count(value: number): void;
  isEmpty(): boolean;
  /** The argument: what was put in since {@link Pack.begin}. Nothing is put in any more until it was sent. */
  end(): Buffer;
  /** Forgets all of it. */
  begin(): void;
}

/**
 * Packs a flat array as MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md), which `cmsgpack.unpack` of the server reads: the driver
 * encodes one argument however many texts there are.
 */
export function createPack(): Pack {
  let bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  let at = HEAD_BYTES;
  let items = 0;

  const need = (more: number): void => {
    if (at + more <= bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(bytes.length * 2, at + more));
    bytes.copy(larger, 0, 0, at);
    bytes = larger;
  };
  return {
    text(value) {
      const { length } = value;
      items++;
      // UTF-8 takes at most three bytes for each unit of a string.
      need(HEAD_BYTES + length * 3);
      const from = at;
      at = putHead(bytes, from, length);
      const written = bytes.write(value, at, 'utf8');
      if (written !== length) {
        at = putHead(bytes, from, written);
        bytes.write(value, at, 'utf8');
      }
      at += written;
    },
    count(value) {
      items++;
      need(HEAD_BYTES);
      if (value < 0x80) bytes[at++] = value;
      else {
        bytes[at] = 0xce;
        at = bytes.writeUInt32BE(value, at + 1);
      }
    },
    isEmpty: () => items === 0,
    end() {
      bytes[0] = 0xdd;
      bytes.writeUInt32BE(items, 1);
      return bytes.subarray(0, at);
    },
    begin() {
      at = HEAD_BYTES;
      items = 0;
    },
  };
}

/** Writes the head of a text of so many bytes; answers where the text begins. */
function putHead(bytes: Buffer, at: number, length: number): number {
  if (length < 32) {
    bytes[at] = 0xa0 | length;
    return at + 1;
  }
  if (length < 256) {
    bytes[at] = 0xd9;
    bytes[at + 1] = length;
    return at + 2;
  }
  if (length < 65_536) {
    bytes[at] = 0xda;
    return bytes.writeUInt16BE(length, at + 1);
  }
  bytes[at] = 0xdb;
  return bytes.writeUInt32BE(length, at + 1);
}
