import { type Peg, type Price, parseAmount } from '../../core/index.ts';
import { ratioPpm } from './price-impact.ts';

/** A thousand times off: whatever is beyond is all the same. */
const MAX_PPM = 1_000_000_000;

/** A declared worth as an exact price. */
export type Worth = Pick<Price, 'numerator' | 'denominator'> & { readonly unit: string };

/** Reads what an asset is declared to be worth. @throws AMOUNT_INVALID where that is no decimal above zero */
export function worthOf({ unit, price, decimals, unitDecimals }: Peg): Worth {
  const places = price.includes('.') ? price.length - price.indexOf('.') - 1 : 0;
  const numerator = parseAmount(price, places) * parseAmount('1', unitDecimals);
  return { unit, numerator, denominator: parseAmount('1', decimals) * 10n ** BigInt(places) };
}

/** How far two prices are apart, by the second one: millionths, rounded up. Below counts as much as above. */
export function apartPpm(price: Pick<Price, 'numerator' | 'denominator'>, by: Pick<Price, 'numerator' | 'denominator'>): number {
  const left = price.numerator * by.denominator;
  const right = by.numerator * price.denominator;
  return ratioPpm(left > right ? left - right : right - left, right, MAX_PPM);
}
