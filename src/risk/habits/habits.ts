import { ACCOUNT_WORDS, decodeAccount, encodeAccount, MOST_CHAINS } from '../../core/address/account-code.ts';
import { HABIT_BYTES, HabitBytes, HEAD, littleEndian, MOST, RATE } from './habit-bytes.ts';
import { findParty } from './parties.ts';

/** Share of actions with new parties that is taken for usual before anything is known. */
const FIRST_NEW_SHARE = 0.3;
/** In the place of a gap where there was none yet. */
const NO_GAP = -1;
/** Marks the form of kept bytes. */
const VERSION = 1;

/** What a wallet usually does: streaming, bounded, the same for the same past. `learnAction` writes it, `lookAt` reads it. */
export interface Habits {
  readonly state: HabitBytes;
  /** Chains of the accounts dealt with, in the order of their first use. */
  readonly chains: string[];
}

/** Habits as they are kept: JSON-safe, of one length whatever was learnt. */
export type KeptHabits = {
  readonly v: typeof VERSION;
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
  return { state, chains: [] };
}

/** Habits to be kept. */
export function keepHabits({ state, chains }: Habits): KeptHabits {
  const { buffer, byteOffset, byteLength } = littleEndian(state.bytes);
  return { v: VERSION, chains: [...chains], bytes: Buffer.from(buffer, byteOffset, byteLength).toString('base64') };
}

/**
 * Reads kept habits, as a copy. Fails closed: undefined for what is malformed, of another version or of another length, which is a wallet that nothing is
 * known of.
 */
export function readHabits(kept: unknown): Habits | undefined {
  if (typeof kept !== 'object' || kept === null) return undefined;
  const { v, chains, bytes } = kept as Partial<Record<keyof KeptHabits, unknown>>;
  if (v !== VERSION || typeof bytes !== 'string' || !areChains(chains)) return undefined;
  const read = new Uint8Array(HABIT_BYTES);
  // Decoding is lenient; text of another length, or that would be written otherwise, is none of ours.
  if (bytes.length !== Math.ceil(HABIT_BYTES / 3) * 4 || Buffer.from(read.buffer).write(bytes, 'base64') !== HABIT_BYTES) return undefined;
  const state = new HabitBytes(littleEndian(read));
  return isSound(state) ? { state, chains: [...chains] } : undefined;
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

/**
 * When the wallet first paid, called or allowed an account anything, seconds; 0 where it sent something before, so that nobody can tell, and undefined where
 * that never was, or was forgotten. O(parties).
 */
export function dealtWith({ state, chains }: Habits, account: string): number | undefined {
  encodeAccount(account, chains, code);
  const party = findParty(state, code);
  if (party < 0 || state.partyPaid[party] === 0) return undefined;
  // What an account sends makes it met, and must not make it old.
  return state.partyTransfers[party] !== 0 || state.partyReceived[party] === 0 ? (state.partyFirst[party] as number) : 0;
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
