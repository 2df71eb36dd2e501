import { BitString, Cell } from '@ton/core';
import type { AccountId, ChainId } from '../../core/ids.ts';
import { accountOfParts } from './address.ts';
import type { Draft } from './draft.ts';
import { bitsOf, bytesOf, cellOf } from './draft.ts';
import { undecodable } from './undecodable.ts';

/**
 * Reads one cell from front to back, strictly: nothing past its end, numbers only in their shortest form, and `end` sees to
 * it that nothing is left over.
 *
 * Every method fails closed with PAYLOAD_UNDECODABLE.
 */
export class CellReader {
  readonly #bytes: Uint8Array;
  readonly #bits: number;
  readonly #refs: readonly (Draft | Cell)[];
  #at = 0;
  #ref = 0;

  constructor(cell: Draft | Cell) {
    if (cell instanceof Cell && cell.isExotic) throw undecodable('exotic_cell');
    this.#bytes = bytesOf(cell);
    this.#bits = bitsOf(cell);
    this.#refs = cell.refs;
  }

  get bitsLeft(): number {
    return this.#bits - this.#at;
  }

  get refsLeft(): number {
    return this.#refs.length - this.#ref;
  }

  bit(): boolean {
    return this.uint(1) === 1;
  }

  /** Unsigned, at most 48 bits. */
  uint(bits: number): number {
    this.#take(bits);
    let value = 0;
    let at = this.#at - bits;
    while (at < this.#at) {
      const used = at & 7;
      const count = Math.min(8 - used, this.#at - at);
      value = value * 2 ** count + (((this.#bytes[at >> 3] as number) >> (8 - used - count)) & ((1 << count) - 1));
      at += count;
    }
    return value;
  }

  int8(): number {
    const value = this.uint(8);
    return value > 127 ? value - 256 : value;
  }

  /** Unsigned, whole bytes of them, any length. */
  bytes(count: number): Buffer {
    if (this.bitsLeft < count * 8) throw undecodable('cell_underflow');
    if (count === 0) return Buffer.alloc(0);
    const shift = this.#at & 7;
    const from = this.#at >> 3;
    this.#at += count * 8;
    if (shift === 0) return Buffer.from(this.#bytes.subarray(from, from + count));
    const out = Buffer.alloc(count);
    for (let index = 0; index < count; index += 1) {
      const pair = ((this.#bytes[from + index] as number) << 8) | (this.#bytes[from + index + 1] as number);
      out[index] = pair >> (8 - shift);
    }
    return out;
  }

  big(bytes: number): bigint {
    return bytes === 0 ? 0n : BigInt(`0x${this.bytes(bytes).toString('hex')}`);
  }

  /** `VarUInteger 16`: the length in bytes, then the bytes; a leading zero byte would be a second spelling. */
  coins(): bigint {
    const length = this.uint(4);
    const value = this.big(length);
    if (length > 0 && value < 1n << BigInt(8 * (length - 1))) throw undecodable('coins_not_canonical');
    return value;
  }

  /** `addr_std` without anycast, or null for `addr_none`. */
  account(chain: ChainId): AccountId | null {
    const tag = this.uint(2);
    if (tag === 0) return null;
    if (tag !== 2 || this.bit()) throw undecodable('address_invalid');
    const workchain = this.int8();
    if (workchain !== 0 && workchain !== -1) throw undecodable('address_invalid', { workchain });
    return accountOfParts(chain, workchain, this.bytes(32).toString('hex'));
  }

  ref(): Cell {
    return cellOf(this.draft());
  }

  /** A reference that is only to be read on, not hashed. */
  draft(): Draft | Cell {
    const cell = this.#refs[this.#ref];
    if (cell === undefined) throw undecodable('cell_underflow');
    this.#ref += 1;
    return cell;
  }

  maybeRef(): Cell | null {
    return this.bit() ? this.ref() : null;
  }

  /** What is left, as a cell of its own; nothing is left afterwards. */
  rest(): Cell {
    const bits = this.bitsLeft;
    if (bits === 0 && this.refsLeft === 0) return Cell.EMPTY;
    const refs = this.#refs.slice(this.#ref).map(cellOf);
    const whole = this.bytes(bits >> 3);
    const tail = bits & 7;
    const data = tail === 0 ? whole : Buffer.concat([whole, Buffer.of(this.uint(tail) << (8 - tail))]);
    this.#ref = this.#refs.length;
    return new Cell({ bits: new BitString(data, 0, bits), refs });
  }

  /** What is left but for the last `bits`, as a cell of its own; nothing is left afterwards. */
  without(bits: number): Cell {
    const whole = this.rest();
    if (whole.bits.length < bits) throw undecodable('cell_underflow');
    return new Cell({ bits: whole.bits.substring(0, whole.bits.length - bits), refs: whole.refs });
  }

  skip(bits: number): void {
    this.#take(bits);
  }

  end(): void {
    if (this.bitsLeft !== 0 || this.refsLeft !== 0) throw undecodable('trailing_data');
  }

  #take(bits: number): void {
    if (bits > this.bitsLeft) throw undecodable('cell_underflow');
    this.#at += bits;
  }
}
