import { addTo, amountWord, countOf, familiarCount } from './familiar.ts';
import { type HabitBytes, HEAD, MOST } from './habit-bytes.ts';
import { LEAST_BITS, MOST_UNITS, packBits, unpackBits } from './scale.ts';
import { addCount, addSize, placeOf } from './size-counts.ts';
import { wordsOf } from './text-words.ts';

const QUICK = 0.08;
const SLOW = 0.01;
const DIGITS = 0.05;
const NEW_PARTY = 0.05;
const NEW_MEAN = 0.1;
/** Share of payments to new parties that is taken for usual before anything is known. */
const FIRST_NEW_SHARE = 0.3;
const SECONDS_PER_DAY = 86_400;
const MOST_COUNTED = 65_535;
/** In the place of an asset that was given up. */
const NO_ASSET = 255;

/** The place of a record of amounts; −1 where there is none. O(assets). */
export function findAsset({ assetKey, head }: HabitBytes, name: string): number {
  const [first, second] = wordsOf(name);
  const count = head[HEAD.assets] as number;
  for (let asset = 0; asset < count; asset += 1) if (assetKey[2 * asset] === first && assetKey[2 * asset + 1] === second) return asset;
  return -1;
}

/** The same, begun where there is none; the one that went out least is given up for it. */
export function meetAsset(bytes: HabitBytes, name: string): number {
  const known = findAsset(bytes, name);
  if (known >= 0) return known;
  const count = bytes.head[HEAD.assets] as number;
  const asset = count < MOST.assets ? count : leastUsed(bytes);
  if (count < MOST.assets) bytes.head[HEAD.assets] = count + 1;
  else clear(bytes, asset);
  bytes.assetKey.set(wordsOf(name), 2 * asset);
  bytes.assetVariance[asset] = 1;
  bytes.assetNewShare[asset] = FIRST_NEW_SHARE;
  for (const column of [bytes.assetMax, bytes.assetLast, bytes.assetNewMax]) column[asset] = packBits(LEAST_BITS);
  return asset;
}

/** The same for what came in: −1 where only a record of something that went out would have to be given up, for anybody can send anything. */
export function meetArrived(bytes: HabitBytes, name: string): number {
  const known = findAsset(bytes, name);
  const isFull = known < 0 && bytes.head[HEAD.assets] === MOST.assets;
  return isFull && bytes.assetCount[leastUsed(bytes)] !== 0 ? -1 : meetAsset(bytes, name);
}

/** One more amount that went out, in a record. */
export function addAmount(bytes: HabitBytes, asset: number, bits: number, digits: number, isNew: boolean, seconds: number): void {
  const count = Math.min(MOST_COUNTED, (bytes.assetCount[asset] as number) + 1);
  bytes.assetCount[asset] = count;
  // The first amount differs from nothing.
  const fromSlow = count === 1 ? 0 : bits - (bytes.assetSlow[asset] as number);
  move(bytes.assetQuick, asset, bits, Math.max(QUICK, 1 / count));
  move(bytes.assetSlow, asset, bits, Math.max(SLOW, 1 / count));
  move(bytes.assetVariance, asset, fromSlow * fromSlow, Math.max(SLOW, 1 / count));
  move(bytes.assetDigits, asset, digits, Math.max(DIGITS, 1 / count));
  move(bytes.assetNewShare, asset, Number(isNew), NEW_PARTY);
  bytes.assetMax[asset] = Math.max(bytes.assetMax[asset] as number, packBits(bits));
  bytes.assetLast[asset] = packBits(bits);
  bytes.assetPaidAt[asset] = seconds;
  addSize(bytes.sizes, bytes.sizesFirst, asset, bits);
  addCount(bytes.digits, asset * MOST.digits, MOST.digits, Math.min(MOST.digits - 1, digits));
  if (!isNew) return;
  const news = Math.min(MOST_COUNTED, (bytes.assetNewCount[asset] as number) + 1);
  bytes.assetNewCount[asset] = news;
  move(bytes.assetNewMean, asset, bits, Math.max(NEW_MEAN, 1 / news));
  bytes.assetNewMax[asset] = Math.max(bytes.assetNewMax[asset] as number, packBits(bits));
  addSize(bytes.newSizes, bytes.newSizesFirst, asset, bits);
}

/** What left on one day more, whole units, and the amount to the last digit. */
export function addOutflow(bytes: HabitBytes, asset: number, seconds: number, amount: bigint, units: number): void {
  addTo(bytes.assetExact, bytes.exactCounts, asset * MOST.exact, MOST.exact, amountWord(amount));
  const day = Math.floor(seconds / SECONDS_PER_DAY);
  const days = bytes.assetDayCount[asset] as number;
  const begun = days > 0 && bytes.assetDay[asset] === day;
  // The newest day is the first; what falls off the end is forgotten.
  const from = asset * MOST.days;
  if (!begun) {
    bytes.assetDays.copyWithin(from + 1, from, from + MOST.days - 1);
    bytes.assetDays[from] = 0;
    bytes.assetDay[asset] = day;
    bytes.assetDayCount[asset] = Math.min(MOST.days, days + 1);
  }
  bytes.assetDays[from] = Math.min(MOST_UNITS, (bytes.assetDays[from] as number) + units);
}

/** Something came in. */
export function addArrived(bytes: HabitBytes, asset: number, seconds: number, bits: number): void {
  bytes.assetReceived[asset] = Math.min(MOST_COUNTED, (bytes.assetReceived[asset] as number) + 1);
  bytes.assetReceivedLast[asset] = packBits(bits);
  bytes.assetReceivedAt[asset] = seconds;
}

/** An amount beside the record that it belongs to. */
export interface AssetPlace {
  readonly count: number;
  readonly quick: number;
  readonly variance: number;
  /** Standard deviations from the slow mean. */
  readonly deviations: number;
  readonly max: number;
  readonly last: number;
  readonly below: number;
  readonly density: number;
  readonly newCount: number;
  readonly newShare: number;
  readonly newMean: number;
  readonly newMax: number;
  readonly newDensity: number;
  /** Seconds since the last one. */
  readonly since: number;
}

/** Looks an amount up in a record. O(sizes). */
export function assetPlace(bytes: HabitBytes, asset: number, bits: number, seconds: number): AssetPlace {
  const { below, density } = placeOf(bytes.sizes, bytes.sizesFirst, asset, bits);
  const variance = bytes.assetVariance[asset] as number;
  return {
    count: bytes.assetCount[asset] as number,
    quick: bytes.assetQuick[asset] as number,
    variance,
    deviations: (bits - (bytes.assetSlow[asset] as number)) / Math.sqrt(variance + 0.3),
    max: unpackBits(bytes.assetMax[asset]),
    last: unpackBits(bytes.assetLast[asset]),
    below,
    density,
    newCount: bytes.assetNewCount[asset] as number,
    newShare: bytes.assetNewShare[asset] as number,
    newMean: bytes.assetNewMean[asset] as number,
    newMax: unpackBits(bytes.assetNewMax[asset]),
    newDensity: placeOf(bytes.newSizes, bytes.newSizesFirst, asset, bits).density,
    since: seconds - (bytes.assetPaidAt[asset] as number),
  };
}

/** How an amount is written beside those before: shares of amounts with at most and with just as many digits, −1 where none came, and how often it came before. */
export function writtenLike(
  bytes: HabitBytes,
  asset: number,
  amount: bigint,
  digits: number,
): { readonly atMost: number; readonly same: number; readonly again: number } {
  const from = asset * MOST.digits;
  const its = Math.min(MOST.digits - 1, digits);
  let total = 0;
  let atMost = 0;
  for (let at = 0; at < MOST.digits; at += 1) {
    const count = bytes.digits[from + at] as number;
    total += count;
    if (at <= its) atMost += count;
  }
  const again = countOf(bytes.assetExact, bytes.exactCounts, asset * MOST.exact, MOST.exact, amountWord(amount));
  return total === 0
    ? { atMost: -1, same: -1, again }
    : { atMost: atMost / total, same: (bytes.digits[from + its] as number) / total, again };
}

/** What left on the days kept: the most of one day and their mean, whole units; undefined where nothing did. */
export function daysOf(bytes: HabitBytes, asset: number): { readonly most: number; readonly mean: number } | undefined {
  const days = bytes.assetDayCount[asset] as number;
  if (days === 0) return undefined;
  let most = 0;
  let sum = 0;
  for (let at = 0; at < days; at += 1) {
    const one = bytes.assetDays[asset * MOST.days + at] as number;
    most = Math.max(most, one);
    sum += one;
  }
  return { most, mean: sum / days };
}

/** How many spenders were given allowances. */
export function spendersOf({ spenderCounts }: HabitBytes): number {
  return familiarCount(spenderCounts);
}

function move(column: Float32Array, at: number, to: number, share: number): void {
  const before = column[at] as number;
  column[at] = before + share * (to - before);
}

function leastUsed({ assetCount, assetReceived }: HabitBytes): number {
  const worth = (asset: number): number => (assetCount[asset] as number) * 65_536 + (assetReceived[asset] as number);
  let least = 0;
  for (let asset = 1; asset < MOST.assets; asset += 1) if (worth(asset) < worth(least)) least = asset;
  return least;
}

function clear(bytes: HabitBytes, asset: number): void {
  const { assetKey, assetPaidAt, assetReceivedAt, assetDay, assetQuick, assetSlow, assetDigits, assetNewMean } = bytes;
  const { assetReceivedLast, sizesFirst, newSizesFirst, assetCount, assetReceived, assetNewCount, assetDayCount } = bytes;
  assetKey.fill(0, 2 * asset, 2 * asset + 2);
  for (const column of [
    ...[assetPaidAt, assetReceivedAt, assetDay, assetQuick, assetSlow, assetDigits, assetNewMean],
    ...[assetReceivedLast, sizesFirst, newSizesFirst, assetCount, assetReceived, assetNewCount, assetDayCount],
  ])
    column[asset] = 0;
  const clearRows = (column: Uint8Array | Uint32Array | Float32Array, size: number): void =>
    void column.fill(0, asset * size, (asset + 1) * size);
  clearRows(bytes.assetExact, MOST.exact);
  clearRows(bytes.exactCounts, MOST.exact);
  clearRows(bytes.assetDays, MOST.days);
  clearRows(bytes.sizes, MOST.sizes);
  clearRows(bytes.newSizes, MOST.sizes);
  clearRows(bytes.digits, MOST.digits);
  // Its sums are another's from now on.
  for (let at = 0; at < MOST.recent; at += 1) if (bytes.recentAsset[at] === asset) bytes.recentAsset[at] = NO_ASSET;
}
