import type { ChargeLine, LedgerCap, Reason } from '../../core/index.ts';

/** A rule that asks a person to look, without holding the request up. */
export interface Review {
  readonly rule: string;
  readonly label: string;
  readonly found: string;
  readonly limit: string;
}

/** What the temporal rules say of a transaction, and what it has to take on their counters. */
export interface TemporalFindings {
  readonly denials: readonly Reason[];
  readonly escalations: readonly Reason[];
  readonly reviews: readonly Review[];
  readonly lines: readonly ChargeLine[];
  readonly caps: readonly LedgerCap[];
}
