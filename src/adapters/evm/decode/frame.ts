import type { Effect } from '../../../core/effect.ts';
import type { AccountId, AssetId, ChainId } from '../../../core/ids.ts';
import type { EvmAddress } from '../address.ts';

/** Nesting of batches that is followed; deeper is unknown. Real ones nest two or three deep. */
export const MAX_DEPTH = 8;
/** Leaves of one transaction that are followed; a gas limit allows a few hundred transfers at most. */
export const MAX_LEAVES = 256;

/** One call, somewhere in the tree of calls that a transaction makes. */
export interface Frame {
  readonly chain: ChainId;
  readonly native: AssetId;
  /** Who the called contract sees as `msg.sender`: what moves is theirs. */
  readonly sender: AccountId;
  readonly to: EvmAddress;
  readonly value: bigint;
  readonly data: Uint8Array;
  /** `0`, `0.2`, `0.2.1`. */
  readonly leaf: string;
  readonly depth: number;
  /** A contract calling into its own code (`multicall`): the value was sent once, by the call around it. */
  readonly inner: boolean;
}

/** What has been found so far in one transaction. */
export interface Findings {
  readonly effects: Effect[];
  leaves: number;
  complete: boolean;
}
