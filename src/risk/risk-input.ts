import type { AccountId, AssetId, Effect, MarketSnapshot, TimeMs } from '../core/index.ts';
import type { HabitModelData } from './model/packed-trees.ts';
import type { Profile } from './profile.ts';
import type { RiskFacts } from './risk-facts.ts';
import type { ScreeningEntry } from './screening/entry.ts';
import type { ListLook } from './screening/list-look.ts';
import type { ScoreRecord } from './thresholds/index.ts';

/** Everything that a score is made from. Facts come from the gate's own state, never from the agent's words. */
export interface RiskInput extends RiskFacts {
  /** Decoded effects, or their union with the simulated ones. */
  readonly effects: readonly Effect[];
  readonly wallet: AccountId;
  readonly nowMs: TimeMs;
  /** Undefined: nothing is known about the agent, which raises the score. Keep its identity while the row stands. */
  readonly profile: Profile | undefined;
  /** The block-list entry of an account, read by `parseScreening`. */
  readonly listed: (account: AccountId) => ScreeningEntry | undefined;
  /** What the lists in memory say; undefined where none are configured. A stored entry in force goes before. */
  readonly lists?: ListLook | undefined;
  /** True where the policy names the account as a destination. It excuses newness, never a listing. */
  readonly allowListed: (account: AccountId) => boolean;
  /** The accounts that the policy names, for lookalikes of them. Keep its identity while the policy stands. */
  readonly allowList?: readonly AccountId[] | undefined;
  readonly amountsInUnit: AmountsInUnit;
  /** Decimals of an asset, undefined where no list names it. Without it all count as having 18. */
  readonly decimals?: ((asset: AssetId) => number | undefined) | undefined;
  /** Undefined: no fresh market data, which raises the score. */
  readonly market?: MarketInput | undefined;
  readonly weights?: RiskWeights | undefined;
  /** What the agent claims, 0–1. Low raises the score; high never lowers it. */
  readonly declaredConfidence?: number | undefined;
  /** The agent's own scores of before, read by `parseScoreRecord`; undefined: it is judged by the training wallets' alone. */
  readonly scores?: ScoreRecord | undefined;
  /** Alarms of this agent by habits in the last 24 hours. Many ask for more evidence, up to what agents without own scores need. */
  readonly alarmsLately?: number | undefined;
  /** A model that is scored beside the shipped one and decides nothing. */
  readonly shadowModel?: HabitModelData | undefined;
  /** False: patterns of fraud are not looked for. They then neither veto nor score; a listed account is a veto as ever. */
  readonly fraudPatterns?: boolean | undefined;
}

/** Money in the unit of the agent's limits, smallest units. */
export interface AmountsInUnit {
  /** Total outflow of the transaction; null where it cannot be valued, which raises the score. */
  readonly outflow: bigint | null;
  /** The limit for one transaction; null where there is none. */
  readonly perTransaction: bigint | null;
  /** Booked and pending outflow of the last 24 hours, where the ledger knows it. */
  readonly lastDay?: bigint | null | undefined;
}

/** What is known of the market: of every asset, for signals to pick from, or what it comes to for this transaction. Keep its identity while it stands. */
export type MarketInput = MarketSnapshot | MarketFacts;

/** What the market does to the moved assets. Older than ten minutes counts as missing. */
export interface MarketFacts {
  readonly atMs: TimeMs;
  /** Standard deviation of a day's returns as a fraction: 0.05 is 5 %. */
  readonly dailyVolatility: number;
  /** Expected own price impact as a fraction; null where nothing is traded. */
  readonly priceImpact: number | null;
}

/** Shares of the three components in the aggregate; only their ratio counts. */
export interface RiskWeights {
  readonly transaction: number;
  readonly behavioral: number;
  readonly market: number;
}

/** 0.4 / 0.3 / 0.3. */
export const DEFAULT_RISK_WEIGHTS: RiskWeights = { transaction: 0.4, behavioral: 0.3, market: 0.3 };
