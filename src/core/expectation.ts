import type { AccountId, AssetId } from './ids.ts';

/** A bound on how much of one asset moves, base units. */
export interface ExpectedFlow {
  readonly asset: AssetId;
  readonly amount: bigint;
  /** `most` bounds what leaves, `least` what comes; `exactly` is both at once. */
  readonly bound: 'most' | 'least' | 'exactly';
}

/**
 * What a quote promised, as the request repeats it: held against the simulated effects, so that a third party's calldata must do
 * what was agreed. It can only deny.
 */
export interface Expectation {
  /** All that may leave the wallet, fees apart; null where the request bounds nothing. An empty list lets nothing leave. */
  readonly out: readonly ExpectedFlow[] | null;
  /** What the recipient must gain. */
  readonly in: readonly ExpectedFlow[];
  /** Who gains it: the wallet itself, unless the request names another. */
  readonly recipient: AccountId;
  /** The only account that may be given a right to take; null where the request names none. */
  readonly spender: AccountId | null;
  /** By how much more than decided may leave when the transaction is simulated again before it is signed; basis points. */
  readonly toleranceBps: number;
}
