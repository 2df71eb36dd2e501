import { type Decimal, parseDecimal } from '../policy/language/decimal.ts';
import { SCALES } from './lexicon.ts';

/** A number as it is written: its exact value, and what is written onto it (`10USDC`, `2x`, `5%`). */
export interface WrittenNumber {
  /** Null where the writing is no one number for everybody: `1,5`, `1.000.000`, `1e3`, digits of another script. */
  readonly value: Decimal | null;
  readonly suffix: string;
}

const UNIT = '([A-Za-z%$₮][A-Za-z.$₮-]{0,15}|)';
const PLAIN = new RegExp(String.raw`^([0-9]{1,60}(?:\.[0-9]{1,60})?)(?![0-9.,])${UNIT}$`, 'u');
const GROUPED = new RegExp(String.raw`^([0-9]{1,3}(?:,[0-9]{3}){1,20}(?:\.[0-9]{1,60})?)(?![0-9.,])${UNIT}$`, 'u');
/** Digits and letters mixed, too long to be a number with a unit. */
const NAME = /^(?=.*[A-Za-z])[0-9A-Za-z_:-]{5,}$/;
/** `10-USDC` */
const JOINED = /^[0-9.,]+-([A-Za-z₮$]{1,16})$/u;
const SCIENTIFIC = /^[0-9.,]+e[+-]?[0-9]+$/i;

/**
 * Reads one word that begins with a digit of any script, or with a point before one. Undefined where it is no number but a name
 * that holds digits (an address, a hash). The point is decimal and the comma groups thousands; anything else is not guessed.
 */
export function readNumber(word: string): WrittenNumber | undefined {
  const match = PLAIN.exec(word) ?? GROUPED.exec(word);
  const joined = JOINED.exec(word);
  if (joined !== null) return { value: null, suffix: joined[1] as string };
  if (match === null) return NAME.test(word) && !SCIENTIFIC.test(word) ? undefined : { value: null, suffix: '' };
  const suffix = match[2] as string;
  const value = parseDecimal((match[1] as string).replaceAll(',', '').replace(/^0+(?=[0-9])/, '')) ?? null;
  const scale = SCALES.get(suffix.toLowerCase());
  return value === null || scale === undefined ? { value, suffix } : { value: scaledBy(value, scale), suffix: '' };
}

/** `value × by`, exact and in its shortest form. */
export function scaledBy({ digits, scale }: Decimal, by: bigint): Decimal {
  let left = digits * by;
  let places = scale;
  while (places > 0 && left % 10n === 0n) {
    left /= 10n;
    places -= 1;
  }
  return { digits: left, scale: places };
}
