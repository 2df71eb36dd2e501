import { HabitBytes } from './habit-bytes.ts';

/**
 * One set of views for the habits of all wallets: they are brought here to be looked at and learnt into. There are some fifty of them, and a set for each
 * wallet would be fetched from memory view by view each time its turn comes; its bytes come in one go.
 */
const views = new HabitBytes();
let shown: Uint8Array | undefined;

/** Views of a wallet's bytes as they stand, to be read before another's are asked for. */
export function viewsOf(bytes: Uint8Array<ArrayBuffer>): HabitBytes {
  if (shown !== bytes) {
    views.bytes.set(bytes);
    shown = bytes;
  }
  return views;
}

/** Views of a wallet's bytes, to be learnt into: they are found under it again only after {@link writeBack}. */
export function viewsToLearn(bytes: Uint8Array<ArrayBuffer>): HabitBytes {
  viewsOf(bytes);
  shown = undefined;
  return views;
}

/** Takes what was learnt into the views that {@link viewsToLearn} gave last. */
export function writeBack(bytes: Uint8Array<ArrayBuffer>): void {
  bytes.set(views.bytes);
  shown = bytes;
}
