import type { AssetId } from './ids.ts';

/** Price of one base unit relation: `numerator` units of the quote per `denominator` base units of the asset. */
export interface Price {
  readonly numerator: bigint;
  readonly denominator: bigint;
  readonly atMs: number;
}

/** Values assets in the unit that limits count in. A value that cannot be priced is not zero: it is a denial. */
export interface PriceSource {
  /** Undefined where no fresh price exists. */
  price(asset: AssetId, unit: string): Promise<Price | undefined> | Price | undefined;
}
