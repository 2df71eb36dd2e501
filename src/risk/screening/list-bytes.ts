/** The bytes of a list, in pieces of any size: `createReadStream(path)` is one. */
export type ListBytes = AsyncIterable<Uint8Array>;
