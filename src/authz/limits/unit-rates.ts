import type { AssetId } from '../../core/index.ts';
import type { LayerContext } from '../layer.ts';
import { type Rates, withRates } from './rates.ts';

/** Rates into the units of caps that are not the unit of the limits, by unit. */
export type UnitRates = ReadonlyMap<string, Rates>;

const NONE: UnitRates = new Map();

/**
 * Asks for what caps in other units need, and goes on with it: at once where every price is at hand. Nothing is asked where
 * every cap counts in the unit of the limits, or one asset in its own amounts.
 */
export function withUnitRates<T>(context: LayerContext, judge: (units: UnitRates) => T): T | Promise<T> {
  const { policy, exposure } = context;
  const units = new Set(policy.caps.flatMap(({ asset, spec }) => (asset === null && spec.unit !== policy.unit.id ? [spec.unit] : [])));
  if (units.size === 0) return judge(NONE);
  const assets: AssetId[] = exposure.spendTotals.map(({ asset }) => asset);
  if (exposure.fee.amount > 0n) assets.push(exposure.fee.asset);
  type Entry = readonly [string, Rates];
  const asked = [...units].map((unit) => withRates(context, assets, (rates): Entry => [unit, rates], unit));
  const ready = asked.filter((entry): entry is Entry => !(entry instanceof Promise));
  return ready.length === asked.length ? judge(new Map(ready)) : Promise.all(asked).then((settled) => judge(new Map(settled)));
}
