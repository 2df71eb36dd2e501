import { ACCOUNT_WORDS, encodeAccount, mixAccount } from '../../core/address/account-code.ts';
import { findAsset } from './assets.ts';
import { HEAD, MOST } from './habit-bytes.ts';
import type { Habits } from './habits.ts';
import { findParty } from './parties.ts';
import { lookBack, placeFromEnd } from './recent.ts';
import { bitsOf, secondsOf, unitsOf, unpackBits } from './scale.ts';
import { isAllowance, type WalletAction } from './wallet-action.ts';

const DAY = 86_400;
/** A party is young for so long after its first payment, seconds; payments to it within that are added up. */
export const YOUNG_SECONDS = 7 * DAY;
/** Payments before their sizes say what is usual, and the share of them that is. */
export const ENOUGH = 20;
const USUAL_SHARE = 0.98;
/** Half octaves: the parts in which sizes are counted. */
const PARTS = 2;

/** What habits say of what leaves for one party in one asset, where that party is new or was not long ago. JSON-safe. */
export type PaymentNote = {
  /** Times next to nothing came from it; 0 once it was paid. */
  readonly bait: number;
  /** Payments to it in the asset while it was young, without these. */
  readonly lately: number;
  /** log2 of the whole units of them and of these together. */
  readonly sum: number;
  /** log2 of the whole units up to which payments in the asset are usual; null where fewer than {@link ENOUGH} are known. */
  readonly usual: number | null;
  /** Octaves of what leaves now above the most that ever went out of the asset; null where none did. */
  readonly above: number | null;
  /** log2 of the whole units up to which payments to new parties are usual; null where fewer than {@link ENOUGH} are known. */
  readonly newUsual: number | null;
  /** Other assets that were traded away within a day before, where this one came in within it: something came in at the moment at which they left. */
  readonly turned: number;
};

/** The notes of a transaction: one for each payment, in the order of {@link paymentsIn}, null for those to parties long known. */
export type HabitNotes = {
  readonly payments: readonly (PaymentNote | null)[];
  /** New parties dealt with within a day before, and on a usual day. */
  readonly newInDay: number;
  readonly newPerDay: number;
  /** Something came in at some time, so that bait would have been seen. */
  readonly seesArrivals: boolean;
};

/** What leaves for one party in one asset, taken together. */
export interface NotedPayment {
  readonly party: string;
  readonly asset: string;
  readonly amount: bigint;
  readonly decimals: number;
}

/** Payments of a transaction, by party and asset in the order of first appearance. O(actions). */
export function paymentsIn(actions: readonly WalletAction[]): readonly NotedPayment[] {
  const payments: NotedPayment[] = [];
  let places: Map<string, number> | undefined;
  for (const { direction, kind, amount, party, asset, decimals } of actions) {
    if (direction === 'in' || isAllowance(kind) || amount <= 0n) continue;
    // Most transactions pay once.
    const [first] = payments;
    if (first !== undefined) places ??= new Map([[keyOf(first.party, first.asset), 0]]);
    const at = places?.get(keyOf(party, asset)) ?? payments.length;
    if (at === payments.length) places?.set(keyOf(party, asset), at);
    payments[at] = { party, asset, decimals, amount: amount + (payments[at]?.amount ?? 0n) };
  }
  return payments;
}

function keyOf(party: string, asset: string): string {
  return `${party} ${asset}`;
}

const code = new Uint32Array(ACCOUNT_WORDS);

/** Reads the notes; undefined where every party is long known. O(payments): bounded by what habits remember. */
export function notePayments(habits: Habits, actions: readonly WalletAction[]): HabitNotes | undefined {
  const [first] = actions;
  if (first === undefined) return undefined;
  const seconds = secondsOf(first.atMs);
  const payments = paymentsIn(actions).map((payment) => noteOf(habits, payment, seconds));
  if (payments.every((note) => note === null)) return undefined;
  const { head } = habits.state;
  const [day] = lookBack(habits.state, [DAY], seconds, 0, -1).spans;
  const days = Math.max(1, (seconds - (head[HEAD.first] as number)) / DAY);
  return {
    payments,
    newInDay: day?.newParties ?? 0,
    newPerDay: Math.round(((head[HEAD.newCount] as number) / days) * 100) / 100,
    seesArrivals: head[HEAD.arrivals] !== 0,
  };
}

function noteOf({ state, chains }: Habits, payment: NotedPayment, seconds: number): PaymentNote | null {
  encodeAccount(payment.party, chains, code);
  const party = findParty(state, code);
  const isNew = party < 0 || state.partyTransfers[party] === 0;
  if (!isNew && seconds - (state.partyFirst[party] as number) > YOUNG_SECONDS) return null;
  const asset = findAsset(state, payment.asset);
  const units = unitsOf(payment.amount, payment.decimals);
  const mix = mixAccount(code);
  let lately = 0;
  let sum = units;
  let others: Set<number> | undefined;
  for (let n = 1; n <= MOST.recent; n += 1) {
    const at = placeFromEnd(state, n);
    const since = at < 0 ? Number.POSITIVE_INFINITY : seconds - (state.recentAt[at] as number);
    if (since > YOUNG_SECONDS) break;
    const amount = state.recentAmount[at] as number;
    const its = state.recentAsset[at] as number;
    if (!(amount > 0)) continue;
    if (its !== asset && since <= DAY && state.arrivals.includes(state.recentAt[at] as number)) {
      others ??= new Set();
      others.add(its);
    }
    if (isNew || its !== asset || state.recentParty[at] !== mix) continue;
    lately += 1;
    sum += amount;
  }
  const hasPaid = asset >= 0 && state.assetCount[asset] !== 0;
  const arrivedAt = asset < 0 ? 0 : (state.assetReceivedAt[asset] as number);
  return {
    bait: isNew && party >= 0 ? (state.partyBait[party] as number) : 0,
    lately,
    sum: bitsOf(sum),
    usual: asset < 0 ? null : usualOf(state.sizes, state.sizesFirst, asset, state.assetCount[asset] as number),
    above: hasPaid ? bitsOf(units) - unpackBits(state.assetMax[asset]) : null,
    newUsual: asset < 0 ? null : usualOf(state.newSizes, state.newSizesFirst, asset, state.assetNewCount[asset] as number),
    turned: arrivedAt !== 0 && seconds - arrivedAt <= DAY ? (others?.size ?? 0) : 0,
  };
}

/** The upper edge of the half octave up to which {@link USUAL_SHARE} of the payments counted lie. */
function usualOf(sizes: Uint8Array, firsts: Int16Array, asset: number, count: number): number | null {
  if (count < ENOUGH) return null;
  const from = asset * MOST.sizes;
  let total = 0;
  for (let bin = 0; bin < MOST.sizes; bin += 1) total += sizes[from + bin] as number;
  let below = 0;
  // The last part holds whatever is larger: it has no edge that says anything.
  for (let bin = 0; bin < MOST.sizes - 1; bin += 1) {
    below += sizes[from + bin] as number;
    if (below > 0 && below >= USUAL_SHARE * total) return ((firsts[asset] as number) + bin + 1) / PARTS;
  }
  return null;
}
