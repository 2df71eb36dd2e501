import type { AssetAmount } from './exposure.ts';
import type { LedgerAccount } from './limits/ledger-accounts.ts';

/** Why an amount has no value in the unit: nobody can price it, or why the one who can has no price now. */
export type Unpriced = 'no_source' | 'no_price' | 'stale' | 'divergent';

/** What a transaction is worth in the unit of the limits; null where part of it cannot be valued. Never rounded down. */
export interface Valuation {
  /** Outflows alone. */
  readonly outflow: bigint | null;
  /** Outflows and allowances, which rules compare with; null also for an unlimited allowance. */
  readonly spend: bigint | null;
  worthOf(amount: AssetAmount): bigint | Unpriced;
}

/** Room in use on one account, in the order of its windows. */
export interface RoomInUse {
  readonly at: LedgerAccount;
  readonly used: readonly bigint[];
  /** Windows that the account does not book yet: the store will know more of them than is read here. */
  readonly isNew: readonly boolean[];
}

/** What several layers compute from the same facts, once per judgement. */
export interface JudgeMemo {
  valuation: Valuation | undefined;
  readonly room: RoomInUse[];
}
