import { familyOf } from '../chain-family.ts';
import { eip155 } from './eip155-family.ts';
import { ton } from './ton-family.ts';

/** Least bits that accounts which read alike share: at both ends together, and at each of them. */
export interface LeastLikeness {
  readonly bits: number;
  readonly sideBits: number;
}

const EVM = 1;
const TON = 2;
const EVM_WORDS = 5;
const TON_WORDS = 8;
const CHECKSUM_DIGITS = 4;
const BITS_PER_DIGIT = 4;

/** True where people see of a chain's accounts what their codes hold (see `encodeAccount`): accounts that read alike then have codes with like ends. */
export function isShownAsCoded(chain: string): boolean {
  const family = familyOf(chain.slice(0, chain.indexOf(':')));
  return family === eip155 || family === ton;
}

/**
 * False only where two accounts, on chains that are {@link isShownAsCoded}, share less than `least` in each form in which people see them: the code at `at` among
 * `codes`, and `code`. Whole hex digits are counted, and one less than the bits come to is enough, since characters of six bits do not end where digits do.
 */
export function mayReadAlike(codes: Uint32Array, at: number, code: Uint32Array, { bits, sideBits }: LeastLikeness): boolean {
  const form = (code[0] as number) >>> 28;
  if (form !== EVM && form !== TON) return true;
  const first = codes[at] as number;
  if (first >>> 28 !== form) return false;
  // Of the same account the test network shows another checksum.
  if (form === TON && first >>> 24 !== (code[0] as number) >>> 24) return true;
  const side = Math.floor(sideBits / BITS_PER_DIGIT);
  const words = form === EVM ? EVM_WORDS : TON_WORDS;
  let begin = 0;
  for (let word = 1; word <= words; word += 1) {
    const differ = (codes[at + word] as number) ^ (code[word] as number);
    begin += differ === 0 ? 8 : Math.clz32(differ) >> 2;
    if (differ !== 0) break;
  }
  if (begin < side) return false;
  let end = 0;
  for (let word = words; word >= 1; word -= 1) {
    const differ = (codes[at + word] as number) ^ (code[word] as number);
    end += differ === 0 ? 8 : trailingDigits(differ);
    if (differ !== 0) break;
  }
  // Some forms end with the checksum, others with what it is of.
  if (form === TON) end = Math.max(end, checksumEnd((first ^ (code[0] as number)) & 0xffff, end));
  return end >= side && begin + end >= Math.floor(bits / BITS_PER_DIGIT) - 1;
}

function checksumEnd(differ: number, end: number): number {
  return differ === 0 ? CHECKSUM_DIGITS + end : trailingDigits(differ);
}

function trailingDigits(word: number): number {
  return (31 - Math.clz32(word & -word)) >> 2;
}
