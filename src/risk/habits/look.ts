import { ACCOUNT_WORDS, encodeAccount, mixAccount } from '../../core/address/account-code.ts';
import { type AssetPlace, assetPlace, daysOf, findAsset, writtenLike } from './assets.ts';
import { type CalendarPlace, calendarPlace } from './calendar.ts';
import { countOf } from './familiar.ts';
import { type HabitBytes, MOST } from './habit-bytes.ts';
import type { Habits } from './habits.ts';
import { methodWord, tokenWord } from './learn-action.ts';
import { findParty, likenessOf } from './parties.ts';
import { lookBack, type Span } from './recent.ts';
import { bitsOf, digitsOf, secondsOf, unitsOf } from './scale.ts';
import { wordsOf } from './text-words.ts';
import { isAllowance, type WalletAction, wayOf } from './wallet-action.ts';

const NOT_ALIKE = [0, 0] as const;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SPANS = [10 * MINUTE, HOUR, DAY, 7 * DAY] as const;

/** An action beside the habits: what several gauges read is looked up once. */
export interface Look {
  readonly state: HabitBytes;
  readonly action: WalletAction;
  readonly seconds: number;
  /** log2 of whole units that move. */
  readonly bits: number;
  readonly units: number;
  readonly digits: number;
  /** Place of the party; −1 where it was never dealt with. */
  readonly party: number;
  /** Nothing was ever paid to the party. */
  readonly isNew: boolean;
  /** Place of the asset's record; −1 where it never moved. */
  readonly asset: number;
  /** Undefined where nothing of the asset ever went out. */
  readonly assetPlace: AssetPlace | undefined;
  /** The asset as it moves in this way; the asset itself where there is but one way. */
  readonly wayPlace: AssetPlace | undefined;
  readonly written: { readonly atMost: number; readonly same: number; readonly again: number };
  readonly days: { readonly most: number; readonly mean: number } | undefined;
  readonly minutes: Span;
  readonly hour: Span;
  readonly day: Span;
  readonly week: Span;
  /** Bits of the last payments to the same party, newest first. */
  readonly toParty: readonly number[];
  /** How like the party's address is to one that was paid, hex digits of both ends and of the shorter; [0, 0] for a party paid more than once. */
  readonly likeness: readonly [sum: number, fewer: number];
  readonly calendar: CalendarPlace;
  readonly methodSeen: number;
  readonly tokenSeen: number;
  readonly spenderSeen: number;
}

const NOTHING_WRITTEN = { atMost: -1, same: -1, again: 0 } as const;
const code = new Uint32Array(ACCOUNT_WORDS);

/** Looks an action up in the habits. O(1): bounded by what habits remember. */
export function lookAt({ state, chains }: Habits, action: WalletAction): Look {
  encodeAccount(action.party, chains, code);
  const seconds = secondsOf(action.atMs);
  const units = unitsOf(action.amount, action.decimals);
  const bits = bitsOf(units);
  const digits = digitsOf(action.amount);
  const party = findParty(state, code);
  const asset = findAsset(state, action.asset);
  const way = wayOf(action);
  const wayAsset = way === action.asset ? asset : findAsset(state, way);
  const place = (record: number): AssetPlace | undefined =>
    record < 0 || state.assetCount[record] === 0 ? undefined : assetPlace(state, record, bits, seconds);
  const ofAsset = place(asset);
  const { spans, toParty } = lookBack(state, SPANS, seconds, mixAccount(code), asset < 0 ? -1 : asset);
  const paid = party < 0 ? 0 : (state.partyPaid[party] as number);
  return {
    state,
    action,
    seconds,
    bits,
    units,
    digits,
    party,
    isNew: paid === 0,
    asset,
    assetPlace: ofAsset,
    wayPlace: wayAsset === asset ? ofAsset : place(wayAsset),
    written: asset < 0 ? NOTHING_WRITTEN : writtenLike(state, asset, action.amount, digits),
    days: asset < 0 ? undefined : daysOf(state, asset),
    minutes: spans[0] as Span,
    hour: spans[1] as Span,
    day: spans[2] as Span,
    week: spans[3] as Span,
    toParty,
    likeness: paid > 1 ? NOT_ALIKE : likenessOf(state, code),
    calendar: calendarPlace(state, seconds),
    methodSeen: countOf(state.methods, state.methodCounts, 0, MOST.methods, methodWord(action)),
    tokenSeen: countOf(state.tokens, state.tokenCounts, 0, MOST.tokens, tokenWord(action)),
    spenderSeen: isAllowance(action.kind) ? countOf(state.spenders, state.spenderCounts, 0, MOST.spenders, wordsOf(action.party)[0]) : -1,
  };
}

/** True where the wallet never paid, called or allowed the account anything that it remembers. O(parties). */
export function isNewTo({ state, chains }: Habits, account: string): boolean {
  encodeAccount(account, chains, code);
  const party = findParty(state, code);
  return party < 0 || state.partyPaid[party] === 0;
}
