import type { Effect } from '../../../../core/effect.ts';
import type { AccountId, AssetId, ChainId, TimeMs } from '../../../../core/ids.ts';
import type { SignatureMark } from '../../../../core/signature-order.ts';
import type { Found } from '../../decode/found.ts';
import type { KnownContracts } from '../../decode/index.ts';
import type { TypedData } from '../typed-data/typed-data.ts';

/** Typed data that a wallet is asked to sign, on a chain, for a contract. */
export interface TypedOrder {
  readonly chain: ChainId;
  readonly native: AssetId;
  readonly wallet: AccountId;
  /** The domain's verifying contract. */
  readonly contract: AccountId;
  readonly data: TypedData;
  readonly known: KnownContracts;
}

/** What a kind makes of typed data. */
export interface KindReading {
  /** What it is: `eip2612`, `permit2_single`, … */
  readonly standard: string;
  readonly found: readonly Found[];
  /** Effects of calls that it carries, at leaves of their own. */
  readonly walked?: readonly Effect[];
  /** What is not understood of it; the whole is then unknown besides. */
  readonly unclear?: string;
  readonly expiresAtMs: TimeMs | null;
  readonly mark: SignatureMark | null;
  readonly summary: string;
}

/** One kind of typed data that is understood. */
export interface Kind {
  /** The types as they are hashed, each to the last letter; or their form, where a member's type is free. */
  readonly types: readonly (string | RegExp)[];
  /** Undefined where the type is right and the contract is not the one that gives it its meaning. */
  readonly read: (order: TypedOrder) => KindReading | undefined;
}
