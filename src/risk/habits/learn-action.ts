import { ACCOUNT_WORDS, chainOf, encodeAccount, MOST_CHAINS, mixAccount } from '../../core/address/account-code.ts';
import { addAmount, addArrived, addOutflow, findAsset, meetArrived, meetAsset } from './assets.ts';
import { addMoment, isOddHour } from './calendar.ts';
import { addDealt, addGaveAll } from './dealt.ts';
import { addTo } from './familiar.ts';
import { type HabitBytes, HEAD, MOST, RATE } from './habit-bytes.ts';
import { viewsToLearn, writeBack } from './habit-views.ts';
import type { Habits } from './habits.ts';
import { addPaid, addReceived, meetParty } from './parties.ts';
import { addRecent, sinceRecent } from './recent.ts';
import { bitsOf, digitsOf, LEAST_BITS, secondsOf, spanBits, unitsOf } from './scale.ts';
import { wordsOf } from './text-words.ts';
import { ACTION_KINDS, isAllowance, isUnbounded, type WalletAction, wayOf } from './wallet-action.ts';

/** What came in counts as next to nothing below this many octaves under what the wallet usually pays. */
const BAIT_OCTAVES = 8;
const NEW_SHARE = 0.05;
const GAP_QUICK = 0.1;
const GAP_SLOW = 0.02;
const MOST_COUNTED = 2 ** 32 - 1;

const code = new Uint32Array(ACCOUNT_WORDS);

/** Takes an action into the habits, in place. O(1). Give it only what is final and what nobody called fraud. */
export function learnAction({ bytes, chains }: Habits, action: WalletAction): void {
  const state = viewsToLearn(bytes);
  const chain = chainOf(action.party);
  if (!chains.includes(chain) && chains.length < MOST_CHAINS) chains.push(chain);
  encodeAccount(action.party, chains, code);
  const seconds = secondsOf(action.atMs);
  if (state.head[HEAD.first] === 0) state.head[HEAD.first] = seconds;
  if (action.direction === 'in') learnArrival(state, action, seconds);
  else learnOwn(state, action, seconds);
  writeBack(bytes);
}

function learnArrival(state: HabitBytes, { asset, amount, decimals }: WalletAction, seconds: number): void {
  const bits = bitsOf(unitsOf(amount, decimals));
  const its = meetArrived(state, asset);
  const isBait =
    amount === 0n || (its >= 0 && (state.assetCount[its] as number) > 0 && (state.assetQuick[its] as number) - bits > BAIT_OCTAVES);
  addReceived(state, meetParty(state, code, seconds), seconds, bits, isBait);
  if (its >= 0) addArrived(state, its, seconds, bits);
  const count = state.head[HEAD.arrivals] as number;
  state.arrivals[count % MOST.arrivals] = seconds;
  state.head[HEAD.arrivals] = count + 1;
}

function learnOwn(state: HabitBytes, action: WalletAction, seconds: number): void {
  const { asset, amount, decimals, kind } = action;
  const { head, rates } = state;
  const units = unitsOf(amount, decimals);
  const bits = bitsOf(units);
  const party = meetParty(state, code, seconds);
  const isNew = state.partyPaid[party] === 0;
  const isTransfer = !isAllowance(kind) && amount > 0n;
  addPaid(state, party, seconds, bits, isTransfer);
  // Before the amount itself is learnt: what it is measured by was there before.
  const dealt = state.partyDealt[party] as number;
  if (isOfWorth(state, action)) state.partyDealt[party] = addDealt(dealt, head[HEAD.first] as number, seconds);
  if (givesAll(action)) state.partyDealt[party] = addGaveAll(state.partyDealt[party] as number);
  if (isTransfer) {
    const digits = digitsOf(amount);
    const way = wayOf(action);
    addAmount(state, meetAsset(state, asset), bits, digits, isNew, seconds);
    if (way !== asset) addAmount(state, meetAsset(state, way), bits, digits, isNew, seconds);
    addOutflow(state, meetAsset(state, asset), seconds, amount, units);
  }
  learnTempo(state, seconds);
  const isOdd = isOddHour(state, seconds);
  addRecent(state, {
    ...{ seconds, party: mixAccount(code), asset: findAsset(state, asset), bits, amount: units, isNew },
    isOddHour: isOdd,
  });
  addMoment(state, seconds);
  rates[RATE.newShare] = (rates[RATE.newShare] as number) + NEW_SHARE * (Number(isNew) - (rates[RATE.newShare] as number));
  const count = head[HEAD.count] as number;
  if (isNew) {
    head[HEAD.newCount] = (head[HEAD.newCount] as number) + 1;
    head[HEAD.lastNew] = seconds;
    head[HEAD.lastNewCount] = count + 1;
  }
  head[HEAD.count] = Math.min(MOST_COUNTED, count + 1);
  const place = ACTION_KINDS.indexOf(kind);
  state.kinds[place] = Math.min(65_535, (state.kinds[place] as number) + 1);
  addTo(state.methods, state.methodCounts, 0, MOST.methods, methodWord(action));
  addTo(state.tokens, state.tokenCounts, 0, MOST.tokens, tokenWord(action));
  if (isAllowance(kind)) addTo(state.spenders, state.spenderCounts, 0, MOST.spenders, wordsOf(action.party)[0]);
}

/** True for money or a right of about the size that the wallet moves in the asset anyway: of a token that no list names nobody can say. */
function isOfWorth(state: HabitBytes, { asset, kind, amount, allowance = 0n, decimals, isListed }: WalletAction): boolean {
  const worth = isAllowance(kind) ? allowance : amount;
  const its = isListed === true && worth > 0n ? findAsset(state, asset) : -1;
  if (its < 0 || state.assetCount[its] === 0) return false;
  const bits = bitsOf(unitsOf(worth, decimals));
  return bits > LEAST_BITS && (state.assetQuick[its] as number) - bits <= BAIT_OCTAVES;
}

/** A right without a bound over what may be worth something. */
function givesAll({ kind, allowance = 0n, isListed }: WalletAction): boolean {
  return isAllowance(kind) && isListed === true && isUnbounded(allowance);
}

function learnTempo(state: HabitBytes, seconds: number): void {
  const since = sinceRecent(state, 1, seconds);
  if (since === undefined) return;
  const gap = spanBits(since);
  for (const [rate, share] of [
    [RATE.gapQuick, GAP_QUICK],
    [RATE.gapSlow, GAP_SLOW],
  ] as const) {
    const before = state.rates[rate] as number;
    state.rates[rate] = before < 0 ? gap : before + share * (gap - before);
  }
}

/** What a call's method, or the lack of one, is remembered by. */
export function methodWord({ method, kind }: WalletAction): number {
  return wordsOf(`${method ?? ''} ${kind}`)[0];
}

/** What is dealt in: the asset, or the contract that is called. */
export function tokenWord({ kind, party, asset }: WalletAction): number {
  return wordsOf(kind === 'call' ? party : asset)[0];
}
