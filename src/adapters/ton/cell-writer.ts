import type { Cell } from '@ton/core';
import { CastellanError } from '../../core/errors.ts';
import type { AccountId, ChainId } from '../../core/ids.ts';
import { addressOf } from './address.ts';
import type { Draft } from './draft.ts';
import { bytesOf } from './draft.ts';

const CELL_BITS = 1023;
const CELL_REFS = 4;

function overflow(): CastellanError {
  return new CastellanError('REQUEST_INVALID', { message: 'A cell holds at most 1023 bits and 4 references.' });
}

/** Writes one cell from front to back. @throws REQUEST_INVALID beyond 1023 bits or 4 references */
export class CellWriter {
  // From the runtime's pool: a typed array of its own costs more than all the writing.
  readonly #bytes = Buffer.allocUnsafe(128).fill(0);
  #bits = 0;
  readonly #refs: (Draft | Cell)[] = [];

  /** Unsigned, at most 48 bits. */
  uint(value: number, bits: number): this {
    if (this.#bits + bits > CELL_BITS) throw overflow();
    let left = bits;
    while (left > 0) {
      const used = this.#bits & 7;
      const count = Math.min(8 - used, left);
      const chunk = Math.floor(value / 2 ** (left - count)) % 2 ** count;
      this.#bytes[this.#bits >> 3] = (this.#bytes[this.#bits >> 3] as number) | (chunk << (8 - used - count));
      this.#bits += count;
      left -= count;
    }
    return this;
  }

  bit(value: boolean): this {
    return this.uint(value ? 1 : 0, 1);
  }

  zeros(bits: number): this {
    if (this.#bits + bits > CELL_BITS) throw overflow();
    this.#bits += bits;
    return this;
  }

  /** The first `bits` of `bytes`; the rest of the last byte is zeros. */
  data(bytes: Uint8Array, bits = bytes.length * 8): this {
    if (this.#bits + bits > CELL_BITS) throw overflow();
    const used = this.#bits & 7;
    let at = this.#bits >> 3;
    for (let index = 0; index < (bits + 7) >> 3; index += 1, at += 1) {
      const byte = bytes[index] as number;
      this.#bytes[at] = (this.#bytes[at] as number) | (byte >> used);
      if (used > 0) this.#bytes[at + 1] = (byte << (8 - used)) & 0xff;
    }
    this.#bits += bits;
    return this;
  }

  /** `VarUInteger 16` in its shortest form; below 2^120. */
  coins(value: bigint): this {
    if (value === 0n) return this.zeros(4);
    const digits = value.toString(16);
    const bytes = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
    return this.uint(bytes.length, 4).data(bytes);
  }

  /** `addr_std` without anycast. @throws REQUEST_INVALID for an account of another chain */
  account(account: AccountId, chain: ChainId): this {
    const { workChain, hash } = addressOf(account, chain);
    return this.uint(0b100, 3)
      .uint(workChain & 0xff, 8)
      .data(hash);
  }

  ref(cell: Draft | Cell): this {
    if (this.#refs.length === CELL_REFS) throw overflow();
    this.#refs.push(cell);
    return this;
  }

  maybeRef(cell: Draft | Cell | null): this {
    return cell === null ? this.bit(false) : this.bit(true).ref(cell);
  }

  /** Data and references of another cell. */
  inline(cell: Cell): this {
    this.data(bytesOf(cell), cell.bits.length);
    for (const ref of cell.refs) this.ref(ref);
    return this;
  }

  end(): Draft {
    return { bytes: this.#bytes.subarray(0, (this.#bits + 7) >> 3), bits: this.#bits, refs: this.#refs };
  }
}
