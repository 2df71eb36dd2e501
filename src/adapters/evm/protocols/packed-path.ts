import { hexOf } from '../address.ts';

const TOKEN_BYTES = 20;
const FEE_BYTES = 3;
const HOP_BYTES = TOKEN_BYTES + FEE_BYTES;

/** First and last token of a path of Uniswap v3: `token ‖ (fee ‖ token)…`; undefined for bytes of any other length. */
export function packedEnds(path: Uint8Array): readonly [first: string, last: string] | undefined {
  const hops = (path.length - TOKEN_BYTES) / HOP_BYTES;
  if (!Number.isInteger(hops) || hops < 1) return undefined;
  return [hexOf(path, 0, TOKEN_BYTES), hexOf(path, path.length - TOKEN_BYTES)];
}
