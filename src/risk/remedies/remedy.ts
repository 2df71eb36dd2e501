import type { AssetId } from '../../core/index.ts';

/** One change that was scored and passes, by risk. JSON-safe. */
export type Remedy =
  | {
      readonly kind: 'amount' | 'allowance';
      readonly asset: AssetId;
      /** Base units at most. */
      readonly atMost: string;
      /** What it scores then, 0–100. */
      readonly score: number;
      /** One English sentence. */
      readonly detail: string;
    }
  | { readonly kind: 'destination'; readonly score: number; readonly detail: string }
  | { readonly kind: 'wait'; readonly forMs: number; readonly score: number; readonly detail: string };

/** A reason for a score, in words and as data. JSON-safe. */
export type StrongReason = {
  /** Id of the factor. */
  readonly id: string;
  readonly points: number;
  readonly detail: string;
};
