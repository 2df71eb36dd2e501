import type { AccountId, AssetId, TimeMs } from '../core/index.ts';
import type { FleetView } from './habits/wallet-action.ts';

/**
 * Facts that a deployment may add for single patterns. What is missing excuses nothing: a pattern that needs it raises without it, or stands in
 * {@link RiskAssessment.unchecked}. Facts come from nodes, lists and the gate's own records, never from the agent.
 */
export interface RiskFacts {
  /** What stands at an account on the chain; undefined where nobody could say. For `approval_phishing`. */
  readonly contractFacts?: ((account: AccountId) => ContractFacts | undefined) | undefined;
  /** Accounts that the agent ever paid and that share the ends of this one; undefined where that could not be read. For `lookalike_destination`. */
  readonly paidAlike?: ((account: AccountId) => readonly AccountId[] | undefined) | undefined;
  /** What the agent asked for just before. For `authorization_probing`. */
  readonly attempts?: AttemptFacts | undefined;
  /** What the market gives for what this transaction trades. For `sandwich_exposure`. */
  readonly quotes?: readonly QuoteFacts[] | undefined;
  /** Names of tokens as they call themselves, and as the lists know them. For `fake_token`. */
  readonly tokenNames?: TokenNames | undefined;
  /** To whom a deposit tag belongs: accounts, none for a tag that is nobody's; undefined where nobody could say. For `mimicked_comment`. */
  readonly tagOwners?: ((tag: string) => readonly AccountId[] | undefined) | undefined;
  /** What the other agents of the fleet did with an account; undefined where nobody could say. For `fleet_coordination` and `approval_phishing`. */
  readonly fleet?: ((account: AccountId) => FleetView | undefined) | undefined;
}

/** What stands at an account. */
export interface ContractFacts {
  /** False for an account that a key alone controls, and for one where nothing stands yet. */
  readonly isContract: boolean;
  /** Since when the code stands, ms; null where nobody could say. */
  readonly ageMs: TimeMs | null;
}

/** What the gate answered the agent within some time before. */
export interface AttemptFacts {
  /** Requests that were denied within {@link withinMs}. */
  readonly denied: number;
  /** All requests within it, without this one. */
  readonly total: number;
  readonly withinMs: number;
}

/** What the market gives at this moment, all fees counted. */
export interface QuoteFacts {
  readonly asset: AssetId;
  /** Base units that an undisturbed trade would bring. */
  readonly amount: bigint;
}

/** Names of tokens. */
export interface TokenNames {
  /** What the token calls itself; undefined where it could not be read. */
  readonly symbolOf: (asset: AssetId) => string | undefined;
  /** The tokens that the deployment's lists know by a symbol on the chain of `asset`; empty for none. */
  readonly listedAs: (symbol: string, asset: AssetId) => readonly AssetId[];
}
