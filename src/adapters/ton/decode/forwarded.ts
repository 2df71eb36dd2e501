import { CellReader } from '../cell-reader.ts';
import type { Forwarded } from './body.ts';
import { opText } from './body.ts';
import { OP_ENCRYPTED_TEXT, OP_TEXT, readEncryptedText, readText } from './text.ts';

/** `Either Cell ^Cell`, to the end of the body. @throws PAYLOAD_UNDECODABLE where anything follows a payload in a cell of its own */
export function readForwarded(body: CellReader): Forwarded {
  const inRef = body.bit();
  const payload = inRef ? body.ref() : body.rest();
  body.end();
  if (payload.isExotic) return { kind: 'other', op: null, payload };
  const reader = new CellReader(payload);
  if (reader.bitsLeft === 0 && reader.refsLeft === 0) return { kind: 'nothing' };
  const op = reader.bitsLeft < 32 ? null : reader.uint(32);
  const other: Forwarded = { kind: 'other', op: op === null ? null : opText(op), payload };
  if (op === OP_TEXT) {
    const text = readText(reader);
    return text === null ? other : { kind: 'text', text };
  }
  if (op !== OP_ENCRYPTED_TEXT) return other;
  const bytes = readEncryptedText(reader);
  return bytes === null ? other : { kind: 'encrypted', bytes };
}
