import { Cell } from '@ton/core';
import type { CellReader } from '../cell-reader.ts';
import { CellWriter } from '../cell-writer.ts';
import type { Draft } from '../draft.ts';
import { bitsOf, bytesOf, cellOf } from '../draft.ts';
import { undecodable } from '../undecodable.ts';

/** Bytes of text that one cell holds behind an operation code, and in a cell of its own. */
const HEAD_BYTES = 123;
const TAIL_BYTES = 127;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const OP_TEXT = 0;
export const OP_ENCRYPTED_TEXT = 0x2167da4b;

/** More than wallets write and less than would make reading slow, however many messages share the same text. */
const MAX_TEXT_BYTES = 16_384;
/** In front of the encrypted text: a key mixed of both parties’ keys, and the hash that is its initial vector. */
const ENCRYPTED_HEAD_BYTES = 32 + 16;
const CIPHER_BLOCK_BYTES = 16;

/** Whole bytes that run on from cell to cell; null where they do not, or where there are too many. */
function readBytes(first: CellReader): Buffer | null {
  if (first.bitsLeft % 8 !== 0 || first.refsLeft > 1) return null;
  let length = first.bitsLeft / 8;
  if (length > MAX_TEXT_BYTES) return null;
  const parts: Uint8Array[] = [first.bytes(length)];
  // Every further cell is whole, and is taken as it lies: a hundred of them may be shared by hundreds of messages.
  for (let at = first.refsLeft === 0 ? undefined : first.draft(); at !== undefined; at = at.refs[0]) {
    if (at instanceof Cell && at.isExotic) throw undecodable('exotic_cell');
    const bits = bitsOf(at);
    length += bits / 8;
    if (bits % 8 !== 0 || at.refs.length > 1 || length > MAX_TEXT_BYTES) return null;
    parts.push(bytesOf(at));
  }
  return Buffer.concat(parts, length);
}

/** Bytes of an encrypted comment that only its receiver can read; null where it is none. */
export function readEncryptedText(first: CellReader): number | null {
  const bytes = readBytes(first);
  const cipher = (bytes?.length ?? 0) - ENCRYPTED_HEAD_BYTES;
  return cipher >= CIPHER_BLOCK_BYTES && cipher % CIPHER_BLOCK_BYTES === 0 ? cipher : null;
}

/** Reads UTF-8 that runs on from cell to cell; null unless it is whole bytes of well-formed text and nothing else. */
export function readText(first: CellReader): string | null {
  const bytes = readBytes(first);
  if (bytes === null) return null;
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

/** A text comment: operation 0, then the text, running on from cell to cell. */
export function commentCell(text: string): Cell {
  const bytes = Buffer.from(text, 'utf8');
  const starts: number[] = [];
  for (let at = HEAD_BYTES; at < bytes.length; at += TAIL_BYTES) starts.push(at);
  let tail: Draft | null = null;
  const written = (cell: CellWriter, from: number, to: number): Draft => {
    cell.data(bytes.subarray(from, to));
    return (tail === null ? cell : cell.ref(tail)).end();
  };
  for (const from of starts.reverse()) tail = written(new CellWriter(), from, from + TAIL_BYTES);
  return cellOf(written(new CellWriter().zeros(32), 0, HEAD_BYTES));
}
