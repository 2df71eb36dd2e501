import type { AssetId, Price } from '../../core/index.ts';
import type { Unpriced } from '../judge-memo.ts';
import type { LayerContext } from '../layer.ts';
import { rateOf } from './valuation.ts';

/** Rates of the unit's smallest parts per base unit, by asset; or why there is none. */
export type Rates = ReadonlyMap<AssetId, Price | Unpriced>;

/** Asks for the rates of assets and goes on with them: at once where every price is at hand. The unit itself needs none. */
export function withRates<T>(
  context: LayerContext,
  assets: readonly AssetId[],
  judge: (rates: Rates) => T,
  unit: string = context.policy.unit.id,
): T | Promise<T> {
  const asked = [...new Set(assets)].filter((asset) => asset !== unit).map((asset) => rateOf(context, asset, unit));
  const read = (found: readonly { readonly asset: AssetId; readonly rate: Price | Unpriced }[]): Rates =>
    new Map(found.map(({ asset, rate }) => [asset, rate]));
  const ready = asked.flatMap((rate) => (rate instanceof Promise ? [] : [rate]));
  return ready.length === asked.length ? judge(read(ready)) : Promise.all(asked).then((settled) => judge(read(settled)));
}
