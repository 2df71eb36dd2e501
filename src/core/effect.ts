import type { AccountId, AssetId, TimeMs } from './ids.ts';

/** Where an effect was read: from the bytes to be signed, from a simulation of them, or from what the chain then recorded. */
export type EffectSource = 'bytes' | 'simulation' | 'chain';

interface Located {
  /** Path of the leaf in the nested calls: `0`, `0.2`, `0.2.1`. */
  readonly leaf: string;
  readonly source: EffectSource;
}

/** One thing that the bytes do once they are on the chain. Amounts are base units of `asset`. */
export type Effect = Located &
  (
    | {
        readonly kind: 'outflow' | 'inflow';
        readonly account: AccountId;
        readonly counterparty: AccountId | null;
        readonly asset: AssetId;
        readonly amount: bigint;
      }
    | { readonly kind: 'fee'; readonly account: AccountId; readonly asset: AssetId; readonly max: bigint }
    | {
        readonly kind: 'allowance';
        readonly owner: AccountId;
        readonly spender: AccountId;
        readonly asset: AssetId;
        readonly amount: bigint | 'unlimited';
        readonly expiresAtMs: TimeMs | null;
      }
    | {
        readonly kind: 'operator';
        readonly owner: AccountId;
        readonly operator: AccountId;
        readonly collection: AccountId;
        readonly approved: boolean;
      }
    | { readonly kind: 'delegation'; readonly account: AccountId; readonly delegate: AccountId; readonly scope: string }
    | {
        readonly kind: 'control';
        readonly account: AccountId;
        readonly aspect: 'owner' | 'signer' | 'code' | 'module' | 'upgrade';
        readonly to: AccountId | null;
      }
    | { readonly kind: 'deploy'; readonly account: AccountId; readonly codeDigest: string }
    | {
        readonly kind: 'call';
        readonly contract: AccountId;
        readonly selector: string;
        readonly method: string | null;
        readonly args: Readonly<Record<string, string>> | null;
        readonly value: bigint;
        readonly asset: AssetId;
      }
    | { readonly kind: 'message'; readonly text: string }
    | { readonly kind: 'unknown'; readonly contract: AccountId | null; readonly selector: string | null; readonly detail: string }
  );

/** What an agent may be allowed to do; follows from effects, never from words. */
export type Capability = 'trading' | 'transfers' | 'staking' | 'nft' | 'governance' | 'contracts' | 'approvals';
