import { z } from 'zod';
import { CastellanError } from '../../core/errors.ts';
import { readBlockAt } from './block.ts';
import type { RpcClient } from './client.ts';

/** Blocks that a cursor remembers: deeper than any reorganisation that is followed exactly. */
export const REMEMBERED_BLOCKS = 128;

const block = z.tuple([z.int().nonnegative(), z.string().regex(/^0x[0-9a-f]{64}$/)]);
const cursorSchema = z.strictObject({
  v: z.literal(1),
  /** Height and hash, rising without a gap. */
  blocks: z.array(block).min(1).max(REMEMBERED_BLOCKS),
  /** Keccak-256 of each account's code, empty where it has none. */
  code: z.record(z.string(), z.string().regex(/^(?:[0-9a-f]{64})?$/)),
});

/** Where a look at the chain's blocks came to, and what stood there. */
export type ActivityCursor = z.output<typeof cursorSchema>;
/** Height and hash of one block. */
export type BlockMark = readonly [number, string];

/** Reads the text of an earlier page. @throws REQUEST_INVALID for text that is none */
export function readCursor(text: string): ActivityCursor {
  try {
    return cursorSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new CastellanError('REQUEST_INVALID', { message: 'The cursor is not one of this chain.', cause });
  }
}

/** The cursor after further blocks, which follow on `kept`. */
export function writeCursor(kept: readonly BlockMark[], scanned: readonly BlockMark[], code: ActivityCursor['code']): string {
  return JSON.stringify({ v: 1, blocks: [...kept, ...scanned].slice(-REMEMBERED_BLOCKS), code });
}

/**
 * The remembered blocks that are still the chain's. Whatever is below a block of the chain is of the chain, too, so that the last one
 * is found by halving. None where even the oldest is gone.
 */
export async function commonBlocks(client: RpcClient, blocks: readonly BlockMark[], signal?: AbortSignal): Promise<readonly BlockMark[]> {
  const stands = async ([height, hash]: BlockMark): Promise<boolean> => (await readBlockAt(client, height, signal))?.hash === hash;
  const newest = blocks.at(-1);
  if (newest === undefined || (await stands(newest))) return blocks;
  let low = 0;
  let high = blocks.length - 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (await stands(blocks[middle] as BlockMark)) low = middle + 1;
    else high = middle;
  }
  return blocks.slice(0, low);
}
