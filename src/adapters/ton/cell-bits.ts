import type { Cell } from '@ton/core';

/**
 * Data of a cell as bytes from its first bit on, zeros behind the last one. May be the cell's own memory: read only.
 */
export function cellBytes({ bits }: Cell): Uint8Array {
  const whole = bits.length & ~7;
  const head = bits.subbuffer(0, whole);
  if (head !== null && whole === bits.length) return head;
  const bytes = new Uint8Array((bits.length + 7) >> 3);
  if (head !== null) bytes.set(head);
  for (let at = head === null ? 0 : whole; at < bits.length; at += 1) {
    if (bits.at(at)) bytes[at >> 3] = (bytes[at >> 3] as number) | (0x80 >> (at & 7));
  }
  return bytes;
}
