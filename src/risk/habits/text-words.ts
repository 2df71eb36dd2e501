import { sha256 } from '../../core/digest.ts';

/** Texts whose digests are kept: the same few assets and methods come again and again. */
const MOST_KEPT = 4_096;
const kept = new Map<string, readonly [number, number]>();

/** The first two words of a text's SHA-256: what assets, methods and tokens are told apart by. O(1) for texts met lately. */
export function wordsOf(text: string): readonly [number, number] {
  const known = kept.get(text);
  if (known !== undefined) return known;
  const digest = sha256(text.toWellFormed());
  const view = new DataView(digest.buffer, digest.byteOffset);
  const words = [view.getUint32(0), view.getUint32(4)] as const;
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(text, words);
  return words;
}
