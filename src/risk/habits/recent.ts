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
  readonly count: number;
  readonly newParties: number;
  /** To the same party; of those, when it was new. */
  readonly sameParty: number;
  readonly samePartyNew: number;
  /** Whole units of the same asset. */
  readonly sum: number;
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

/** Spans that can be asked for at once. */
const MOST_SPANS = 4;
/** Counts of actions, of new parties, of those to the party, and of those when it was new: for each span what the next narrower one does not hold. */
const COUNTS = 4;
const counts = new Uint8Array(MOST_SPANS * COUNTS);
const sums = new Float64Array(MOST_SPANS);

/** Sums the last actions up over at most four spans of so many seconds, the widest last. One pass, O(recent). */
export function lookBack(bytes: HabitBytes, spans: readonly number[], seconds: number, party: number, asset: number): RecentLook {
  const { head, recentAt, recentParty, recentFlags, recentAsset, recentAmount, recentBits } = bytes;
  const toParty: number[] = [];
  const all = head[HEAD.recent] as number;
  const widest = spans.length;
  counts.fill(0);
  sums.fill(0);
  let narrowest = 0;
  let at = all % MOST.recent;
  for (let n = Math.min(all, MOST.recent); n > 0; n -= 1) {
    at = at === 0 ? MOST.recent - 1 : at - 1;
    const isSame = recentParty[at] === party;
    if (isSame && toParty.length < TO_PARTY) toParty.push(unpackBits(recentBits[at]));
    const since = seconds - (recentAt[at] as number);
    while (narrowest < widest && since > (spans[narrowest] as number)) narrowest += 1;
    if (narrowest === widest) continue;
    const isNew = ((recentFlags[at] as number) & IS_NEW) !== 0;
    const from = narrowest * COUNTS;
    counts[from] = (counts[from] as number) + 1;
    if (isNew) counts[from + 1] = (counts[from + 1] as number) + 1;
    if (isSame) counts[from + 2] = (counts[from + 2] as number) + 1;
    if (isSame && isNew) counts[from + 3] = (counts[from + 3] as number) + 1;
    if (recentAsset[at] !== asset) continue;
    // In each span in the order of time: in another order they would round otherwise.
    const amount = recentAmount[at] as number;
    for (let span = narrowest; span < widest; span += 1) sums[span] = (sums[span] as number) + amount;
  }
  return { spans: spansRead(widest), toParty };
}

function spansRead(widest: number): readonly Span[] {
  const found: Span[] = [];
  let [count, newParties, sameParty, samePartyNew] = [0, 0, 0, 0];
  for (let span = 0; span < widest; span += 1) {
    const from = span * COUNTS;
    count += counts[from] as number;
    newParties += counts[from + 1] as number;
    sameParty += counts[from + 2] as number;
    samePartyNew += counts[from + 3] as number;
    found.push({ count, newParties, sameParty, samePartyNew, sum: sums[span] as number });
  }
  return found;
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
