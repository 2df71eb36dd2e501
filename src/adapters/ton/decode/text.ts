import type { Cell } from '@ton/core';
import { CellReader } from '../cell-reader.ts';
import { CellWriter } from '../cell-writer.ts';
import type { Draft } from '../draft.ts';
import { cellOf } from '../draft.ts';

/** Bytes of text that one cell holds behind an operation code, and in a cell of its own. */
const HEAD_BYTES = 123;
const TAIL_BYTES = 127;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads UTF-8 that runs on from cell to cell; null unless it is whole bytes of well-formed text and nothing else. */
export function readText(first: CellReader): string | null {
  const parts: Buffer[] = [];
  let at = first;
  for (;;) {
    if (at.bitsLeft % 8 !== 0 || at.refsLeft > 1) return null;
    parts.push(at.bytes(at.bitsLeft / 8));
    if (at.refsLeft === 0) break;
    at = new CellReader(at.ref());
  }
  try {
    return utf8.decode(Buffer.concat(parts));
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
