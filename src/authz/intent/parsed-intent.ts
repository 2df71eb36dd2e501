import type { TextTrait } from '../../core/text-safety.ts';
import type { Decimal } from '../policy/language/decimal.ts';
import type { IntentAction, IntentDirection, IntentProduct } from './lexicon.ts';

/**
 * How surely a term is said: asked for in plain words, told of something that was (`repeat my last sale`), or written so that
 * two readers may read two things.
 */
export type Certainty = 'plain' | 'told' | 'unreadable';

/** How a word stands in its sentence. */
export interface WordContext {
  readonly certainty: Certainty;
  readonly isNegated: boolean;
}

/** One thing that a text says, and where: `text.slice(start, end)`. */
export interface Term<T> {
  readonly value: T;
  readonly start: number;
  readonly end: number;
  readonly certainty: Certainty;
}

/** A number with what it is a number of. */
export interface IntentAmount {
  /** Null where it cannot be read exactly. */
  readonly amount: Decimal | null;
  /** The asset as written, in capitals; null for a bare number. */
  readonly symbol: string | null;
  /** What the number is: how much moves, a price, a change of an amount told elsewhere, or a share. */
  readonly role: 'amount' | 'price' | 'change' | 'share';
}

/** An asset as written, in capitals, and the side of a trade on which it is said to stand. */
export interface IntentAsset {
  readonly symbol: string;
  readonly side: 'in' | 'out' | null;
}

/** A word that asks for an action. */
export interface IntentVerb {
  /** Every action that does what the word asks for. */
  readonly any: readonly IntentAction[];
  /** False for a word that names as often as it asks: `order`. */
  readonly isVerb: boolean;
}

/** What a text plainly says about one action; what it leaves open is empty. Nothing here allows anything. */
export interface ParsedIntent {
  readonly actions: readonly Term<IntentVerb>[];
  readonly directions: readonly Term<IntentDirection>[];
  readonly products: readonly Term<IntentProduct>[];
  readonly assets: readonly Term<IntentAsset>[];
  readonly amounts: readonly Term<IntentAmount>[];
  /** Names that may spell an account: of letters and digits or underscores together. */
  readonly recipients: readonly Term<string>[];
  /** True where the amount is to be worked out from something else: half of, twice, less. */
  readonly isDerived: boolean;
  /** What outside the text terms are left to: a file that it names, or what was done before. */
  readonly refersTo: 'file' | 'past' | null;
  /** Ways in which the text may look like something else than it is. */
  readonly traits: readonly TextTrait[];
  /** False where the text is too long to be held to. */
  readonly isWhole: boolean;
}
