import type { Cell } from '@ton/core';
import { isCastellanError } from '../../../core/errors.ts';
import type { ChainId } from '../../../core/ids.ts';
import { CellReader } from '../cell-reader.ts';
import { AUTHORITY_BODIES } from './authority-bodies.ts';
import type { Body, BodyReader } from './body.ts';
import { opText } from './body.ts';
import { ITEM_BODIES } from './item-bodies.ts';
import { RELAY_BODIES } from './relay-bodies.ts';
import { OP_ENCRYPTED_TEXT, OP_TEXT, readEncryptedText, readText } from './text.ts';
import { TOKEN_BODIES } from './token-bodies.ts';

const textBody: BodyReader = (reader, _chain, op) => {
  const text = readText(reader);
  return text === null ? { kind: 'unknown', op, detail: 'the comment is no well-formed text' } : { kind: 'text', text };
};

const encryptedBody: BodyReader = (reader, _chain, op) => {
  const bytes = readEncryptedText(reader);
  return bytes === null ? { kind: 'unknown', op, detail: 'the comment is encrypted' } : { kind: 'encrypted', op, bytes };
};

const READERS: ReadonlyMap<number, BodyReader> = new Map([
  [OP_TEXT, textBody],
  [OP_ENCRYPTED_TEXT, encryptedBody],
  ...TOKEN_BODIES,
  ...ITEM_BODIES,
  ...AUTHORITY_BODIES,
  ...RELAY_BODIES,
]);

function readOp(reader: CellReader, chain: ChainId): Body {
  const code = reader.uint(32);
  const op = opText(code);
  const read = READERS.get(code);
  if (read === undefined) return { kind: 'unknown', op, detail: 'the operation is not known' };
  try {
    return read(reader, chain, op);
  } catch (error) {
    if (!isCastellanError(error)) throw error;
    return { kind: 'unknown', op, detail: 'the operation is not in standard form' };
  }
}

// By identity: hundreds of messages may share one body, and each is looked at for its fee and again for its effects.
const read = new WeakMap<Cell, { readonly chain: ChainId; readonly found: Body }>();

/** Reads what a body asks for. Never throws for any body of ordinary cells: what it cannot read is `unknown`. */
export function readBody(body: Cell, chain: ChainId): Body {
  const known = read.get(body);
  if (known?.chain === chain) return known.found;
  const found = readAnew(body, chain);
  read.set(body, { chain, found });
  return found;
}

function readAnew(body: Cell, chain: ChainId): Body {
  if (body.isExotic) return { kind: 'unknown', op: null, detail: 'the body is an exotic cell' };
  const reader = new CellReader(body);
  if (reader.bitsLeft === 0 && reader.refsLeft === 0) return { kind: 'nothing' };
  if (reader.bitsLeft < 32) return { kind: 'unknown', op: null, detail: 'the body is shorter than an operation code' };
  return readOp(reader, chain);
}
