import type { Habits } from './habits.ts';
import { assetKeys, bitsOf, digitsOf, spanBits, unitsOf } from './measure-action.ts';
import { isAllowance, type WalletAction } from './wallet-action.ts';

/** What came in counts as next to nothing below this many octaves under what the wallet usually pays. */
const BAIT_OCTAVES = 8;
const NEW_SHARE = 0.05;
const GAP_QUICK = 0.1;
const GAP_SLOW = 0.02;

/** Takes an action into the habits. Give it only what is final and what nobody called fraud. */
export function learnAction(habits: Habits, action: WalletAction): void {
  habits.firstMs ??= action.atMs;
  if (action.direction === 'in') learnArrival(habits, action);
  else learnOwn(habits, action);
}

function learnArrival(habits: Habits, { asset, atMs, amount, decimals, party }: WalletAction): void {
  const bits = bitsOf(unitsOf(amount, decimals));
  const known = habits.meetAsset(asset);
  const its = habits.parties.meet(party, atMs);
  its.received += 1;
  its.lastReceivedMs = atMs;
  its.maxReceivedBits = Math.max(its.maxReceivedBits, bits);
  if (amount === 0n || (known.count > 0 && known.quick - bits > BAIT_OCTAVES)) its.bait += 1;
  known.received += 1;
  known.lastReceivedBits = bits;
  known.lastReceivedMs = atMs;
  habits.addArrival(atMs);
}

function learnOwn(habits: Habits, action: WalletAction): void {
  const { asset, atMs, amount, decimals, party, kind } = action;
  const units = unitsOf(amount, decimals);
  const bits = bitsOf(units);
  const its = habits.parties.meet(party, atMs);
  const isNew = its.paid === 0;
  its.paid += 1;
  its.lastPaidMs = atMs;
  its.meanBits = isNew ? bits : its.meanBits + 0.3 * (bits - its.meanBits);
  its.maxBits = Math.max(its.maxBits, bits);
  if (!isAllowance(kind) && amount > 0n) {
    const digits = digitsOf(amount);
    for (const key of assetKeys(action)) habits.meetAsset(key).add(bits, digits, isNew, atMs);
    const known = habits.meetAsset(asset);
    known.exact.add(amount.toString());
    known.days.add(atMs, units);
  }
  learnTempo(habits, atMs);
  habits.recent.add({ atMs, party, asset, bits, amount: units, isNew, hourShare: habits.calendar.hourShare(atMs) });
  habits.calendar.add(atMs);
  habits.newShare += NEW_SHARE * (Number(isNew) - habits.newShare);
  if (isNew) {
    habits.newCount += 1;
    habits.lastNewMs = atMs;
    habits.lastNewCount = habits.count;
  }
  habits.count += 1;
  habits.kinds.add(kind);
  habits.methods.add(`${action.method ?? ''} ${kind}`);
  habits.tokens.add(kind === 'call' ? party : asset);
  if (isAllowance(kind)) habits.spenders.add(party);
}

function learnTempo(habits: Habits, atMs: number): void {
  const before = habits.recent.last(1);
  if (before === undefined) return;
  const gap = spanBits(atMs - before.atMs);
  habits.gapQuick = habits.gapQuick === undefined ? gap : habits.gapQuick + GAP_QUICK * (gap - habits.gapQuick);
  habits.gapSlow = habits.gapSlow === undefined ? gap : habits.gapSlow + GAP_SLOW * (gap - habits.gapSlow);
}
