import { keccak256, toHex } from '../../src/core/index.ts';

/**
 * A contract that writes the log that its call data spell: one word with the number of topics, the topics, then the data. By
 * hand, so that a test says exactly what stands in a log.
 */
export const LOGGER = logger();

function logger(): string {
  const bytes: number[] = [];
  const push = (...more: number[]): void => void bytes.push(...more);
  const branches: { readonly topics: number; readonly at: number }[] = [];
  for (const topics of [2, 3, 4]) {
    // PUSH1 topics, PUSH0, CALLDATALOAD, EQ, PUSH2 <branch>, JUMPI
    push(0x60, topics, 0x5f, 0x35, 0x14, 0x61);
    branches.push({ topics, at: bytes.length });
    push(0, 0, 0x57);
  }
  push(0x00);
  for (const { topics, at } of branches) {
    bytes[at] = bytes.length >> 8;
    bytes[at + 1] = bytes.length & 0xff;
    const head = 32 + topics * 32;
    // JUMPDEST, CALLDATACOPY(0, head, CALLDATASIZE - head)
    push(0x5b, 0x60, head, 0x36, 0x03, 0x60, head, 0x5f, 0x37);
    for (let topic = topics; topic >= 1; topic -= 1) push(0x60, topic * 32, 0x35);
    // LOGn(0, CALLDATASIZE - head, …), STOP
    push(0x60, head, 0x36, 0x03, 0x5f, 0xa0 + topics, 0x00);
  }
  return `0x${toHex(new Uint8Array(bytes))}`;
}

const word = (value: string | bigint): string =>
  (typeof value === 'bigint' ? value.toString(16) : value.replace('0x', '')).padStart(64, '0');

/** Call data that make {@link LOGGER} write this event. */
export function logData(event: string, indexed: readonly (string | bigint)[], data: readonly bigint[]): string {
  const topics = [toHex(keccak256(new TextEncoder().encode(event))), ...indexed.map(word)];
  return `0x${word(BigInt(topics.length))}${topics.join('')}${data.map(word).join('')}`;
}
