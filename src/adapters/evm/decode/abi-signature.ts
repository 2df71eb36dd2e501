import { keccak256 } from '../../../core/digest.ts';
import { CastellanError } from '../../../core/errors.ts';
import { hexOf } from '../address.ts';
import { type AbiType, abiNodes, spellType } from './abi-type.ts';

/** A parameter, and those of its record or of the records that it lists. */
export interface AbiParam {
  /** Its position where the text names none. */
  readonly name: string;
  readonly type: AbiType;
  readonly parts: readonly AbiParam[];
}

/** A method's signature, read once when the program loads. */
export interface AbiSignature {
  readonly name: string;
  /** As it is hashed: `transfer(address,uint256)`. */
  readonly text: string;
  /** `0x` and 8 hex digits. */
  readonly selector: string;
  readonly types: readonly AbiType[];
  readonly params: readonly AbiParam[];
}

/** Records and lists within each other. */
const MAX_NESTING = 8;
const MAX_PARAMS = 256;

const NAME = /[A-Za-z_$][A-Za-z0-9_$]*/y;
const WORD = /(?:address|bool|bytes|string|u?int)[0-9]*(?![A-Za-z0-9_$])/y;
const LIST = /\[([1-9][0-9]{0,3})?\]/y;
const SPACE = /\s*/y;
/** Where a value lies, and that an address takes coins: nothing that the encoding knows. */
const LOCATION = /(?:calldata|memory|storage|payable|indexed)(?![A-Za-z0-9_$])/y;

interface Cursor {
  readonly text: string;
  at: number;
  params: number;
}

function take(cursor: Cursor, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = cursor.at;
  const match = pattern.exec(cursor.text);
  if (match !== null) cursor.at += match[0].length;
  return match;
}

function refuse({ text, at }: Cursor): CastellanError {
  return new CastellanError('CONFIG_INVALID', {
    message: `The signature ${JSON.stringify(text.slice(0, 200))} is not readable from position ${at}.`,
  });
}

function takeMark(cursor: Cursor, mark: string): boolean {
  take(cursor, SPACE);
  if (cursor.text[cursor.at] !== mark) return false;
  cursor.at += 1;
  return true;
}

function readBase(cursor: Cursor, depth: number): Omit<AbiParam, 'name'> {
  take(cursor, SPACE);
  if (cursor.text.startsWith('tuple(', cursor.at)) cursor.at += 5;
  if (cursor.text[cursor.at] === '(') {
    const parts = readParams(cursor, depth + 1);
    if (parts.length === 0) throw refuse(cursor);
    return { type: { record: parts.map(({ type }) => type) }, parts };
  }
  const word = take(cursor, WORD)?.[0];
  if (word === undefined) throw refuse(cursor);
  const type = word === 'uint' || word === 'int' ? `${word}256` : word;
  return { type: type as AbiType, parts: [] };
}

function readParam(cursor: Cursor, position: number, depth: number): AbiParam {
  cursor.params += 1;
  if (depth > MAX_NESTING || cursor.params > MAX_PARAMS) throw refuse(cursor);
  const { type: base, parts } = readBase(cursor, depth);
  let type = base;
  for (let lists = 0, match = take(cursor, LIST); match !== null; match = take(cursor, LIST)) {
    if (++lists > MAX_NESTING) throw refuse(cursor);
    type = match[1] === undefined ? { list: type } : { list: type, length: Number(match[1]) };
  }
  do take(cursor, SPACE);
  while (take(cursor, LOCATION) !== null);
  return { name: take(cursor, NAME)?.[0] ?? String(position), type, parts };
}

function readParams(cursor: Cursor, depth: number): readonly AbiParam[] {
  if (!takeMark(cursor, '(')) throw refuse(cursor);
  const params: AbiParam[] = [];
  if (takeMark(cursor, ')')) return params;
  do params.push(readParam(cursor, params.length, depth));
  while (takeMark(cursor, ','));
  if (!takeMark(cursor, ')')) throw refuse(cursor);
  return params;
}

/** First four bytes of Keccak-256 of a signature in its hashed form, `0x` and 8 hex digits. */
export function selectorOf(signature: string): string {
  return hexOf(keccak256(new TextEncoder().encode(signature)), 0, 4);
}

/**
 * Reads `name((address token,uint256 amount)[] orders,bytes data)`: names of parameters are optional.
 * @throws CONFIG_INVALID for any other text
 */
export function parseSignature(text: string): AbiSignature {
  const cursor: Cursor = { text, at: 0, params: 0 };
  take(cursor, /\s*(?:function\s+)?/y);
  const name = take(cursor, NAME)?.[0];
  if (name === undefined) throw refuse(cursor);
  const params = readParams(cursor, 0);
  take(cursor, SPACE);
  if (cursor.at !== text.length) throw refuse(cursor);
  const types = params.map(({ type }) => type);
  abiNodes(types);
  const spelled = `${name}(${types.map(spellType).join(',')})`;
  return { name, text: spelled, selector: selectorOf(spelled), types, params };
}
