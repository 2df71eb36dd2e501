import { TRUST_LABELS, type TrustLabel } from '../../core/index.ts';
import type { Decimal } from '../policy/language/decimal.ts';
import { formatDecimal } from '../policy/language/decimal.ts';
import { strongMarks } from './injection-marks.ts';
import { readNumber } from './read-number.ts';

/** A text that the agent had before it, and who wrote it. */
export interface EvidenceText {
  readonly text: string;
  readonly trust: TrustLabel;
}

/** Which words and numbers were said, and by whom at best. */
export interface Evidence {
  /** Who says this word, the most trusted of those who do; null where nobody does. */
  sayerOf(word: string): TrustLabel | null;
  sayerOfNumber(value: Decimal): TrustLabel | null;
  /** Numbers of content that is trusted at least as much as a tool's. */
  readonly trustedNumbers: readonly Decimal[];
  /** Lines `name: value` of such content, both in lower case. */
  readonly trustedFields: readonly (readonly [string, string])[];
}

/** Texts, and numbers worked with, beyond which the rest is left out: what is left out is said by nobody. */
const MAX_TEXTS = 64;
const MAX_TEXT = 65_536;
const MAX_NUMBERS = 256;
const WORD = /[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_.:,-]{0,120}[\p{L}\p{M}\p{N}_])?/gu;
const FIELD = /^[\s-]{0,8}([A-Za-z][A-Za-z _]{0,30}):\s{0,4}([^\s'"][^\n]{0,60})$/;
const OPENING = /<(information|system|instructions?|important|assistant|admin|developer|prompt)\s{0,3}>/i;
const CLOSING = /<\/(information|system|instructions?|important|assistant|admin|developer|prompt)\s{0,3}>/i;

/** Reads who said what. Lines that speak to a machine count as a message, whosever content they stand in. */
export function readEvidence(texts: readonly EvidenceText[]): Evidence {
  const words = new Map<string, number>();
  const numbers = new Map<string, number>();
  const trustedNumbers: Decimal[] = [];
  const trustedFields: (readonly [string, string])[] = [];
  for (const { text, trust } of texts.slice(0, MAX_TEXTS)) {
    for (const { line, rank } of rankedLines(text.slice(0, MAX_TEXT), TRUST_LABELS.indexOf(trust))) {
      const field = FIELD.exec(line);
      if (rank <= TOOL && field !== null)
        trustedFields.push([(field[1] as string).toLowerCase(), (field[2] as string).trim().toLowerCase()]);
      for (const [word] of line.matchAll(WORD)) {
        keepBest(words, word.toLowerCase(), rank);
        const value = /^[0-9]/.test(word) ? readNumber(word)?.value : undefined;
        if (value === undefined || value === null) continue;
        keepBest(numbers, formatDecimal(value), rank);
        if (rank <= TOOL && trustedNumbers.length < MAX_NUMBERS) trustedNumbers.push(value);
      }
    }
  }
  const labelOf = (rank: number | undefined): TrustLabel | null => (rank === undefined ? null : (TRUST_LABELS[rank] as TrustLabel));
  return {
    sayerOf: (word) => labelOf(words.get(word.toLowerCase())),
    sayerOfNumber: (value) => labelOf(numbers.get(formatDecimal(value))),
    trustedNumbers,
    trustedFields,
  };
}

const TOOL = TRUST_LABELS.indexOf('tool');
const MESSAGE = TRUST_LABELS.indexOf('message');

/** True for what came from somebody whose word may not open anything. */
export function isUntrusted(label: TrustLabel): boolean {
  return TRUST_LABELS.indexOf(label) > TOOL;
}

/** Lines with how far each is trusted. The owner's own lines stay the owner's, whatever they say. */
function* rankedLines(text: string, rank: number): Generator<{ readonly line: string; readonly rank: number }> {
  let isInside = false;
  for (const line of text.split('\n')) {
    if (OPENING.test(line)) isInside = true;
    const isMarked = rank !== 0 && (isInside || strongMarks(line).length > 0);
    if (CLOSING.test(line)) isInside = false;
    yield { line, rank: isMarked ? MESSAGE : rank };
  }
}

function keepBest(into: Map<string, number>, key: string, rank: number): void {
  const kept = into.get(key);
  if (kept === undefined || rank < kept) into.set(key, rank);
}
