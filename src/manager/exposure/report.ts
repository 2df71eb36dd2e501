import type { AccountId, AgentId, AssetId, RequestId, TimeMs } from '../../core/ids.ts';

/** Base units as decimal text, or `unlimited`. */
export type ExposedAmount = string;

/** What others could still take of one asset. A signature that is used moves from `signatures` to `allowances`, or is gone. */
export interface AssetExposure {
  readonly asset: AssetId;
  /** By transactions that are held or on their way, fee ceilings included. */
  readonly pending: ExposedAmount;
  /** By signatures that are out and neither used, revoked nor void. */
  readonly signatures: ExposedAmount;
  /** By allowances as they were granted; what is left of them only the chain knows. */
  readonly allowances: ExposedAmount;
}

/** One request whose money is not settled yet. */
export interface OpenRequest {
  readonly agent: AgentId;
  readonly requestId: RequestId;
  readonly decisionId: string;
  readonly wallet: AccountId;
  readonly state: 'held' | 'redeemed' | 'signed' | 'broadcast';
  /** What it can cost, the fee ceiling included. */
  readonly amounts: readonly { readonly asset: AssetId; readonly amount: ExposedAmount }[];
  /** What it can do that no amount bounds: `operator`, `delegation`, `control`, `deploy`, `hazard`, `unknown`. */
  readonly powers: readonly string[];
  /** When its state last changed. */
  readonly sinceMs: TimeMs;
}

/** A signature that others have, or may have. */
export interface OpenSignature extends OpenRequest {
  /** `eip2612`, `permit2_single`, …; see `Decision.signature`. */
  readonly standard: string;
  readonly summary: string;
  /** Null where it is void only once it is revoked. */
  readonly expiresAtMs: TimeMs | null;
}

/** A right that one of our own requests granted, and none took back. */
export interface LiveAllowance {
  readonly agent: AgentId;
  readonly owner: AccountId;
  readonly spender: AccountId;
  /** Null where it is a right over all of `collection`. */
  readonly asset: AssetId | null;
  readonly collection: AccountId | null;
  readonly amount: ExposedAmount;
  readonly expiresAtMs: TimeMs | null;
  readonly requestId: RequestId;
  readonly decisionId: string;
  readonly sinceMs: TimeMs;
  /** What the chain says is left of it now. Only where it was asked for; null where the chain could not be asked. */
  readonly live?: ExposedAmount | null;
}

/** What others could still take, by our own records. What an agent spent stands in its limits, not here. */
export interface ExposureReport {
  readonly atMs: TimeMs;
  readonly assets: readonly AssetExposure[];
  readonly transactions: readonly OpenRequest[];
  readonly signatures: readonly OpenSignature[];
  readonly allowances: readonly LiveAllowance[];
  /** Open requests whose decision cannot be read: they are not in the sums. */
  readonly unread: readonly { readonly agent: AgentId; readonly requestId: RequestId }[];
}

type Column = Exclude<keyof AssetExposure, 'asset'>;

/** Sums amounts by asset; one that is unlimited makes its sum so. */
export function createSums(): {
  add(column: Column, asset: AssetId, amount: ExposedAmount): void;
  list(): readonly AssetExposure[];
} {
  const sums = new Map<AssetId, Record<Column, bigint | 'unlimited'>>();
  return {
    add(column, asset, amount) {
      const sum = sums.get(asset) ?? { pending: 0n, signatures: 0n, allowances: 0n };
      const before = sum[column];
      sum[column] = before === 'unlimited' || amount === 'unlimited' ? 'unlimited' : before + BigInt(amount);
      sums.set(asset, sum);
    },
    list: () =>
      [...sums]
        .map(([asset, { pending, signatures, allowances }]) => ({
          asset,
          pending: pending.toString(),
          signatures: signatures.toString(),
          allowances: allowances.toString(),
        }))
        .sort((left, right) => (left.asset < right.asset ? -1 : 1)),
  };
}
