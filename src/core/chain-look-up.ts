import type { AccountId, AssetId, TimeMs } from './ids.ts';

/** What is asked about accounts and tokens before something is decided. At most 64 of each. */
export interface ChainQuestion {
  /** Accounts whose code is asked for. */
  readonly accounts: readonly AccountId[];
  /** Tokens whose symbols are asked for. */
  readonly tokens: readonly AssetId[];
}

/** What a chain answers; whatever could not be read is left out. */
export interface ChainAnswer {
  /** Whether code of its own stands there: false for an account that a key alone controls, and where nothing stands. */
  readonly accounts: readonly { readonly account: AccountId; readonly isContract: boolean; readonly sinceMs: TimeMs | null }[];
  /** What tokens call themselves: anybody's text, at most 64 characters. */
  readonly symbols: readonly (readonly [asset: AssetId, symbol: string])[];
}
