import { chainHash, type Digest, sha256Hex } from '../../core/index.ts';
import type { ListBytes } from './list-bytes.ts';

const BLOCK_BYTES = 65_536;

/** What a body came to. */
export interface BodyDigest {
  readonly body: Digest;
  readonly bytes: number;
}

/**
 * Digests a body while it passes, one block held at a time.
 *
 * ```
 * d(0) = SHA-256('castellan.screening-body.v1'), d(i) = SHA-256(d(i-1) ‖ SHA-256(block i)), blocks of 65,536 bytes
 * ```
 */
export class BodyDigester {
  #chain: string = sha256Hex('castellan.screening-body.v1');
  readonly #block = new Uint8Array(BLOCK_BYTES);
  #filled = 0;
  #bytes = 0;

  /** The same bytes, digested as they are read. */
  async *passing(body: ListBytes): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      if (chunk instanceof Uint8Array) this.take(chunk);
      yield chunk;
    }
  }

  /** Of all that has passed. */
  result(): BodyDigest {
    const body = this.#filled === 0 ? this.#chain : chainHash(this.#chain, sha256Hex(this.#block.subarray(0, this.#filled)));
    return { body: body as Digest, bytes: this.#bytes };
  }

  take(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + BLOCK_BYTES - this.#filled);
      this.#block.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled < BLOCK_BYTES) continue;
      this.#chain = chainHash(this.#chain, sha256Hex(this.#block));
      this.#filled = 0;
    }
  }
}

/**
 * Digest and length of a body, for the header of an update.
 *
 * @example
 * ```ts
 * import { digestBody } from 'castellan';
 *
 * async function* rows() {
 *   yield Buffer.from('0xd8da6bf26964af9d7eed9e03e53415d37aa96045\n');
 * }
 * console.log((await digestBody(rows())).bytes); // 43
 * ```
 */
export async function digestBody(body: ListBytes): Promise<BodyDigest> {
  const digester = new BodyDigester();
  for await (const chunk of body) digester.take(chunk);
  return digester.result();
}
