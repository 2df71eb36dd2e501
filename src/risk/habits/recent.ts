import { type HabitBytes, HEAD, MOST } from './habit-bytes.ts';
import { packBits, unpackBits } from './scale.ts';

const IS_NEW = 1;
const IS_ODD = 2;
/** In the place of an asset that no record is kept of. */
const NO_ASSET = 255;

/** One of the last actions. */
export interface RecentAction {
  readonly seconds: number;
  /** See `mixAccount`. */
  readonly party: number;
  /** Place of the asset's record; −1 for none. */
  readonly asset: number;
  readonly bits: number;
  /** Whole units. */
  readonly amount: number;
  readonly isNew: boolean;
  readonly isOddHour: boolean;
}

/** Keeps an action as the newest. O(1). */
export function addRecent(bytes: HabitBytes, action: RecentAction): void {
  const count = bytes.head[HEAD.recent] as number;
  const at = count % MOST.recent;
  bytes.head[HEAD.recent] = count + 1;
  bytes.recentAt[at] = action.seconds;
  bytes.recentParty[at] = action.party;
  bytes.recentAsset[at] = action.asset < 0 ? NO_ASSET : action.asset;
  bytes.recentBits[at] = packBits(action.bits);
  bytes.recentAmount[at] = action.amount;
  bytes.recentFlags[at] = Number(action.isNew) * IS_NEW + Number(action.isOddHour) * IS_ODD;
}

/** Place of the `n`-th from the end, 1 for the last; −1 where there are not so many. */
export function placeFromEnd({ head }: HabitBytes, n: number): number {
  const count = head[HEAD.recent] as number;
  return n > Math.min(count, MOST.recent) ? -1 : (count - n) % MOST.recent;
}

/** Seconds since the `n`-th action from the end; undefined where there was none. */
export function sinceRecent(bytes: HabitBytes, n: number, seconds: number): number | undefined {
  const at = placeFromEnd(bytes, n);
  return at < 0 ? undefined : seconds - (bytes.recentAt[at] as number);
}

/** What the last actions within a span come to. */
export interface Span {
  count: number;
  newParties: number;
  /** To the same party; of those, when it was new. */
  sameParty: number;
  samePartyNew: number;
  /** Whole units of the same asset. */
  sum: number;
}

/** Last actions to one party that are looked at. */
const TO_PARTY = 5;

/** The last actions beside the next one. */
export interface RecentLook {
  /** One for each span asked for, in its order. */
  readonly spans: readonly Span[];
  /** Bits of the last payments to the same party, newest first. */
  readonly toParty: readonly number[];
}

/** Sums the last actions up over spans of so many seconds, the widest last. One pass, O(recent). */
export function lookBack(bytes: HabitBytes, spans: readonly number[], seconds: number, party: number, asset: number): RecentLook {
  const found: Span[] = spans.map(() => ({ count: 0, newParties: 0, sameParty: 0, samePartyNew: 0, sum: 0 }));
  const toParty: number[] = [];
  const count = Math.min(bytes.head[HEAD.recent] as number, MOST.recent);
  let narrowest = 0;
  for (let n = 1; n <= count; n += 1) {
    const at = placeFromEnd(bytes, n);
    const isSame = bytes.recentParty[at] === party;
    if (isSame && toParty.length < TO_PARTY) toParty.push(unpackBits(bytes.recentBits[at]));
    const since = seconds - (bytes.recentAt[at] as number);
    while (narrowest < spans.length && since > (spans[narrowest] as number)) narrowest += 1;
    if (narrowest === spans.length) continue;
    const isNew = Number(((bytes.recentFlags[at] as number) & IS_NEW) !== 0);
    const sum = bytes.recentAsset[at] === asset ? (bytes.recentAmount[at] as number) : 0;
    for (let span = narrowest; span < spans.length; span += 1) {
      const its = found[span] as Span;
      its.count += 1;
      its.newParties += isNew;
      its.sameParty += Number(isSame);
      its.samePartyNew += isSame ? isNew : 0;
      its.sum += sum;
    }
  }
  return { spans: found, toParty };
}

/** How many of the last `n` came at hours at which the wallet hardly ever acted. */
export function oddHours(bytes: HabitBytes, n: number): number {
  let odd = 0;
  for (let back = 1; back <= n; back += 1) {
    const at = placeFromEnd(bytes, back);
    if (at >= 0 && ((bytes.recentFlags[at] as number) & IS_ODD) !== 0) odd += 1;
  }
  return odd;
}
