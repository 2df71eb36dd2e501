import { type Cell, parseTuple, type TupleItem } from '@ton/core';
import { malformed } from './failure.ts';
import { toCell } from './params.ts';

/** Deep enough for any real argument; a deeper one is an attack on the reader. */
const DEEPEST = 64;
const NUMBER = /^-?(0x[0-9a-fA-F]{1,65}|\d{1,80})$/;
const LIMIT = 1n << 256n;

/** The arguments of a get method, `[["num", "0x1"], ["tvm.Slice", "te6…"], …]`, as the machine takes them. */
export function readStack(value: unknown): TupleItem[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > 255) throw malformed('stack is a list of at most 255 entries');
  return value.map((entry) => readEntry(entry));
}

function readEntry(entry: unknown): TupleItem {
  if (!Array.isArray(entry) || typeof entry[0] !== 'string') throw malformed('a stack entry is [type, value]');
  const [type, value] = entry as [string, unknown];
  switch (type) {
    case 'num':
    case 'int':
      return { type: 'int', value: readNumber(value) };
    case 'null':
      return { type: 'null' };
    case 'cell':
    case 'tvm.Cell':
      return { type: 'cell', cell: readBytes(value) };
    case 'slice':
    case 'tvm.Slice':
      return { type: 'slice', cell: readBytes(value) };
    case 'builder':
    case 'tvm.Builder':
      return { type: 'builder', cell: readBytes(value) };
    case 'tuple':
    case 'tvm.Tuple':
    case 'list':
    case 'tvm.List':
      return readElements(value, 0);
    default:
      throw malformed(`a stack entry of type ${type.slice(0, 40)} is unknown`);
  }
}

/** Elements in tonlib's own form, which its tuples keep. */
function readElement(value: unknown, depth: number): TupleItem {
  if (depth > DEEPEST) throw malformed('a stack entry is nested too deeply');
  const entry = asRecord(value);
  switch (entry['@type']) {
    case 'tvm.stackEntryNumber':
      return { type: 'int', value: readNumber(asRecord(entry['number'])['number']) };
    case 'tvm.stackEntryCell':
      return { type: 'cell', cell: readBytes(entry['cell']) };
    case 'tvm.stackEntrySlice':
      return { type: 'slice', cell: readBytes(entry['slice']) };
    case 'tvm.stackEntryTuple':
      return readElements(entry['tuple'], depth + 1);
    case 'tvm.stackEntryList':
      return readElements(entry['list'], depth + 1);
    default:
      throw malformed('a stack element is of an unknown type');
  }
}

function readElements(value: unknown, depth: number): TupleItem {
  const { elements } = asRecord(value);
  if (!Array.isArray(elements) || elements.length > 255) throw malformed('a tuple has at most 255 elements');
  return elements.length === 0 ? { type: 'null' } : { type: 'tuple', items: elements.map((element) => readElement(element, depth)) };
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw malformed('a stack element is an object');
  return value as Readonly<Record<string, unknown>>;
}

const readBytes = (value: unknown): Cell =>
  toCell(typeof value === 'object' && value !== null ? asRecord(value)['bytes'] : value, 'a stack cell');

function readNumber(value: unknown): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'string' && NUMBER.test(value)) {
    const negative = value.startsWith('-');
    const size = BigInt(negative ? value.slice(1) : value);
    const number = negative ? -size : size;
    if (number >= -LIMIT && number < LIMIT) return number;
  }
  throw malformed('a stack number is an integer of 257 bits, decimal or hex');
}

/** What a get method left, as toncenter gives it: numbers in hex, a slice as a cell, null as an empty list. */
export function writeStack(stack: Cell): readonly unknown[] {
  return parseTuple(stack).map((item) => {
    switch (item.type) {
      case 'int':
        return ['num', toHex(item.value)];
      case 'nan':
        return ['num', 'NaN'];
      case 'null':
        return ['list', { '@type': 'tvm.list', elements: [] }];
      case 'tuple':
        return ['tuple', { '@type': 'tvm.tuple', elements: item.items.map(writeElement) }];
      case 'builder':
        return ['builder', { bytes: toBytes(item.cell) }];
      default:
        return ['cell', { bytes: toBytes(item.cell) }];
    }
  });
}

function writeElement(item: TupleItem): unknown {
  switch (item.type) {
    case 'int':
      return { '@type': 'tvm.stackEntryNumber', number: { '@type': 'tvm.numberDecimal', number: item.value.toString() } };
    case 'nan':
      return { '@type': 'tvm.stackEntryNumber', number: { '@type': 'tvm.numberDecimal', number: 'NaN' } };
    case 'null':
      return { '@type': 'tvm.stackEntryList', list: { '@type': 'tvm.list', elements: [] } };
    case 'tuple':
      return { '@type': 'tvm.stackEntryTuple', tuple: { '@type': 'tvm.tuple', elements: item.items.map(writeElement) } };
    case 'slice':
      return { '@type': 'tvm.stackEntrySlice', slice: { '@type': 'tvm.slice', bytes: toBytes(item.cell) } };
    default:
      return { '@type': 'tvm.stackEntryCell', cell: { '@type': 'tvm.cell', bytes: toBytes(item.cell) } };
  }
}

const toBytes = (cell: Cell): string => cell.toBoc().toString('base64');
const toHex = (value: bigint): string => (value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`);

/** The id of a get method by its name: CRC-16 of the name with a bit set. */
export function methodIdOf(name: string): number {
  let crc = 0;
  for (const byte of Buffer.from(name)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return (crc & 0xffff) | 0x10000;
}
