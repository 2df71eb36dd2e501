import { ACCOUNT_WORDS, decodeAccount, encodeAccount, MOST_CHAINS } from '../../core/address/account-code.ts';
import { gaveAll, isTrusted } from './dealt.ts';
import { HABIT_BYTES, HabitBytes, HEAD, littleEndian, MOST, RATE } from './habit-bytes.ts';
import { viewsOf } from './habit-views.ts';
import { findParty } from './parties.ts';

/** Share of actions with new parties that is taken for usual before anything is known. */
const FIRST_NEW_SHARE = 0.3;
/** In the place of a gap where there was none yet. */
const NO_GAP = -1;
/** Marks the form of kept bytes. */
export const HABITS_VERSION = 2;

/** What a wallet usually does: streaming, bounded, the same for the same past. `learnAction` writes it, `lookAt` reads it. */
export class Habits {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Chains of the accounts dealt with, in the order of their first use. */
  readonly chains: string[];

  constructor(bytes: Uint8Array<ArrayBuffer>, chains: string[]) {
    this.bytes = bytes;
    this.chains = chains;
  }

  /** The bytes to be looked at, until another wallet's are. */
  get state(): HabitBytes {
    return viewsOf(this.bytes);
  }
}

/** Habits as they are kept: JSON-safe, of one length whatever was learnt. */
export type KeptHabits = {
  readonly v: typeof HABITS_VERSION;
  readonly chains: readonly string[];
  /** {@link HABIT_BYTES} bytes, base64. */
  readonly bytes: string;
};

/** The habits of a wallet that did nothing yet. */
export function emptyHabits(): Habits {
  const state = new HabitBytes();
  state.rates[RATE.newShare] = FIRST_NEW_SHARE;
  state.rates[RATE.gapQuick] = NO_GAP;
  state.rates[RATE.gapSlow] = NO_GAP;
  return new Habits(state.bytes, []);
}

/** Habits to be kept. */
export function keepHabits(habits: Habits): KeptHabits {
  return { v: HABITS_VERSION, chains: [...habits.chains], bytes: textOfHabits(habits) };
}

/** The bytes as text, base64. */
export function textOfHabits({ bytes }: Habits): string {
  const { buffer, byteOffset, byteLength } = littleEndian(bytes);
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

/**
 * Reads kept habits, as a copy. Fails closed: undefined for what is malformed, of another version or of another length, which is a wallet that nothing is
 * known of.
 */
export function readHabits(kept: unknown): Habits | undefined {
  if (typeof kept !== 'object' || kept === null) return undefined;
  const { v, chains, bytes } = kept as Partial<Record<keyof KeptHabits, unknown>>;
  if (v !== HABITS_VERSION || typeof bytes !== 'string' || !areChains(chains)) return undefined;
  const read = new Uint8Array(HABIT_BYTES);
  // Decoding is lenient; text of another length, or that would be written otherwise, is none of ours.
  if (bytes.length !== Math.ceil(HABIT_BYTES / 3) * 4 || Buffer.from(read.buffer).write(bytes, 'base64') !== HABIT_BYTES) return undefined;
  const habits = new Habits(littleEndian(read), [...chains]);
  return isSound(habits.state) ? habits : undefined;
}

/** One account that something was moved to. */
export interface PaidParty {
  readonly account: string;
  readonly transfers: number;
  readonly firstSeconds: number;
  readonly lastSeconds: number;
}

/** Accounts that something was moved to, in the order in which they are remembered. Those of which only a digest is kept are left out. */
export function paidParties({ state, chains }: Habits): readonly PaidParty[] {
  return Array.from({ length: state.head[HEAD.parties] as number }, (_, party) => party).flatMap((party) => {
    const account = decodeAccount(state.partyCode, party * ACCOUNT_WORDS, chains);
    return account === undefined || state.partyTransfers[party] === 0 ? [] : [partyAt(state, party, account)];
  });
}

/** The same for one account; undefined where nothing was moved to it, or it was forgotten. O(parties). */
export function paidParty({ state, chains }: Habits, account: string): PaidParty | undefined {
  encodeAccount(account, chains, code);
  const party = findParty(state, code);
  return party < 0 || state.partyTransfers[party] === 0 ? undefined : partyAt(state, party, account);
}

/** What a wallet had to do with somebody who may get rights; see {@link dealingsWith}. */
export interface Dealings {
  /** It paid it or gave it rights on at least three days, the last at least a week after the first. */
  readonly isTrusted: boolean;
  /** It gave it a right without a bound before, over a token that a list names. */
  readonly gaveAll: boolean;
}

/**
 * What the wallet had to do with an account that it paid, called or allowed anything; undefined where that never was, or was forgotten. What is worth nothing
 * to the wallet makes nobody trusted: calls without money, rights taken back, next to nothing, tokens that no list names. O(parties).
 */
export function dealingsWith({ state, chains }: Habits, account: string): Dealings | undefined {
  encodeAccount(account, chains, code);
  const party = findParty(state, code);
  if (party < 0 || state.partyPaid[party] === 0) return undefined;
  const dealt = state.partyDealt[party] as number;
  return { isTrusted: isTrusted(dealt), gaveAll: gaveAll(dealt) };
}

/** Share of lately settled actions that were with parties new to the wallet, 0–1. */
export function newShareOf({ state }: Habits): number {
  return Math.min(1, Math.max(0, state.rates[RATE.newShare] as number));
}

const code = new Uint32Array(ACCOUNT_WORDS);

function partyAt({ partyTransfers, partyFirst, partyPaidAt }: HabitBytes, party: number, account: string): PaidParty {
  return {
    account,
    transfers: partyTransfers[party] as number,
    firstSeconds: partyFirst[party] as number,
    lastSeconds: partyPaidAt[party] as number,
  };
}

/** Every number that is counted with is one, and no count is beyond its bound. */
function isSound(state: HabitBytes): boolean {
  const { head, rates, assetQuick, assetSlow, assetVariance, assetDigits, assetNewShare, assetNewMean } = state;
  const { assetDays, assetDayCount, recentAmount } = state;
  const floats = [rates, assetQuick, assetSlow, assetVariance, assetDigits, assetNewShare, assetNewMean, assetDays, recentAmount];
  return (
    (head[HEAD.parties] as number) <= MOST.parties &&
    (head[HEAD.assets] as number) <= MOST.assets &&
    assetVariance.every((variance) => variance >= 0) &&
    assetDayCount.every((days) => days <= MOST.days) &&
    floats.every((column) => column.every(Number.isFinite))
  );
}

function areChains(chains: unknown): chains is readonly string[] {
  return Array.isArray(chains) && chains.length <= MOST_CHAINS && chains.every((chain) => typeof chain === 'string' && chain.length <= 64);
}
