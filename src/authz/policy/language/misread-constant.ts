import type { Names } from './names.ts';

/** A number as people write one: with a sign, leading zeros, separators, a fraction or an exponent. */
const NUMBER_LIKE = /^[+-]?(?:\d[\d_,' ]*(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
/** 36 bytes in base64: what an address with a checksum of its own looks like, and hardly anything else. */
const ADDRESS_LIKE = /^(?=.*[a-z])(?=.*[A-Z])[A-Za-z0-9_+/-]{48}$/;

/**
 * Whether a text that reads as no number and no account was surely meant as one: other digits, another notation, a wrong checksum. Compared
 * as text it would match nothing, which no rule should do in silence.
 */
export function isMisread(text: string, names: Pick<Names, 'accountsNamed'>): boolean {
  if (NUMBER_LIKE.test(text.normalize('NFKC').trim())) return true;
  // A checksum in upper and lower case is gone where all letters are small.
  return ADDRESS_LIKE.test(text) || names.accountsNamed(text.toLowerCase()).length > 0;
}
